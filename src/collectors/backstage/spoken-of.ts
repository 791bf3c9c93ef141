/** The things of other systems that a descriptor's annotations name. https://backstage.io/docs/features/software-catalog/well-known-annotations */
import { awsArn, githubRepository } from '../../model/keys.ts';
import { kindOfKey } from '../../model/kind-of-key.ts';
import type { EntityKind } from '../../model/kinds.ts';

/** What a catalogue may speak of; identities and places of secrets too, which have owners like all else. */
export const SPOKEN_OF = [
  'Workload',
  'Resource',
  'Repository',
  'Secret',
  'Role',
  'User',
] as const satisfies readonly EntityKind[];

export interface SpokenOf {
  readonly key: string;
  readonly kind: EntityKind;
  readonly annotation: string;
}

type Annotations = Readonly<Record<string, string>>;

/** Each once, by the first annotation that names it. */
export function spokenOf(annotations: Annotations): SpokenOf[] {
  const found = new Map<string, SpokenOf>();
  for (const [annotation, value] of Object.entries(annotations)) {
    for (const key of [...repositoriesIn(annotation, value), ...arnsIn(value)]) {
      const kind = kindOfKey(key);
      if (isSpokenOf(kind) && !found.has(key)) found.set(key, { key, kind, annotation });
    }
  }
  return [...found.values()];
}

const isSpokenOf = (kind: EntityKind | undefined): kind is EntityKind =>
  (SPOKEN_OF as readonly (EntityKind | undefined)[]).includes(kind);

function repositoriesIn(annotation: string, value: string): string[] {
  if (annotation === 'github.com/project-slug') return /^[\w.-]+\/[\w.-]+$/.test(value) ? [githubRepository(value)] : [];
  if (annotation !== 'backstage.io/source-location') return [];
  const [, host, slug] = /^url:https?:\/\/([\w.-]+)\/([\w.-]+\/[\w.-]+?)(?:\.git)?(?:\/|$)/.exec(value) ?? [];
  if (host === undefined || slug === undefined) return [];
  if (host === 'github.com') return [githubRepository(slug)];
  // An Enterprise Server says so by its name, or it cannot be told from other hosts.
  return /(^|\.)github\.|(^|\.)ghe\./.test(host) ? [`github@${host}:${slug}`] : [];
}

/** `amazonaws.com/arn` and every other annotation that holds ARNs, one or several. */
const arnsIn = (value: string): string[] =>
  value
    .split(/[\s,]+/)
    .filter((word) => /^arn:[\w-]+:[\w-]+:[\w-]*:\d*:\S+$/.test(word))
    .map(awsArn);
