/**
 * What a live collection would miss: the same endpoints are asked, in one region and the first accounts, for the first page and the
 * first thing of each list. What AWS needs time for is begun and not waited for.
 */

import { CallError } from '../../../apis/aws/call-error.ts';
import { Connection, defaultRegion } from '../../../apis/aws/connection.ts';
import type { Session } from '../../../apis/aws/session.ts';
import { counted } from '../../../model/counted.ts';
import { InputError, messageOf } from '../../../model/errors.ts';
import type { Checked } from '../../../ports/checked.ts';
import type { CheckContext } from '../../../ports/collector.ts';
import { otherAccounts } from './collect-live.ts';
import type { Answer, Asking, Endpoint } from './endpoint.ts';
import { inOrder } from './in-order.ts';
import { endpoints, ownEndpoints } from './index.ts';
import { isAlone } from './organization.ts';
import { Problems } from './problems.ts';
import { regionsOf } from './regions.ts';
import type { LiveSettings } from './settings.ts';

const ENDPOINTS_AT_ONCE = 8;
const MOST_ENTERED = 2;

export async function* checkLive(live: LiveSettings, context: CheckContext): AsyncGenerator<Checked> {
  try {
    const region = live.regions?.[0] ?? (await defaultRegion(live.profile)) ?? 'us-east-1';
    await using connection = await Connection.open({ ...live, region, signal: context.signal, firstOnly: true });
    yield* new LiveCheck(live, context, connection).all();
  } catch (error) {
    context.signal.throwIfAborted();
    if (!(error instanceof CallError || error instanceof InputError)) throw error;
    yield { type: 'blocked', text: error.message };
  }
}

/** Waiting would only tell what is in an answer. */
class Enough extends Error {}

class LiveCheck {
  readonly #live: LiveSettings;
  readonly #context: CheckContext;
  readonly #connection: Connection;
  readonly #said = new Set<string>();
  #answered = 0;
  #asked = 0;

  constructor(live: LiveSettings, context: CheckContext, connection: Connection) {
    this.#live = live;
    this.#context = context;
    this.#connection = connection;
  }

  async *all(): AsyncGenerator<Checked> {
    const { home } = this.#connection;
    const { organization, aggregator } = this.#live;
    const kept: Answer[] = [];
    if (organization) yield* this.#take(home, [ownEndpoints.organization, ownEndpoints.identityCenter], kept);
    if (aggregator !== undefined) yield* this.#take(home, [ownEndpoints.aggregatedThings(aggregator)]);
    yield* this.#account(home);
    const others = otherAccounts(this.#live, home.account, kept);
    for (const account of others.slice(0, MOST_ENTERED)) yield* this.#enter(account);
    yield this.#outcome(others);
  }

  #outcome(others: readonly string[]): Checked {
    const { account, region } = this.#connection.home;
    const rest = others.length > MOST_ENTERED ? `; ${MOST_ENTERED} of ${counted(others.length, 'other account')} were tried` : '';
    if (this.#answered === 0) return { type: 'blocked', text: `account ${account}: nothing may be read; ${POLICY}` };
    const text = `account ${account}, ${region}: ${this.#answered} of ${counted(this.#asked, 'question')} answered${rest}`;
    return { type: 'works', text };
  }

  async *#enter(account: string): AsyncGenerator<Checked> {
    const role = this.#live.role as string;
    try {
      yield* this.#account(await this.#connection.assume(account, role));
    } catch (error) {
      this.#context.signal.throwIfAborted();
      yield { type: 'missing', text: `account ${account} cannot be entered as ${role}: ${messageOf(error)}` };
    }
  }

  async *#account(aws: Session): AsyncGenerator<Checked> {
    const problems = new Problems();
    if (!this.#live.regions) await regionsOf(aws).catch((error: unknown) => problems.add(error));
    yield* this.#missing(problems);
    yield* this.#take(aws, endpoints);
  }

  async *#take(aws: Session, asked: readonly Endpoint[], kept: Answer[] = []): AsyncGenerator<Checked> {
    const tasks = asked.map((endpoint) => async () => {
      const problems = new Problems();
      kept.push(...(await this.#answersOf(endpoint, aws, problems)));
      return problems;
    });
    for await (const problems of inOrder(tasks, ENDPOINTS_AT_ONCE)) {
      this.#asked++;
      if (problems.texts().length === 0) this.#answered++;
      yield* this.#missing(problems);
    }
  }

  *#missing(problems: Problems): Generator<Checked> {
    for (const text of problems.texts()) {
      if (!this.#said.has(text)) yield { type: 'missing', text };
      this.#said.add(text);
    }
  }

  async #answersOf(endpoint: Endpoint, aws: Session, problems: Problems): Promise<Answer[]> {
    const answers: Answer[] = [];
    try {
      for await (const answer of endpoint.answers(this.#asking(aws, problems))) answers.push(answer);
    } catch (error) {
      if (!(isAlone(error) || error instanceof Enough)) problems.add(error);
    }
    return answers;
  }

  #asking(aws: Session, problems: Problems): Asking {
    return {
      aws,
      partition: this.#connection.partition,
      now: this.#context.now.toISOString(),
      attempt: async (call) => {
        try {
          return await call;
        } catch (error) {
          const isNone = error instanceof CallError && error.call.failure === 'absent';
          if (!(isNone || error instanceof Enough)) problems.add(error);
          return undefined;
        }
      },
      pause: () => Promise.reject(new Enough()),
    };
  }
}

const POLICY = 'attach the policy of examples/aws-read-only-policy.json to the role or user that collects';
