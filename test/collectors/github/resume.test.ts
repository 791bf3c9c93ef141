import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { appendFile, readFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { githubCollector } from '../../../src/collectors/github/collector.ts';
import { collecting } from '../../contracts/collecting.ts';
import { sampleFolder } from '../files/sample-folder.ts';
import { type Fault, githubServer, PRIVATE_KEY } from './github-server.ts';
import { ANSWERS, LEAKED_TOKEN, TREE } from './sample-organisation.ts';

const CHILD = fileURLToPath(new URL('./resume-child.ts', import.meta.url));
/** Who asks, and whether it may: that is asked each time. */
const isLogin = (call: string): boolean => /^\/(app|meta|orgs\/acme\/installation)/.test(call);

async function served(fault?: Fault) {
  const server = await githubServer({ answers: ANSWERS, tree: TREE, ...(fault && { fault }) });
  const folder = await sampleFolder({ 'app.pem': PRIVATE_KEY });
  const spool = path.join(folder.root, 'spool');
  const live = { org: 'acme', appId: 5, privateKeyFile: path.join(folder.root, 'app.pem'), baseUrl: server.url, spool };
  const dispose = async (): Promise<void> => {
    await server[Symbol.asyncDispose]();
    await folder[Symbol.asyncDispose]();
  };
  const asked = (from = 0): string[] => server.calls.slice(from).filter((call) => !isLogin(call));
  return { server, root: folder.root, file: path.join(spool, 'answers.jsonl'), live, asked, [Symbol.asyncDispose]: dispose };
}

it('goes on where a run was killed, and asks for nothing twice', async () => {
  let victim: ChildProcess | undefined;
  let answered = 0;
  await using from = await served((asked) => {
    if (!isLogin(asked) && ++answered === 40) victim?.kill('SIGKILL');
    return undefined;
  });
  victim = spawn(process.execPath, ['--import', 'tsx', CHILD, from.server.url, from.root], { stdio: 'inherit' });
  expect(await once(victim, 'close')).toEqual([null, 'SIGKILL']);
  victim = undefined;
  const before = from.server.calls.length;
  const text = await readFile(from.file, 'utf8');
  expect(text).not.toContain(LEAKED_TOKEN);
  const kept = text.trim().split('\n').length - 1;
  // What was under way when it was killed is asked again: eight calls at most, and the page that was being written.
  expect(kept).toBeGreaterThan(40 - 10 - 2);

  const resumed = await collecting(githubCollector, { live: from.live });
  const second = from.asked(before);
  expect(resumed.warnings).toContainEqual(expect.stringMatching(new RegExp(`goes on after ${kept} answers`)));
  expect(existsSync(from.file)).toBe(false);
  const whole = await collecting(githubCollector, { live: from.live });
  const third = from.asked(before).slice(second.length);
  expect(third.length - second.length).toBeGreaterThanOrEqual(kept);
  expect(second.filter((call) => !third.includes(call))).toEqual([]);
  expect(resumed.edges).toEqual(whole.edges);
  expect(resumed.scopes).toEqual(whole.scopes);
});

it('goes on after a line that was cut off, and begins anew after half a day or for another organisation', async () => {
  let asked = 0;
  let aborted = new AbortController();
  await using from = await served((call) => {
    if (!isLogin(call) && ++asked === 20) aborted.abort(new Error('ended'));
    return undefined;
  });
  const now = new Date('2026-01-15T12:00:00.000Z');
  await expect(collecting(githubCollector, { live: from.live }, { signal: aborted.signal, now })).rejects.toThrow();
  await appendFile(from.file, '["/repos/acme/shop/keys",[{"id": 17, "ke');
  const before = from.server.calls.length;
  const resumed = await collecting(githubCollector, { live: from.live }, { now });
  expect(resumed.errors).toEqual([]);
  expect(from.asked(before).some((call) => call.startsWith('/repos/acme/shop/keys'))).toBe(true);

  aborted = new AbortController();
  asked = 0;
  await expect(collecting(githubCollector, { live: from.live }, { signal: aborted.signal, now })).rejects.toThrow();
  const late = await collecting(githubCollector, { live: from.live }, { now: new Date('2026-01-16T00:00:00.000Z') });
  expect(late.warnings.filter((warning) => warning.includes('goes on'))).toEqual([]);
});
