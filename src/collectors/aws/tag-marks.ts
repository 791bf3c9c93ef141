/** Things by their values of some tags: those of one mark are the same to every condition on these tags. */
import { tagValue } from './request-facts.ts';
import type { Thing } from './things.ts';

const KEPT = new WeakMap<readonly Thing[], Map<string, ReadonlyMap<Thing, string>>>();

/** `names` in lower case. The answer for a list that no longer changes is kept. */
export function tagMarks(things: readonly Thing[], names: readonly string[]): ReadonlyMap<Thing, string> {
  const kept = KEPT.get(things) ?? new Map<string, ReadonlyMap<Thing, string>>();
  KEPT.set(things, kept);
  const id = JSON.stringify(names);
  const known = kept.get(id);
  if (known) return known;
  const marks = new Map(things.map((thing) => [thing, markOf(thing, names)]));
  kept.set(id, marks);
  return marks;
}

const markOf = ({ item }: Thing, names: readonly string[]): string =>
  JSON.stringify(
    names.map((name) => {
      const fact = tagValue(item.tags, name);
      return fact.kind === 'values' ? fact.values[0] : null;
    }),
  );
