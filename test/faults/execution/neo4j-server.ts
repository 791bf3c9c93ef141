/** A Neo4j server of a test's own, beside the one of the live suites: it can be ended by its own pid, and started again on its data. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { root } from '../../e2e/cli.ts';
import { freePort } from '../../free-port.ts';

export interface Neo4jServer extends Disposable {
  readonly url: string;
  start(): void;
  /** Returns when the process is gone. */
  end(signal: 'SIGKILL' | 'SIGTERM'): void;
}

const LOOK_MS = 50;
const MOST_LOOKS = 1200;

export async function openNeo4jServer(): Promise<Neo4jServer> {
  const folder = mkdtempSync(join(tmpdir(), 'interlock-neo4j-'));
  const env = {
    ...process.env,
    INTERLOCK_SERVICES_DIR: folder,
    INTERLOCK_NEO4J_PORT: String(await freePort()),
    INTERLOCK_NEO4J_HEAP: '512m',
  };
  const services = (word: string, ...names: string[]): string => {
    const command = [join(root, '.ci/services.sh'), word, ...names];
    const { status, stdout, stderr } = spawnSync('bash', command, { env, encoding: 'utf8' });
    if (status !== 0) throw new Error(`services.sh ${word}: ${stderr}`);
    return stdout;
  };
  const pidFile = join(folder, 'neo4j.pid');
  const start = (): void => void services('start', 'neo4j');
  const end: Neo4jServer['end'] = (signal) => {
    const pid = Number(readFileSync(pidFile, 'utf8').split(' ', 1)[0]);
    process.kill(pid, signal);
    for (let looks = 0; isRunning(pid); looks++) {
      if (looks > MOST_LOOKS) throw new Error(`Neo4j (pid ${pid}) does not end with ${signal}`);
      standStill();
    }
    rmSync(pidFile);
  };
  start();
  const url = /INTERLOCK_TEST_NEO4J=(\S+)/.exec(services('env'))?.[1];
  if (url === undefined) throw new Error('services.sh env names no Neo4j');
  return {
    url,
    start,
    end,
    [Symbol.dispose]() {
      services('stop');
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Nothing else of this process may go on while the server ends. */
const standStill = (): void => void Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, LOOK_MS);

/** One that has ended and that nobody has asked about yet has the state Z. */
function isRunning(pid: number): boolean {
  try {
    return !/\) [ZX] /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return false;
  }
}
