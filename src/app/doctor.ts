/** Looks at everything that could be wrong before somebody needs it at night. */
import { counted } from '../model/counted.ts';
import { messageOf } from '../model/errors.ts';
import type { App } from './app.ts';
import { verifyLedger } from './audit.ts';
import type { Check } from './check.ts';
import { type AccessOptions, checkAccess } from './check-access.ts';
import { settingsProblem } from './settings-problem.ts';

export async function doctor(app: App, options: AccessOptions): Promise<Check[]> {
  return [
    await attempt('store', async () => {
      await app.store.ping();
      return ok(`${app.store.name}, schema ${await app.store.schemaVersion()}, generation ${await app.store.generation()}`);
    }),
    await attempt('queue', async () => {
      await app.queue.ping();
      return ok(app.queue.name);
    }),
    await attempt('ledger', async () => {
      const { holds, records, problem } = await verifyLedger(app.store);
      return holds
        ? ok(`${counted(records, 'record')}, the chain holds`)
        : { status: 'fail', detail: problem ?? 'the chain is broken' };
    }),
    app.sealKey === undefined
      ? {
          name: 'seal key',
          status: 'warn',
          detail:
            'INTERLOCK_SEAL_KEY is not set: steps that save what they change (R1) are refused; make one with `openssl rand -base64 32`',
        }
      : { name: 'seal key', status: 'ok', detail: 'set' },
    ...(await sourceChecks(app)),
    ...(await leftovers(app)),
    ...(await checkAccess(app, options)),
    await attempt('execution', async () =>
      (await app.store.paused()) ? warn('paused: `interlock resume` lets it go on') : ok('not paused'),
    ),
  ];
}

type Outcome = Omit<Check, 'name'>;
const ok = (detail: string): Outcome => ({ status: 'ok', detail });
const warn = (detail: string): Outcome => ({ status: 'warn', detail });

async function attempt(name: string, look: () => Promise<Outcome>): Promise<Check> {
  try {
    return { name, ...(await look()) };
  } catch (error) {
    return { name, status: 'fail', detail: messageOf(error) };
  }
}

/** Settings are valid, and the last collection of each source was whole. */
async function sourceChecks(app: App): Promise<Check[]> {
  const known = new Map((await app.store.sources()).map((source) => [source.name, source]));
  return Promise.all(
    app.sources.map((source) =>
      attempt(`source ${source.name}`, async () => {
        const parsed = (await app.collectorFor(source.type)).settings.safeParse(source.settings);
        if (!parsed.success) return { status: 'fail', detail: settingsProblem(parsed.error) };
        const record = known.get(source.name);
        if (!record) return warn('never collected');
        const flawed = record.scopes.filter(({ coverage }) => coverage !== 'complete');
        const why = flawed.flatMap(({ missing }) => missing)[0];
        if (flawed.length > 0)
          return warn(`${flawed.length} of ${counted(record.scopes.length, 'scope')} not complete${why ? `: ${why}` : ''}`);
        return ok(`${counted(record.scopes.length, 'scope')}, complete, ${record.lastRun}`);
      }),
    ),
  );
}

/** Facts of sources that are configured no more stay until they are forgotten. */
async function leftovers(app: App): Promise<Check[]> {
  const configured = new Set(app.sources.map(({ name }) => name));
  const orphans = (await app.store.sources()).filter(({ name }) => !configured.has(name));
  return orphans.map(({ name }) => ({
    name: `source ${name}`,
    status: 'warn',
    detail: `not configured any more, its facts are still there: \`interlock collect --forget ${name}\``,
  }));
}
