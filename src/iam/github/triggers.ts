/** What starts a workflow. https://docs.github.com/actions/reference/workflows-and-actions/events-that-trigger-workflows */
import { entriesOf, itemsOf, textOf, textsOf, valueAt, type YamlNode } from './node.ts';

export interface Trigger {
  readonly event: string;
  /** Patterns of GitHub; absent when the trigger has no such filter. */
  readonly branches?: readonly string[];
  readonly tags?: readonly string[];
  readonly branchesIgnore: boolean;
  readonly tagsIgnore: boolean;
  /** Activity types; absent when the trigger names none. */
  readonly types?: readonly string[];
  /** Of `schedule`. */
  readonly cron: readonly string[];
}

const plain = (event: string): Trigger => ({ event, branchesIgnore: false, tagsIgnore: false, cron: [] });

/** The triggers of an `on:`, which is a word, a list of words, or a map. */
export function triggersOf(on: YamlNode): Trigger[] {
  if (on.type !== 'map') return textsOf(on).map(plain);
  return on.entries.map(([event, filter]) => {
    const branches = listed(filter, 'branches');
    const tags = listed(filter, 'tags');
    const types = listed(filter, 'types');
    return {
      event,
      ...(branches ? { branches } : {}),
      ...(tags ? { tags } : {}),
      ...(types ? { types } : {}),
      branchesIgnore: valueAt(filter, 'branches-ignore') !== undefined,
      tagsIgnore: valueAt(filter, 'tags-ignore') !== undefined,
      cron: itemsOf(filter)
        .map((item) => textOf(valueAt(item, 'cron')))
        .filter((cron) => cron !== undefined),
    };
  });
}

/** Undefined where nothing is listed. */
function listed(filter: YamlNode, key: string): string[] | undefined {
  const texts = textsOf(valueAt(filter, key));
  return texts.length > 0 ? texts : undefined;
}

/** The secrets that a reusable workflow declares, upper case; undefined when it cannot be called. */
export function declaredParameters(on: YamlNode): string[] | undefined {
  if (!triggersOf(on).some(({ event }) => event === 'workflow_call')) return undefined;
  return entriesOf(valueAt(valueAt(on, 'workflow_call'), 'secrets')).map(([name]) => name.toUpperCase());
}
