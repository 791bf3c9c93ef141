/**
 * A job that names what it deploys, and the workload of that name. Only what is known is deployed to; where the job leaves a part of the
 * name to its credentials or its cluster, each that fits may be the one.
 */
import type { RelationshipFact } from '../model/entity.ts';
import { grouped } from '../model/grouped.ts';
import type { Derived, Join, JoinEntity, JoinInput } from './join.ts';

export const deployedWorkloadJoin: Join = {
  name: 'deployed-workload',
  needs: { entities: ['Pipeline', 'Workload'], relationships: [], essential: [] },
  derives: ['DEPLOYS'],
  looksAt: (entity) => entity.kind === 'Workload' || deploymentsOf(entity).length > 0,
  isIdle: (entities) => !entities.some((entity) => deploymentsOf(entity).length > 0),
  run,
};

interface Deployment {
  /** A key, or a pattern of it with `*` for a part. */
  readonly target: string;
  readonly reason: string;
}

function run({ entities }: JoinInput): Derived {
  const workloads = entities.filter(({ kind }) => kind === 'Workload');
  const byName = grouped(workloads, ({ key }) => lastPart(key));
  const found = entities.flatMap((pipeline) =>
    deploymentsOf(pipeline).flatMap((deployment) => tiesOf(pipeline, deployment, byName.get(lastPart(deployment.target)) ?? [])),
  );
  return { entities: [], relationships: found };
}

function tiesOf(
  { key: source }: JoinEntity,
  { target, reason }: Deployment,
  workloads: readonly JoinEntity[],
): RelationshipFact[] {
  const isWhole = !target.includes('*');
  const pattern = new RegExp(`^${target.split('*').map(escaped).join('[^:/]*')}$`);
  return workloads
    .filter(({ key }) => (isWhole ? key === target : pattern.test(key)))
    .map(({ key }) => ({
      source,
      kind: 'DEPLOYS',
      target: key,
      basis: 'declared',
      certainty: isWhole ? 'definite' : 'possible',
      reason: isWhole ? reason : `${reason}, and not where`,
    }));
}

function deploymentsOf({ kind, properties }: JoinEntity): Deployment[] {
  const stated = kind === 'Pipeline' ? properties['deploys'] : undefined;
  if (!Array.isArray(stated)) return [];
  return stated.flatMap((one) => {
    const { target, reason } = (one ?? {}) as { readonly target?: unknown; readonly reason?: unknown };
    return typeof target === 'string' && typeof reason === 'string' ? [{ target, reason }] : [];
  });
}

/** Never a wildcard: a job that does not name the thing itself deploys nothing that is known. */
const lastPart = (key: string): string => key.slice(Math.max(key.lastIndexOf('/'), key.lastIndexOf(':')) + 1);
const escaped = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
