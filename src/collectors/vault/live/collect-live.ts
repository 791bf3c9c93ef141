/** A server's own answers into the reader of files' converter. */
import type { VaultConnection } from '../../../apis/vault/settings.ts';
import { VaultApi } from '../../../apis/vault/vault-api.ts';
import { EVERY_SCOPE } from '../../../model/collection.ts';
import { messageOf } from '../../../model/errors.ts';
import type { CollectContext, Collected } from '../../../ports/collector.ts';
import type { Answer } from '../answer.ts';
import type { Sink } from '../read.ts';
import { askEngines, askIdentities, askLogins, askMounts, askPolicies, askProofs, type Questions } from './questions.ts';

const STAGES: readonly (readonly [string, (questions: Questions) => Promise<void>])[] = [
  ['mounts', askMounts],
  ['policies', askPolicies],
  ['logins', askLogins],
  ['identities', askIdentities],
  ['engines', askEngines],
  ['tokens and leases', askProofs],
];

export async function* collectLive(live: VaultConnection, context: CollectContext, sink: Sink): AsyncGenerator<Collected> {
  const { signal } = context;
  const failures: string[] = [];
  const kept = new Map<string, Answer>();
  try {
    await using api = await VaultApi.open(live, { signal });
    const questions: Questions = {
      api,
      inventory: sink.inventory,
      signal,
      keep: (answer) => void (context.save && kept.set(`${answer.path} ${answer.isList} ${JSON.stringify(answer.data)}`, answer)),
      failed(scope, text) {
        sink.broken(scope, text);
        failures.push(text);
      },
    };
    for (const [done, [what, ask]] of STAGES.entries()) {
      signal.throwIfAborted();
      await ask(questions);
      for (const text of failures.splice(0)) yield { type: 'error', text };
      yield { type: 'progress', done: done + 1, total: STAGES.length, what };
    }
  } catch (error) {
    signal.throwIfAborted();
    const text = messageOf(error);
    sink.broken(EVERY_SCOPE, text);
    yield { type: 'error', text };
  }
  await saved(context, [...kept.values()]);
}

/** Lines that say which call they answer. */
async function saved({ save }: CollectContext, answers: readonly Answer[]): Promise<void> {
  if (!save || answers.length === 0) return;
  const lines = answers
    .map(({ path, isList, data }) => JSON.stringify({ path, ...(isList && { operation: 'list' }), data }))
    .sort();
  await save('answers.jsonl', `${lines.join('\n')}\n`);
}
