import { Connection } from '../apis/kubernetes/connection.ts';
import { readAccess } from '../apis/kubernetes/kubeconfig.ts';
import { InputError, RefusedError } from '../model/errors.ts';
import { k8sObject } from '../model/keys.ts';
import type { EntityKind } from '../model/kinds.ts';
import {
  isKubernetesAction,
  type KubernetesControl,
  type KubernetesStep,
  kubernetesControl,
  parseKubernetesStep,
} from '../model/kubernetes-actions.ts';
import type { Action, PlanStep } from '../model/plan.ts';
import type { Enforcer, EnforcerContext } from '../ports/enforcer.ts';
import { binding } from './kubernetes/binding.ts';
import { bindings } from './kubernetes/bindings.ts';
import { checkCluster } from './kubernetes/check.ts';
import { Cluster } from './kubernetes/cluster.ts';
import { deletion } from './kubernetes/deletion.ts';
import type { Handling, Work } from './kubernetes/handling.ts';
import { network } from './kubernetes/network.ts';
import { secretKey } from './kubernetes/secret-key.ts';
import { token } from './kubernetes/token.ts';
import { byHandling, type OnStep } from './step/handling.ts';
import { readParameters } from './step/read-parameters.ts';

export interface KubernetesEnforcerOptions {
  readonly name: string;
  /** The collected source whose objects it may change: part of their keys. */
  readonly source: string;
  /** A kubeconfig; `~/.kube/config` unless told. */
  readonly kubeconfig?: string | undefined;
  readonly context?: string | undefined;
  readonly inCluster?: true | undefined;
  /** The variables that a credential plugin is started with. */
  readonly environment: Readonly<Record<string, string | undefined>>;
}

/** Changes objects of one cluster by its API (Kubernetes 1.22 or later). Values of Secrets and tokens are in no evidence and no error. */
export function createKubernetesEnforcer(settings: KubernetesEnforcerOptions): Enforcer {
  const connections = new Connections(settings);
  const deleted = new Map<string, string>();
  const on: OnStep<Work<KubernetesStep>> = async (planned, context, use) => {
    const step = readStep(planned);
    mustBeTarget(planned, step, settings.source);
    const connection = await connections.get(context);
    const one = { step, planned, context, deleted, cluster: new Cluster(connection, context.signal) };
    return use(one, HANDLINGS[step.control]);
  };
  return {
    name: settings.name,
    type: 'kubernetes',
    supports: (kind, action) => isKubernetesAction(action) && (KINDS[kind] ?? []).includes(action),
    controlOf: (step) => kubernetesControl(readStep(step)),
    heldTarget: (step) => heldTarget(step, settings.source),
    async *check(signal) {
      const access = await readAccess(settings);
      await using connection = await Connection.open(access, { environment: settings.environment, signal });
      yield* checkCluster(new Cluster(connection, signal), `kubernetes ${access.server}`);
    },
    ...byHandling(on),
    [Symbol.asyncDispose]: () => connections.close(),
  };
}

const HANDLINGS: Readonly<Record<KubernetesControl, Handling<KubernetesStep>>> = {
  bindings,
  binding,
  network,
  'token-secret': deletion,
  'service-account': deletion,
  pod: deletion,
  token,
  'secret-key': secretKey,
};

const OF_IDENTITIES: readonly Action[] = ['save', 'quarantine', 'disable', 'detach', 'revoke', 'delete', 'issue'];
const KINDS: Partial<Record<EntityKind, readonly Action[]>> = {
  ServiceAccount: OF_IDENTITIES,
  User: OF_IDENTITIES,
  Group: OF_IDENTITIES,
  Credential: OF_IDENTITIES,
  Session: OF_IDENTITIES,
  Secret: ['distribute', 'revoke', 'delete'],
  Workload: ['quarantine', 'block', 'revoke', 'delete'],
};

function readStep(step: PlanStep): KubernetesStep {
  return readParameters(step, () => parseKubernetesStep(step.action, step.parameters));
}

const PLURALS = { ServiceAccount: 'serviceaccounts', User: 'users', Group: 'groups' } as const;

/** The object that a step works on. */
function objectOf(step: KubernetesStep, source: string): string {
  switch (step.control) {
    case 'bindings':
    case 'binding':
      return k8sObject(source, step.namespace ?? '', PLURALS[step.subject], step.name);
    case 'network':
      return k8sObject(source, step.namespace, step.kind, step.name);
    case 'pod':
      return k8sObject(source, step.namespace, 'pods', step.pod);
    case 'token-secret':
    case 'secret-key':
      return k8sObject(source, step.namespace, 'secrets', step.secret);
    case 'service-account':
    case 'token':
      return k8sObject(source, step.namespace, 'serviceaccounts', step.serviceAccount);
  }
}

/** A proof of an identity is held through the identity; one key of a Secret through the Secret. */
const heldTarget = (step: PlanStep, source: string): string => objectOf(readStep(step), source);

/** Proofs of identities: what they stand for, their keys do not say. */
const isProof = (target: string, source: string): boolean =>
  target.startsWith(`k8s:${source}/`) && /^k8s:[^/]+\/(?:_\/(?:tokens|certificates)\/|[^/]+\/[^/]+\/[^/]+#)/.test(target);

const FOR_PROOFS: readonly KubernetesControl[] = ['bindings', 'binding', 'token'];

function mustBeTarget(planned: PlanStep, step: KubernetesStep, source: string): void {
  const object = objectOf(step, source);
  const { target } = planned;
  if (target === object || target.startsWith(`${object}#`)) return;
  if (FOR_PROOFS.includes(step.control) && isProof(target, source)) return;
  throw new RefusedError(`step ${planned.id}: the target ${target} is not ${object}: nothing was done`);
}

/** A connection is kept for a while: a credential plugin is a program, and what it hands out ends. No call takes longer. */
const KEPT_MS = 60_000;

class Connections {
  readonly #settings: KubernetesEnforcerOptions;
  readonly #ends = new AbortController();
  #open: { readonly connection: Promise<Connection>; readonly until: number } | undefined;
  /** Calls may still be under way on it. */
  #last: Promise<Connection> | undefined;

  constructor(settings: KubernetesEnforcerOptions) {
    this.#settings = settings;
  }

  /** Throws a RefusedError that names what keeps the cluster from being reached. */
  async get({ now, signal }: EnforcerContext): Promise<Connection> {
    signal.throwIfAborted();
    const at = now().getTime();
    if (!this.#open || this.#open.until <= at || this.#open.until > at + KEPT_MS) {
      const old = this.#last;
      this.#last = this.#open?.connection;
      this.#open = { connection: this.#connect(), until: at + KEPT_MS };
      void dispose(old);
    }
    try {
      return await this.#open.connection;
    } catch (error) {
      this.#open = undefined;
      if (error instanceof InputError) throw new RefusedError(error.message);
      throw error;
    }
  }

  async #connect(): Promise<Connection> {
    const { environment } = this.#settings;
    return Connection.open(await readAccess(this.#settings), { environment, signal: this.#ends.signal });
  }

  async close(): Promise<void> {
    await Promise.all([dispose(this.#open?.connection), dispose(this.#last)]);
    this.#open = undefined;
    this.#last = undefined;
  }
}

async function dispose(connection: Promise<Connection> | undefined): Promise<void> {
  await (await connection?.catch(() => undefined))?.[Symbol.asyncDispose]();
}
