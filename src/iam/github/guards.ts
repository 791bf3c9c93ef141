/** What a condition (`if`) asks of whoever started the run, so that not everybody gets past it. */
import { contextPaths, expressionsIn } from './expressions.ts';

/** What of the event speaks of who somebody is, or of what only somebody with rights can do. */
const ABOUT_WHO = [
  /^github\.(actor|triggering_actor|actor_id)$/,
  /^github\.event\.sender\./,
  /\.author_association$/,
  /\.(user|actor|triggering_actor)\.(login|id|type)$/,
  /\.head\.(repo\.(full_name|fork|owner\.login|id)|user\.login|label)$/,
  /\.head_repository\.(full_name|fork|owner\.login|id)$/,
  /^github\.event\.workflow_run\.event$/,
  /^github\.event\.(label\.name|pull_request\.labels.*|issue\.labels.*|pull_request\.merged)$/,
  /^github\.(event_name|event\.action)$/,
  /^(needs|steps)\..*\.outputs\./,
  /^needs\..*\.result$/,
];

/** The contexts that a condition judges and that may keep strangers out; `an expression that cannot be read` where it is one. */
export function guardsIn(condition: string): string[] {
  const inner = expressionsIn(condition);
  const found = (inner.length > 0 ? inner : [condition]).flatMap((expression) => {
    const paths = contextPaths(expression);
    if (!paths) return ['an expression that cannot be read'];
    const dotted = paths.map((path) => path.map((part) => (part ?? '*').toLowerCase()).join('.'));
    return dotted.filter((path) => ABOUT_WHO.some((pattern) => pattern.test(path)));
  });
  return [...new Set(found)].sort();
}
