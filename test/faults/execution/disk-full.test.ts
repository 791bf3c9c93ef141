/** A disk that is full in the middle of a step: a real small one, in a mount namespace of its own. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { faultTable } from './fault-table.ts';

const print = faultTable('A full disk');
const MOUNT = 'mount -t tmpfs -o size=3m none "$0" && exec "$@"';
const script = new URL('disk-full-child.ts', import.meta.url).pathname;

/** In a namespace in which we may mount: as root, or as root of a namespace of our own. */
function onSmallDisk(command: readonly string[]) {
  const folder = mkdtempSync(join(tmpdir(), 'interlock-small-disk-'));
  return spawnSync('unshare', ['-rm', 'sh', '-c', MOUNT, folder, ...command.map((word) => (word === 'DISK' ? folder : word))], {
    encoding: 'utf8',
  });
}

const canMount = process.platform === 'linux' && onSmallDisk(['true']).status === 0;
if (!canMount) console.warn('SKIPPED: a full disk: needs Linux and `unshare -rm` (namespaces of users)');

describe.skipIf(!canMount)('a disk that is full', () => {
  it.each([
    ['before the intent is written', 'preflight', 'approved', 0],
    ['after the call, before it is recorded', 'after', 'requested', 1],
  ] as const)('%s: the run ends with what to do; freed, the step ends with one call', (at, place, left, callsThen) => {
    const elsewhere = mkdtempSync(join(tmpdir(), 'interlock-elsewhere-'));
    const { stdout, stderr } = onSmallDisk([process.execPath, '--import', 'tsx', script, 'DISK', place, elsewhere]);
    const answer = JSON.parse(stdout || JSON.stringify({ first: stderr })) as { readonly first: string };
    expect(answer.first).toMatch(/the store cannot be used .*check the disk/);
    expect(answer).toMatchObject({ left, callsThen, second: 'done', calls: 1 });
    expect(answer).not.toHaveProperty('broken');
    print({ fault: 'disk full', at: `R2 ${at}`, outcome: left, said: answer.first, after: 'effective', calls: 1 });
  });
});
