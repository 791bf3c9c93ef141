/** Asks sources and enforcers what they would miss: several at once, each for a bounded time. */
import { messageOf } from '../model/errors.ts';
import type { Checked } from '../ports/checked.ts';
import type { App, ConfiguredSource } from './app.ts';
import type { Check } from './check.ts';

export interface AccessOptions {
  readonly signal: AbortSignal;
  /** Of one source or enforcer; 10 s unless told. */
  readonly timeoutMs?: number;
}

const TIMEOUT_MS = 10_000;
const AT_ONCE = 4;

interface Subject {
  readonly name: string;
  look(signal: AbortSignal): AsyncIterable<Checked>;
}

/** Settings that are not valid are left out: another check names them. */
export async function checkAccess(app: App, options: AccessOptions): Promise<Check[]> {
  const sources = await Promise.all(app.sources.map((source) => sourceSubject(app, source)));
  const subjects = [...sources.flat(), ...app.enforcers.map((name) => enforcerSubject(app, name))];
  const found: Check[][] = subjects.map(() => []);
  const next = subjects.entries();
  const work = async (): Promise<void> => {
    for (const [at, subject] of next) found[at] = await told(subject, options);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  return found.flat();
}

async function sourceSubject(app: App, { name, type, settings }: ConfiguredSource): Promise<Subject[]> {
  const collector = await app.collectorFor(type).catch(() => undefined);
  const parsed = collector?.settings.safeParse(settings);
  if (!collector?.check || !parsed?.success) return [];
  const context = { source: name, fingerprint: app.fingerprint, now: app.clock(), environment: app.environment };
  return [
    {
      name: `access ${name}`,
      look: (signal) => collector.check?.(parsed.data, { ...context, signal }) as AsyncIterable<Checked>,
    },
  ];
}

const enforcerSubject = (app: App, name: string): Subject => ({
  name: `enforcer ${name}`,
  async *look(signal) {
    const enforcer = await app.enforcerFor(name);
    if (enforcer?.check) yield* enforcer.check(signal);
    else yield { type: 'works', text: `${enforcer?.type}: reaches no system` };
  },
});

const STATUS = { works: 'ok', missing: 'warn', blocked: 'fail' } as const;

async function told({ name, look }: Subject, { signal, timeoutMs = TIMEOUT_MS }: AccessOptions): Promise<Check[]> {
  const checks: Check[] = [];
  const limit = new AbortController();
  const timer = setTimeout(() => limit.abort(), timeoutMs);
  const either = AbortSignal.any([signal, limit.signal]);
  const read = async (): Promise<void> => {
    for await (const { type, text } of look(either)) checks.push({ name, status: STATUS[type], detail: withoutLogins(text) });
  };
  try {
    await Promise.race([read(), aborted(either)]);
  } catch (error) {
    signal.throwIfAborted();
    checks.push(limit.signal.aborted ? late(name, checks, timeoutMs) : failed(name, error));
  } finally {
    clearTimeout(timer);
  }
  return [...checks];
}

const aborted = (signal: AbortSignal): Promise<never> =>
  new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true }));

const failed = (name: string, error: unknown): Check => ({ name, status: 'fail', detail: withoutLogins(messageOf(error)) });

/** Something was answered, or nothing at all. */
function late(name: string, checks: readonly Check[], timeoutMs: number): Check {
  const seconds = `${timeoutMs / 1000} s`;
  return checks.length > 0
    ? { name, status: 'warn', detail: `not looked through after ${seconds}: there may be more than the above` }
    : { name, status: 'fail', detail: `no answer within ${seconds}: check the address, the network and that it runs` };
}

/** An address may have a login in it. */
const withoutLogins = (text: string): string => text.replace(/:\/\/[^/@\s]+@/g, '://…@');
