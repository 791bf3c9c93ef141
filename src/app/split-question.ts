import { isSure } from '../analysis/ambiguity/verdict.ts';
import { type Ambiguity, ambiguity } from '../analysis/ambiguity.ts';
import type { LikelyConsumer, SplitQuestion } from '../analysis/plan/input.ts';
import type { AccessGraph } from '../graph/access-graph.ts';
import type { SplitRights } from '../model/plan.ts';
import { createInputs } from './ambiguity.ts';
import type { App } from './app.ts';
import type { Asking } from './reach.ts';

/** What a plan that splits a credential asks of its consumers: the same as `interlock ambiguity` answers. */
export async function splitQuestion(app: App & Asking, graph: AccessGraph, rights: SplitRights): Promise<SplitQuestion> {
  const inputOf = await createInputs(app, graph);
  const { window } = inputOf(0);
  return {
    rights,
    window: { end: window.end, days: window.days },
    consumersOf: (credential) => consumersOf(ambiguity(graph, inputOf(credential), app.settings.weights)),
  };
}

const consumersOf = ({ candidates, origins }: Ambiguity): LikelyConsumer[] =>
  candidates.map(({ key, probability, isAbleOnly, evidence }) => ({
    key,
    probability,
    isAbleOnly,
    evidence: evidence.map(({ text }) => text),
    origins: origins.filter((one) => one.consumer === key && isSure(one.probability)).map((one) => one.key),
  }));
