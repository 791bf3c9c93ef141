import { KeycloakAdmin } from '../apis/keycloak/admin.ts';
import type { KeycloakConnection } from '../apis/keycloak/settings.ts';
import { RefusedError } from '../model/errors.ts';
import { deedOf, isKeycloakAction, type KeycloakStep, keycloakControl, parseKeycloakStep } from '../model/keycloak-actions.ts';
import { keycloakClient, keycloakUser } from '../model/keys.ts';
import type { EntityKind } from '../model/kinds.ts';
import type { PlanStep } from '../model/plan.ts';
import type { Enforcer, EnforcerContext } from '../ports/enforcer.ts';
import { applyStep, type Random } from './keycloak/apply.ts';
import { parseBefore, readBefore } from './keycloak/before.ts';
import { checkServer } from './keycloak/check.ts';
import { refusalsOf } from './keycloak/preflight.ts';
import { probeStep } from './keycloak/probe.ts';
import { findThing, type Server, type Thing, wordsOf } from './keycloak/thing.ts';
import { undoStep } from './keycloak/undo.ts';
import { readParameters } from './step/read-parameters.ts';
import { orRefused, refused } from './step/refused.ts';

export interface KeycloakEnforcerOptions {
  readonly name: string;
  /** The collected source whose clients and users it may change: part of their keys. */
  readonly source: string;
  readonly connection: KeycloakConnection;
  readonly random: Random;
}

const KINDS: readonly EntityKind[] = ['ServiceAccount', 'User', 'Credential', 'Session'];

/** Changes clients and users of one Keycloak by its admin API. Secrets are in no evidence and no error. */
export function createKeycloakEnforcer({ name, source, connection, random }: KeycloakEnforcerOptions): Enforcer {
  let opened: Promise<KeycloakAdmin> | undefined;
  const serverOf = async (signal: AbortSignal): Promise<Server> => {
    signal.throwIfAborted();
    opened ??= KeycloakAdmin.open(connection);
    opened.catch(() => {
      opened = undefined;
    });
    return { admin: await opened, source, signal };
  };
  const own = { realm: connection.loginRealm, client: connection.clientId, user: connection.user };
  return {
    name,
    type: 'keycloak',
    supports: (kind, action) => isKeycloakAction(action) && KINDS.includes(kind),
    controlOf: (step) => keycloakControl(readStep(step)),
    heldTarget: (step) => keyOf(source, readStep(step)),
    async *check(signal) {
      yield* checkServer((await serverOf(signal)).admin, signal);
    },
    preflight: (planned, { signal }) =>
      orRefused(async () => {
        const step = readStep(planned);
        mustBeTarget(planned, step, source);
        const server = await serverOf(signal);
        const thing = await findThing(server, step);
        if (!thing) return refused(`there is no ${wordsOf(step)} at keycloak ${server.admin.place}: collect again`);
        const before = await readBefore(server, step, thing);
        const refusals = await refusalsOf({ ...server, step, thing, before, own });
        const preImage = Object.keys(before).length === 0 ? '' : JSON.stringify(before);
        return { refusals, preImage, preexisting: isInPlace(step, thing, before.roles) };
      }),
    async apply(planned, context) {
      const step = readStep(planned);
      mustBeTarget(planned, step, source);
      const server = await serverOf(context.signal);
      const thing = await findThing(server, step);
      if (!thing) {
        if (deedOf(step).does === 'delete') return { evidence: [`there is no ${wordsOf(step)} any more`] };
        throw new RefusedError(`there is no ${wordsOf(step)} at keycloak ${server.admin.place}: collect again`);
      }
      return applyStep({ ...server, step, thing, random, ...handing(planned, context) });
    },
    async probe(planned, context) {
      const step = readStep(planned);
      const server = await serverOf(context.signal);
      const thing = await findThing(server, step);
      const { recorded } = context;
      return probeStep({ ...server, step, thing, ...handing(planned, context), now: context.now(), recorded });
    },
    async undo(planned, preImage, { signal, recorded }) {
      const step = readStep(planned);
      mustBeTarget(planned, step, source);
      const server = await serverOf(signal);
      const thing = await findThing(server, step);
      if (!thing) throw new RefusedError(`there is no ${wordsOf(step)} any more: nothing can be brought back`);
      const traces = recorded?.traces ?? [];
      return { evidence: await undoStep({ ...server, step, thing, traces }, parseBefore(preImage)) };
    },
    async [Symbol.asyncDispose]() {
      if (opened) await (await opened)[Symbol.asyncDispose]();
    },
  };
}

const handing = (planned: PlanStep, { handOver }: EnforcerContext) => ({ handOver, replaced: planned.for ?? planned.target });

function readStep(step: PlanStep): KeycloakStep {
  if (!isKeycloakAction(step.action))
    throw new RefusedError(`step ${step.id}: keycloak has no action ${step.action}; do it by hand`);
  const { action } = step;
  return readParameters(step, () => parseKeycloakStep(action, step.parameters));
}

const keyOf = (source: string, { parameters }: KeycloakStep): string =>
  'user' in parameters
    ? keycloakUser(source, parameters.realm, parameters.user)
    : keycloakClient(source, parameters.realm, parameters.client);

/** The client or user itself, what proves it, or a session, which names neither. */
function mustBeTarget(planned: PlanStep, step: KeycloakStep, source: string): void {
  const key = keyOf(source, step);
  const isSession = planned.target.startsWith(`keycloak:${source}/realms/${step.parameters.realm}/sessions/`);
  if (planned.target === key || planned.target.startsWith(`${key}#`)) return;
  if (isSession && deedOf(step).does === 'cut') return;
  throw new RefusedError(
    `step ${planned.id}: the target ${planned.target} is not ${wordsOf(step)} of source ${source}: nothing was done`,
  );
}

/** The control already is at least as tight as the step makes it. */
function isInPlace(step: KeycloakStep, thing: Thing, roles: readonly string[] | undefined): boolean {
  const deed = deedOf(step);
  if (deed.does === 'disable') return !thing.now.enabled;
  if (deed.does === 'unmap') return roles?.length === 0;
  if (deed.does === 'end-rotated') return thing.kind === 'client' && !thing.now.attributes?.['client.secret.rotated'];
  if (deed.does !== 'shorten' || thing.kind !== 'client') return false;
  const seconds = Number(thing.now.attributes?.['access.token.lifespan'] ?? '');
  return seconds > 0 && seconds <= deed.seconds;
}
