// Loaded before a measured command: writes its peak memory, in megabytes, to the file named by BENCH_PEAK_FILE when it ends.
import { writeFileSync } from 'node:fs';

process.on('exit', () => writeFileSync(process.env.BENCH_PEAK_FILE, String(Math.round(process.resourceUsage().maxRSS / 1024))));
