/** `can` and `who-can` on collected clusters, from the roles and bindings that the collector kept. */
import { Authorizer } from '../../iam/kubernetes/authorizer.ts';
import { type BindingObject, type RoleObject, rbacObject, rbacObjectShape } from '../../iam/kubernetes/objects.ts';
import { coversResource } from '../../iam/kubernetes/rule.ts';
import { k8sCluster } from '../../model/keys.ts';
import type {
  AccessProvider,
  AccessQuestions,
  AccessRequest,
  AccessVerdict,
  CanAnswer,
  PrincipalVerdict,
  WhoCanAnswer,
} from '../../ports/access-questions.ts';
import { attributesOf, isKubernetesAction } from './access-words.ts';
import { RBAC_DOCUMENT } from './documents.ts';
import { type Identity, identityOf, implicitGroups, keyOfIdentity, MASTERS, requesterOf } from './identities.ts';

/** `k8s:<source>/<namespace or _>/<plural>/<name>` */
const PRINCIPAL = /^k8s:([^/]+)\/([^/]+)\/(serviceaccounts|users|groups)\/(.+)$/;

export const kubernetesAccess: AccessProvider = {
  sources: ['kubernetes'],
  knows: (principal) => PRINCIPAL.test(principal),
  speaks: isKubernetesAction,
  async load(documents) {
    const bySource = new Map<string, (RoleObject | BindingObject)[]>();
    for await (const { origin, type, body } of documents) {
      const read = type === RBAC_DOCUMENT ? rbacObjectShape.safeParse(body) : undefined;
      if (read?.success) bySource.set(origin, [...(bySource.get(origin) ?? []), rbacObject(read.data)]);
    }
    return new KubernetesQuestions(new Map([...bySource].map(([source, objects]) => [source, new Authorizer(objects)])));
  },
};

class KubernetesQuestions implements AccessQuestions {
  readonly #clusters: ReadonlyMap<string, Authorizer>;

  constructor(clusters: ReadonlyMap<string, Authorizer>) {
    this.#clusters = clusters;
  }

  can(principal: string, request: AccessRequest): CanAnswer | undefined {
    const [, source = '', namespace = '', type = '', name = ''] = PRINCIPAL.exec(principal) ?? [];
    const authorizer = this.#clusters.get(source);
    if (!authorizer) return undefined;
    const identity =
      type === 'serviceaccounts'
        ? ({ type, namespace, name } as const)
        : ({ type: type as 'users' | 'groups', namespace: '', name } as const);
    return { ...verdictOf(authorizer, identity, request), touched: [principal, k8sCluster(source)], gaps: [] };
  }

  whoCan(request: AccessRequest): WhoCanAnswer {
    const named = sourceIn(request.resource);
    const items: PrincipalVerdict[] = [];
    const touched: string[] = [];
    for (const [source, authorizer] of this.#clusters) {
      if (named !== undefined && named !== source) continue;
      touched.push(k8sCluster(source));
      for (const [key, identity] of identitiesIn(source, authorizer)) {
        const verdict = verdictOf(authorizer, identity, request);
        if (verdict.verdict === 'allowed') items.push({ key, ...verdict });
      }
    }
    return { items: items.sort((a, b) => (a.key < b.key ? -1 : 1)), outside: [], touched, gaps: [] };
  }
}

const sourceIn = (resource: string): string | undefined => /^k8s:([^/]+)/.exec(resource)?.[1];

/** Whoever a binding names, and those who may do everything without one. */
function identitiesIn(source: string, { bindings }: Authorizer): Map<string, Identity> {
  const subjects = bindings.flatMap((binding) => binding.subjects.map(identityOf));
  const all = [{ type: 'groups', namespace: '', name: MASTERS } as const, ...subjects.filter((one) => one !== undefined)];
  return new Map(all.map((identity) => [keyOfIdentity(source, identity), identity]));
}

function verdictOf(authorizer: Authorizer, identity: Identity, request: AccessRequest): AccessVerdict {
  const groups = implicitGroups(identity);
  if (identity.type === 'groups' && identity.name === MASTERS) return BUILT_IN;
  const attributes = attributesOf(request);
  const because = authorizer.allowances(requesterOf(identity, groups), attributes).map(({ binding, rule }) => ({
    policy: `${binding.kind} ${binding.namespace ? `${binding.namespace}/` : ''}${binding.name}`,
    statement: `${binding.role.kind} ${binding.role.name}: ${rule.verbs.join(', ')} on ${(coversResource(rule, attributes) ? rule.resources : rule.nonResourceURLs).join(', ')}`,
    effect: 'Allow' as const,
  }));
  return { verdict: because.length > 0 ? 'allowed' : 'implicit-deny', conditions: [], because };
}

const BUILT_IN: AccessVerdict = {
  verdict: 'allowed',
  conditions: [],
  because: [{ policy: 'built into the API server', statement: MASTERS, effect: 'Allow' }],
};
