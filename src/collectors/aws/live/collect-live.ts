/** AWS's own answers, account by account, into the reader of files: one converter is behind both. */
import { setTimeout as wait } from 'node:timers/promises';
import { CallError } from '../../../apis/aws/call-error.ts';
import { Connection, defaultRegion } from '../../../apis/aws/connection.ts';
import type { Session } from '../../../apis/aws/session.ts';
import { EVERY_SCOPE } from '../../../model/collection.ts';
import { InputError, messageOf } from '../../../model/errors.ts';
import type { CollectContext, Collected } from '../../../ports/collector.ts';
import type { CoverageNotes } from '../../files/coverage.ts';
import { DIRECTORY_SCOPE } from '../identity-center.ts';
import { AnswerReader } from '../read.ts';
import type { Reading } from '../row.ts';
import { isRecord } from '../shapes.ts';
import type { Answer, Asking, Endpoint } from './endpoint.ts';
import { inOrder } from './in-order.ts';
import { endpoints, ownEndpoints } from './index.ts';
import { isAlone } from './organization.ts';
import { Problems } from './problems.ts';
import { regionsOf } from './regions.ts';
import type { LiveSettings } from './settings.ts';
import { withoutSecrets } from './without-secrets.ts';

export interface LiveReading extends Omit<Reading, 'root'> {
  readonly live: LiveSettings;
  readonly context: CollectContext;
  readonly notes: CoverageNotes;
}

/** Kinds of things that are asked for at once. */
const ENDPOINTS_AT_ONCE = 4;

export async function* collectLive(reading: LiveReading): AsyncGenerator<Collected> {
  const { live, context, notes } = reading;
  try {
    const region = live.regions?.[0] ?? (await defaultRegion(live.profile)) ?? 'us-east-1';
    await using connection = await Connection.open({ ...live, region, signal: context.signal });
    yield* new Collection(reading, connection).all();
  } catch (error) {
    context.signal.throwIfAborted();
    if (!(error instanceof CallError || error instanceof InputError)) throw error;
    notes.missing(EVERY_SCOPE, error.message);
    yield { type: 'error', text: error.message };
  }
}

class Collection {
  readonly #live: LiveSettings;
  readonly #context: CollectContext;
  readonly #notes: CoverageNotes;
  readonly #reader: AnswerReader;
  readonly #connection: Connection;
  readonly #problems = new Map<string, Problems>();

  constructor(reading: LiveReading, connection: Connection) {
    this.#live = reading.live;
    this.#context = reading.context;
    this.#notes = reading.notes;
    this.#reader = new AnswerReader({ ...reading, root: '' });
    this.#connection = connection;
  }

  async *all(): AsyncGenerator<Collected> {
    const { home } = this.#connection;
    const { aggregator } = this.#live;
    const answered: Answer[] = [];
    if (this.#live.organization) yield* this.#take(home, [ownEndpoints.organization], answered);
    if (aggregator !== undefined) yield* this.#take(home, [ownEndpoints.aggregatedThings(aggregator)], answered);
    yield* this.#account(home);
    for (const account of otherAccounts(this.#live, home.account, answered)) {
      const session = await this.#entered(account);
      if (session) yield* this.#account(session);
    }
    yield* this.#reader.rest();
    yield* this.#said();
  }

  *#said(): Generator<Collected> {
    for (const [account, problems] of this.#problems) {
      for (const text of problems.texts()) {
        this.#notes.missing(account, text);
        yield { type: 'error', text };
      }
    }
  }

  async #entered(account: string): Promise<Session | undefined> {
    try {
      return await this.#connection.assume(account, this.#live.role as string);
    } catch (error) {
      const text = `account ${account} cannot be entered as ${this.#live.role}: ${messageOf(error)}`;
      this.#problemsOf(account).add(error instanceof CallError ? new InputError(text) : error);
      return undefined;
    }
  }

  async *#account(aws: Session): AsyncGenerator<Collected> {
    this.#notes.seen(aws.account);
    const isHome = aws === this.#connection.home;
    const regions = this.#live.regions ?? (await this.#regions(aws));
    yield* this.#take(
      aws,
      endpoints.filter(({ where }) => where === 'account'),
    );
    for (const region of regions) {
      if (isHome && this.#live.organization) yield* this.#take(aws.in(region), [ownEndpoints.identityCenter]);
      yield* this.#take(
        aws.in(region),
        endpoints.filter(({ where }) => where === 'region'),
      );
    }
  }

  async #regions(aws: Session): Promise<string[]> {
    try {
      return await regionsOf(aws);
    } catch (error) {
      this.#problemsOf(aws.account).add(error);
      return [aws.region];
    }
  }

  async *#take(aws: Session, asked: readonly Endpoint[], kept?: Answer[]): AsyncGenerator<Collected> {
    const tasks = asked.map((endpoint) => async () => ({ endpoint, answers: await this.#answersOf(endpoint, aws) }));
    let done = 0;
    for await (const { endpoint, answers } of inOrder(tasks, ENDPOINTS_AT_ONCE)) {
      const place = endpoint.where === 'region' ? aws.region : 'global';
      kept?.push(...answers);
      for (const { name, value } of answers) {
        const path = `${aws.account}/${place}/${name}.json`;
        yield* this.#read(path, value, aws.account);
        await this.#context.save?.(path, `${JSON.stringify(withoutSecrets(value, this.#context.fingerprint))}\n`);
      }
      yield { type: 'progress', done: ++done, total: tasks.length, what: `${aws.account} ${place} ${endpoint.name}` };
    }
  }

  *#read(path: string, value: Answer['value'], account: string): Generator<Collected> {
    try {
      yield* this.#reader.take({ path }, value);
    } catch (error) {
      this.#problemsOf(account).add(error);
    }
  }

  /** What came before a failure is kept; the failure makes its scope partial. */
  async #answersOf(endpoint: Endpoint, aws: Session): Promise<Answer[]> {
    const answers: Answer[] = [];
    const problems = endpoint === ownEndpoints.organization ? new Problems() : this.#problemsOf(scopeOf(endpoint, aws));
    try {
      for await (const answer of endpoint.answers(this.#asking(aws, problems))) answers.push(answer);
    } catch (error) {
      if (!isAlone(error)) problems.add(error);
    }
    if (endpoint === ownEndpoints.organization) this.#problems.set(organizationScope(answers) ?? aws.account, problems);
    return answers;
  }

  #asking(aws: Session, problems: Problems): Asking {
    const { now, signal } = this.#context;
    return {
      aws,
      partition: this.#connection.partition,
      now: now.toISOString(),
      attempt: async (call) => {
        try {
          return await call;
        } catch (error) {
          if (!(error instanceof CallError && error.call.failure === 'absent')) problems.add(error);
          return undefined;
        }
      },
      pause: (ms) => wait(ms, undefined, { signal }),
    };
  }

  #problemsOf(account: string): Problems {
    const known = this.#problems.get(account);
    if (known) return known;
    const problems = new Problems();
    this.#problems.set(account, problems);
    return problems;
  }
}

const scopeOf = (endpoint: Endpoint, { account }: Session): string =>
  endpoint === ownEndpoints.identityCenter ? DIRECTORY_SCOPE : account;

/** The organization's own scope, once its id is known. */
function organizationScope([answer]: readonly Answer[]): string | undefined {
  const found = answer?.value['Organization'];
  return isRecord(found) && typeof found['Id'] === 'string' ? `organization/${found['Id']}` : undefined;
}

/** The accounts to enter, of the settings or of the organization. */
export function otherAccounts({ accounts, role }: LiveSettings, home: string, answered: readonly Answer[]): string[] {
  if (role === undefined) return [];
  const found = accounts ?? answered.flatMap(({ value }) => activeAccounts(value['Accounts']));
  return [...new Set(found)].filter((account) => account !== home).sort();
}

/** Suspended and closed accounts cannot be entered. */
const activeAccounts = (accounts: unknown): string[] =>
  (Array.isArray(accounts) ? accounts : []).flatMap((one) =>
    isRecord(one) && typeof one['Id'] === 'string' && (one['State'] ?? one['Status'] ?? 'ACTIVE') === 'ACTIVE' ? one['Id'] : [],
  );
