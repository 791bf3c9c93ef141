/** Relationships of a first load: one claim each, between nodes whose numbers are known. */
import { setImmediate } from 'node:timers/promises';
import type { RelationshipFact } from '../../model/entity.ts';
import type { Writing } from './change-set.ts';
import { relationshipFactText } from './claims.ts';
import type { Run } from './client.ts';
import type { NewRelationship } from './first-load.ts';
import * as facts from './queries/facts.ts';
import type { Recorder } from './recorder.ts';

/** Small enough that the server begins early, and works on one portion while the next is made ready. */
const PORTION = 2_000;

/** Returns how many it wrote; their names are in `ids` then. */
export async function loadRelationships(
  run: Run,
  recorder: Recorder,
  { place, run: number, generation }: Writing,
  fresh: readonly NewRelationship[],
  ids: Set<string>,
): Promise<number> {
  const answers: Promise<readonly { readonly made: number }[]>[] = [];
  for (let from = 0; from < fresh.length; from += PORTION) {
    const portion = fresh.slice(from, from + PORTION);
    const claim = { origins: [place], runs: [number], changedIn: generation };
    const answer = run(facts.loadRelationships, { rows: portion.map(rowOf), ...claim });
    // A failure is told when all are awaited, below; until then it must not count as one that nobody handles.
    answer.catch(() => undefined);
    answers.push(answer);
    for (const { id } of portion) {
      ids.add(id);
      recorder.change('upsert', 'relationship', id);
    }
    await setImmediate();
  }
  const made = (await Promise.all(answers)).flat().reduce((sum, row) => sum + row.made, 0);
  if (made < fresh.length) throw new Error('entities of a first load were removed while it ran; collect again');
  return made;
}

/** In the order of `cypher/facts/load-relationships.cypher`. A single claim shows as it is. */
function rowOf({ id, source, target, fact }: NewRelationship): readonly unknown[] {
  const { kind, basis, certainty, reason, condition, conditionClass, levels, alternative } = fact;
  const { version, lastUsed, uses, properties }: RelationshipFact = fact;
  return [
    source,
    target,
    kind,
    id,
    basis,
    certainty,
    reason,
    condition,
    conditionClass,
    levels,
    alternative?.group,
    alternative?.option,
    version,
    lastUsed,
    uses,
    properties && JSON.stringify(properties),
    relationshipFactText(fact),
    fact.firstSeen,
  ];
}
