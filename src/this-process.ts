import { readFileSync, readlinkSync } from 'node:fs';
import { hostname } from 'node:os';
import type { ProcessIdentity } from './app/app.ts';

/**
 * Names this process so that another one can tell whether it still runs: machine, boot, process namespace and process number. Only a
 * process of the same machine, boot and namespace is judged; of any other nothing is known, so it counts as running. Without /proc
 * (macOS) that is everybody, and a lease of a dead process runs out by itself.
 */
export function thisProcess(): ProcessIdentity {
  const place = placeOfProcesses();
  return {
    name: `${place ?? hostname()}/${process.pid}`,
    hasEnded(name) {
      const at = name.lastIndexOf('/');
      return place !== undefined && name.slice(0, at) === place && !isRunning(Number(name.slice(at + 1)));
    },
  };
}

function placeOfProcesses(): string | undefined {
  try {
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
    return `${hostname()}/${boot}/${readlinkSync('/proc/self/ns/pid')}`;
  } catch {
    return undefined;
  }
}

/** Signal 0 only asks. */
function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'ESRCH';
  }
}
