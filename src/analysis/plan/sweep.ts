/** Rule 9: the plan ends with a look for what the targets created; a find means planning again. */
import { MINUTE_MS } from '../../model/durations.ts';
import { shellQuote } from '../../model/shell.ts';
import { draftOf } from './draft.ts';
import type { Footholds } from './footholds.ts';
import type { Draft, PlanInput } from './input.ts';

export function sweep(input: PlanInput, { targets }: Footholds, drafts: readonly Draft[]): Draft[] {
  const target = targets.find((one) => drafts.some((draft) => draft.target === one)) ?? drafts[0]?.target;
  if (target === undefined) return [];
  const keys = targets.map((one) => shellQuote(input.graph.keys[one]!)).join(' ');
  const look =
    input.since === undefined ? `interlock plan ${keys} --mode contain` : `interlock incident ${keys} --since ${input.since}`;
  const draft = draftOf(input, {
    target,
    purpose: 'sweep',
    control: {
      action: 'notify',
      parameters: { targets: targets.map((one) => input.graph.keys[one]!) },
      reversibility: 'R0',
      commands: { apply: `interlock collect && ${look}`, inverse: '', probe: look },
      probe: 'the page shows nothing created since, and nothing of the targets alive',
      callMs: MINUTE_MS,
      settleMs: 5 * MINUTE_MS,
    },
    after: drafts.map(({ id }) => id),
    why: 'what the attacker made for later (keys, roles, trust, webhooks, jobs) must be found; if anything shows, plan again with it',
  });
  return [{ ...draft, connector: 'manual', lane: 'manual' }];
}
