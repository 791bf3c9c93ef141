/** Which wave each step stands in: the earliest that its precedence allows. */
import type { Draft } from './input.ts';

/** `cyclic`: steps whose precedence contradicts itself. They are in no wave: a cycle is never silently ordered. */
export interface Layers {
  readonly waves: readonly (readonly Draft[])[];
  readonly cyclic: readonly string[];
}

/**
 * Longest paths over `needs` and `after` (an earlier wave) and `notBefore` (the same or an earlier one). Steps that must not come
 * before each other share a wave. Names of steps that are not there are ignored. Steps of a wave keep the order of the input.
 */
export function layers(drafts: readonly Draft[]): Layers {
  const known = new Set(drafts.map(({ id }) => id));
  const level = new Map(drafts.map(({ id }) => [id, 0]));
  const rise = ({ id, needs, after, notBefore }: Draft): boolean => {
    let least = level.get(id)!;
    for (const other of [...needs, ...after]) if (known.has(other)) least = Math.max(least, level.get(other)! + 1);
    for (const other of notBefore) if (known.has(other)) least = Math.max(least, level.get(other)!);
    const rises = least > level.get(id)!;
    level.set(id, least);
    return rises;
  };
  // Without a contradiction no level passes the number of steps.
  for (let round = 0; round <= drafts.length; round++) {
    let hasRisen = false;
    for (const draft of drafts) hasRisen = rise(draft) || hasRisen;
    if (!hasRisen) return { waves: group(drafts, level), cyclic: [] };
  }
  const cyclic = drafts.filter((draft) => level.get(draft.id)! >= drafts.length).map(({ id }) => id);
  return { waves: [], cyclic };
}

function group(drafts: readonly Draft[], level: ReadonlyMap<string, number>): Draft[][] {
  const byLevel = new Map<number, Draft[]>();
  for (const draft of drafts) {
    const at = level.get(draft.id)!;
    const wave = byLevel.get(at);
    if (wave) wave.push(draft);
    else byLevel.set(at, [draft]);
  }
  return [...byLevel].sort(([a], [b]) => a - b).map(([, wave]) => wave);
}
