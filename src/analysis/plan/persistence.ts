/** Rule 9: what the targets created or changed since the incident began, which is their way back in. */
import { type AccessGraph, entityKindAt } from '../../graph/access-graph.ts';
import { type Created, createdBy } from '../incident/created.ts';
import { type Footholds, isIdentity } from './footholds.ts';
import type { PlanInput } from './input.ts';

export interface Persistence {
  /** Identities and proofs that they made: they join what is cut. */
  readonly joined: readonly number[];
  /** What else they changed: somebody has to look at each. */
  readonly changes: readonly Created[];
}

const MADE_IDENTITY = /(^|:)Create(User|Role|ServiceAccount|Group)$/;
const MADE_LOGIN = /(^|:)(Create|Update)LoginProfile$/;

/** Nothing without a begin: until then everything that was changed is the consumers' own. */
export function persistence({ graph, since, facts }: PlanInput, footholds: Footholds): Persistence {
  if (since === undefined) return { joined: [], changes: [] };
  const isKnown = (entity: number): boolean => footholds.joined.has(entity) || footholds.targets.includes(entity);
  const joined = new Set<number>();
  const changes: Created[] = [];
  for (const change of createdBy(graph, { footholds, since, facts })) {
    const made = madeBy(graph, change);
    if (made !== undefined && !isKnown(made)) joined.add(made);
    else if (!isKnown(graph.indexOf(change.key)!)) changes.push(change);
  }
  return { joined: [...joined].filter((one) => !graph.over[one]), changes };
}

function madeBy(graph: AccessGraph, { key, action }: Created): number | undefined {
  const thing = graph.indexOf(key)!;
  if (MADE_IDENTITY.test(action) && isIdentity(graph, thing)) return thing;
  if (!MADE_LOGIN.test(action)) return undefined;
  const login = graph.indexOf(`${key}/login-profile`);
  return login !== undefined && entityKindAt(graph, login) === 'Credential' ? login : undefined;
}
