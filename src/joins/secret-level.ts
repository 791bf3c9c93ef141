/**
 * At which level the secret lives that a workflow names: files do not say, so such reads are of the repository's key. Where another
 * source or a person names a secret of the job's environment or of the organisation, the job reads that one:
 * surely its environment's, which comes first, possibly the organisation's, which the repository may hide or not be shown.
 * https://docs.github.com/actions/reference/security/secrets
 */
import type { RelationshipFact } from '../model/entity.ts';
import { grouped } from '../model/grouped.ts';
import { foldKey, githubOrgSecret } from '../model/keys.ts';
import type { Certainty } from '../model/kinds.ts';
import { relationshipId } from '../model/relationship-id.ts';
import { matchedBy } from '../model/wildcard.ts';
import type { Derived, Join, JoinEntity, JoinInput } from './join.ts';

export const secretLevelJoin: Join = {
  name: 'secret-level',
  needs: { entities: ['Secret', 'Pipeline'], relationships: ['READS'], essential: ['READS'] },
  derives: ['READS'],
  looksAt: ({ kind, key, properties }) =>
    kind === 'Pipeline' || ENVIRONMENT_SECRET.test(key) || ORGANISATION_SECRET.test(key) || properties['level'] === 'repository',
  isIdle: (entities) => !entities.some(({ key }) => ENVIRONMENT_SECRET.test(key) || ORGANISATION_SECRET.test(key)),
  run,
};

const REPOSITORY_SECRET = /^(github(?:@[^:]+)?:(?!org\/)([^/]+)\/[^/]+)\/actions\/secrets\/([^/]+)$/i;
const ORGANISATION_SECRET = /^github:org\/[^/]+\/actions\/secrets\//i;
const ENVIRONMENT_SECRET = /^(github(?:@[^:]+)?:[^/]+\/[^/]+)\/environments\/(.+)\/secrets\/([^/]+)$/i;

function run({ entities, relationships }: JoinInput): Derived {
  const secrets = new Map(entities.filter(({ kind }) => kind === 'Secret').map(({ key }) => [foldKey(key), key]));
  // Where the secrets of a repository were listed, its reads are exact already.
  const settled = new Set(entities.flatMap(({ key, properties }) => (properties['level'] === 'repository' ? [key] : [])));
  const guarded = grouped(environmentSecrets(secrets.values()), ({ place }) => place);
  const pipelines = new Map(entities.filter(({ kind }) => kind === 'Pipeline').map((entity) => [entity.key, entity]));
  const derived = relationships.flatMap((read) => {
    const [, repository, org, name] = REPOSITORY_SECRET.exec(read.target) ?? [];
    if (!repository || !org || !name || settled.has(read.target)) return [];
    const atOrg = secrets.get(foldKey(githubOrgSecret(org, name)));
    return [
      ...(guarded.get(placeOf(repository, name)) ?? []).flatMap((secret) => readOfEnvironment(read, secret, pipelines)),
      ...(atOrg
        ? [readOf(read, atOrg, 'possible', 'if the organisation shows it to the repository, which has none of that name')]
        : []),
    ];
  });
  return { entities: [], relationships: withoutSaid(derived, relationships) };
}

/** Reads are many, what is derived of them few: only names of the few are kept. */
function withoutSaid(derived: readonly RelationshipFact[], said: readonly RelationshipFact[]): RelationshipFact[] {
  if (derived.length === 0) return [];
  const unsaid = new Set(derived.map(relationshipId));
  for (const fact of said) unsaid.delete(relationshipId(fact));
  return derived.filter((fact) => unsaid.has(relationshipId(fact)));
}

interface EnvironmentSecret {
  readonly key: string;
  /** Repository and name, folded. */
  readonly place: string;
  readonly environment: string;
}

const placeOf = (repository: string, name: string): string => foldKey(`${repository} ${name}`);

function environmentSecrets(keys: Iterable<string>): EnvironmentSecret[] {
  return [...keys].flatMap((key) => {
    const [, repository, environment, name] = ENVIRONMENT_SECRET.exec(key) ?? [];
    return repository && environment && name ? [{ key, place: placeOf(repository, name), environment }] : [];
  });
}

function readOfEnvironment(
  read: RelationshipFact,
  secret: EnvironmentSecret,
  pipelines: ReadonlyMap<string, JoinEntity>,
): RelationshipFact[] {
  const found = environmentsOf(pipelines.get(read.source)).map((environment) => ({
    environment,
    matched: matchedBy(environment.toLowerCase(), secret.environment.toLowerCase()),
  }));
  const [best] = found.filter(({ matched }) => matched === 'all').concat(found.filter(({ matched }) => matched !== 'none'));
  if (!best) return [];
  const why = `its environment is ${best.environment}`;
  return [readOf(read, secret.key, best.matched === 'all' ? read.certainty : 'possible', why)];
}

/** One, or all that a matrix gives. */
function environmentsOf(pipeline: JoinEntity | undefined): string[] {
  return [pipeline?.properties['environment']].flat().filter((name) => typeof name === 'string');
}

function readOf(read: RelationshipFact, target: string, certainty: Certainty, why: string): RelationshipFact {
  const { source, kind, basis, alternative, reason, condition, conditionClass } = read;
  return {
    source,
    kind,
    target,
    basis,
    certainty,
    reason: `${reason ? `${reason}; ` : ''}${why}`,
    ...(condition === undefined ? {} : { condition }),
    ...(conditionClass === undefined ? {} : { conditionClass }),
    ...(alternative ? { alternative } : {}),
  };
}
