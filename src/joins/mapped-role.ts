/**
 * A role that `aws-auth` of an EKS cluster names ↔ the IAM role that is meant: the ConfigMap knows roles without their path, whatever
 * the case of their letters. Names of roles are unique in their account, whatever their path.
 *
 *     role `…:role/deploy` ─MEMBER_OF─► group of the cluster      ⇒      role `…:role/ci/deploy` ─MEMBER_OF─► the same
 *
 * https://docs.aws.amazon.com/eks/latest/userguide/auth-configmap.html
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html#reference_iam-quotas-names
 */
import type { RelationshipFact } from '../model/entity.ts';
import { grouped } from '../model/grouped.ts';
import { relationshipId } from '../model/relationship-id.ts';
import { type Derived, factOf, type Join, type JoinInput } from './join.ts';

export const mappedRoleJoin: Join = {
  name: 'mapped-role',
  needs: { entities: ['Role'], relationships: ['MEMBER_OF', 'CAN_ASSUME'], essential: [] },
  derives: ['MEMBER_OF', 'CAN_ASSUME'],
  looksAt: ({ key }) => ROLE.test(key),
  isIdle: (entities) => !entities.some(({ key }) => ROLE.test(key)),
  run,
};

const ROLE = /^aws:arn:([^:]+):iam::(\d+):role\/(?:.*\/)?([^/]+)$/;

function run({ entities, relationships }: JoinInput): Derived {
  const mapped = relationships.filter(isMapping);
  if (mapped.length === 0) return { entities: [], relationships: [] };
  const roles = grouped(
    entities.filter(({ key }) => ROLE.test(key)),
    ({ key }) => nameOf(key),
  );
  const known = new Set(relationships.map(relationshipId));
  const derived = mapped.flatMap((mapping) =>
    (roles.get(nameOf(mapping.source)) ?? []).filter(({ key }) => key !== mapping.source).map(({ key }) => meant(mapping, key)),
  );
  return { entities: [], relationships: derived.filter((fact) => !known.has(relationshipId(fact))) };
}

const isMapping = ({ target, properties }: RelationshipFact): boolean =>
  target.startsWith('k8s:') && properties?.['withoutPath'] === true;

/** Partition, account and name; the name is folded as IAM compares it. */
function nameOf(key: string): string {
  const [, partition = '', account = '', name = ''] = ROLE.exec(key) ?? [];
  return `${partition} ${account} ${name.toLowerCase()}`;
}

const meant = (mapping: RelationshipFact, source: string): RelationshipFact => ({
  ...factOf(mapping),
  source,
  reason: `${mapping.reason}, which names it as ${mapping.source.slice('aws:'.length)}`,
});
