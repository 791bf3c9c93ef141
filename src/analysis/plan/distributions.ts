/** How a new value gets from where it is issued to every place that held the old one. */
import { draftOf, subjectOf } from './draft.ts';
import type { Control, Draft, PlanInput } from './input.ts';
import type { Dependence } from './replacement.ts';
import { idPlaceOf, namePlaceOf } from './steps/credential-field.ts';
import { systemOf } from './steps/index.ts';
import type { Subject } from './steps/subject.ts';

export interface Handed {
  /** The step that issues, by hand where a distribution is. */
  readonly issued: Draft;
  readonly steps: readonly Draft[];
}

export interface Handing {
  readonly dependence: Dependence;
  readonly issued: Draft;
  /** Only they get it. */
  readonly forConsumers?: readonly string[];
  /** The new value works with a new user name only. */
  readonly hasNewName?: boolean;
}

/**
 * One step for each place into which its own system can write, and one by hand for the rest. A value that an enforcer issues is shown
 * to nobody, and one that a person issues is known to no enforcer: so either all of these steps are an enforcer's, or all are done by
 * hand. Where the new proof is made by hand anyway, one step tells how to bring it everywhere.
 */
export function distributions(input: PlanInput, target: number, handing: Handing): Handed {
  const { graph } = input;
  const { dependence, issued, forConsumers } = handing;
  const credential = subjectOf(input, target);
  const delivered = issued.byHand ? [] : deliveries(input, target, handing);
  const filled = new Set(delivered.map((draft) => graph.keys[draft.target]!));
  const places = dependence.places.filter((place) => !filled.has(place));
  const steps = [...delivered];
  if (places.length > 0 || steps.length === 0) {
    steps.push(
      draftOf(input, {
        target,
        for: target,
        ...(forConsumers && { forConsumers }),
        control: systemOf(credential.key).distribute(credential, { ...dependence, places }),
        needs: [issued.id],
        why: 'every place that holds the old value gets the new one',
      }),
    );
  }
  const isAutomatic = [issued, ...steps].every(({ connector }) => connector !== 'manual');
  if (isAutomatic) return { issued, steps };
  const literal = (draft: Draft): Draft => {
    const apply = draft.target === target ? undefined : lineFor(credential, graph.keys[draft.target]!, dependence);
    return byHand(apply === undefined ? draft : { ...draft, commands: { ...draft.commands, apply } });
  };
  return { issued: byHand(issued), steps: steps.map(literal) };
}

const byHand = (draft: Draft): Draft => ({ ...draft, connector: 'manual' });

/** How the issuer's own file is brought into a place: its command goes before the place's, which does not know the file. */
function lineFor(credential: Subject, place: string, dependence: Dependence): string | undefined {
  const idPlace = idPlaceOf(place, credential.key);
  const places = typeof idPlace === 'string' ? [place, idPlace] : [place];
  const [line] = systemOf(credential.key)
    .distribute(credential, { ...dependence, places })
    .commands.apply.split('\n');
  return line === undefined || line.startsWith('#') ? undefined : line;
}

function deliveries(
  input: PlanInput,
  target: number,
  { dependence, issued, forConsumers, hasNewName = false }: Handing,
): Draft[] {
  const { graph } = input;
  const credential = subjectOf(input, target);
  const controlOf = (key: string): Control | undefined => {
    const place = graph.indexOf(key);
    return place === undefined ? undefined : systemOf(key).deliver?.(subjectOf(input, place), credential, { hasNewName });
  };
  const companionOf = (key: string): string | null | undefined =>
    hasNewName ? namePlaceOf(key, (one) => graph.indexOf(one) !== undefined) : idPlaceOf(key, credential.key);
  const controls = new Map<string, Control>();
  for (const key of dependence.places) {
    const control = controlOf(key);
    const idPlace = companionOf(key);
    const idControl = typeof idPlace === 'string' ? controlOf(idPlace) : undefined;
    // A new secret with the old id would strand whoever reads both.
    if (!control || (idPlace !== null && idControl === undefined)) continue;
    controls.set(key, control);
    if (idControl) controls.set(idPlace as string, idControl);
  }
  return [...controls].map(([key, control]) =>
    draftOf(input, {
      target: graph.indexOf(key)!,
      for: target,
      ...(forConsumers && { forConsumers }),
      control,
      needs: [issued.id],
      why: dependence.places.includes(key)
        ? `it holds the value of ${credential.key}: it gets the new one`
        : `the new value of ${credential.key} works with its own id only, which is kept here`,
    }),
  );
}
