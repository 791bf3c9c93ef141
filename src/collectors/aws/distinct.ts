import type { EntityFact } from '../../model/entity.ts';
import type { Fingerprint } from '../../model/fingerprint.ts';
import { awsKey } from '../../model/keys.ts';
import type { Estate } from './estate.ts';

/** Fingerprints of the secrets of AWS keys that some configuration shows, by entity key. Two of one key say nothing. */
export type ShownSecrets = ReadonlyMap<string, Fingerprint>;

const SHOWN = new WeakMap<Estate, ShownSecrets>();

export function shownSecrets(estate: Estate): ShownSecrets {
  const known = SHOWN.get(estate);
  if (known) return known;
  const found = new Map<string, Set<Fingerprint>>();
  for (const { item } of estate.things.values())
    for (const { keyId, fingerprint } of item.held?.credentials ?? [])
      if (keyId && fingerprint) found.set(awsKey(keyId), (found.get(awsKey(keyId)) ?? new Set()).add(fingerprint));
  const shown = new Map(
    [...found].filter(([, values]) => values.size === 1).map(([key, values]) => [key, [...values][0] as Fingerprint]),
  );
  SHOWN.set(estate, shown);
  return shown;
}

/** One fact per key: the inventory's own before what only names the thing, with the fingerprint of its secret where one is shown. */
export function distinctEntities(facts: readonly EntityFact[], shown: ShownSecrets): EntityFact[] {
  const distinct = new Map<string, EntityFact>();
  for (const fact of facts) if (!distinct.has(fact.key) || distinct.get(fact.key)?.stub) distinct.set(fact.key, fact);
  for (const [key, fingerprint] of shown) {
    const fact = distinct.get(key);
    if (fact) distinct.set(key, { ...fact, properties: { ...fact.properties, fingerprint } });
  }
  return [...distinct.values()];
}
