/** Inputs of workflows and actions: what is declared of them, and what a caller fills them with. */
import { type ContextPath, expressionsIn } from './expressions.ts';
import { type Matrix, matrixTexts } from './matrix.ts';
import { entriesOf, textOf, textsOf, valueAt, type YamlNode } from './node.ts';
import { possibleTexts } from './possible-texts.ts';
import { triggersOf } from './triggers.ts';
import { valuePaths } from './value-paths.ts';

/** A text, and what `inputs.x` and `env.x` stand for where it is written: always texts from further out, so that no chain ends in itself. */
export interface BoundText {
  readonly text: string;
  /** Where it stands in its file. */
  readonly line: number;
  readonly given: Given;
}

/** By context, then by name in lower case. */
export interface Given {
  readonly inputs: ReadonlyMap<string, BoundText>;
  readonly env: ReadonlyMap<string, BoundText>;
  readonly matrix: Matrix;
}

export const NOTHING_GIVEN: Given = { inputs: new Map(), env: new Map(), matrix: undefined };

/** What the caller's `with` hands over, the declared defaults for the rest. */
export function givenInputs(declared: YamlNode | undefined, handed: YamlNode | undefined, caller: Given): Given['inputs'] {
  const found = new Map<string, BoundText>();
  for (const [name, input] of entriesOf(declared)) {
    const value = valueAt(input, 'default');
    const text = textOf(value);
    if (text !== undefined) found.set(name.toLowerCase(), { text, line: value?.line ?? input.line, given: NOTHING_GIVEN });
  }
  for (const [name, value] of entriesOf(handed)) {
    found.set(name.toLowerCase(), { text: textOf(value) ?? '', line: value.line, given: caller });
  }
  return found;
}

/** The environment variables of several levels, the last of which counts. */
export function givenEnv(levels: readonly (YamlNode | undefined)[], given: Given): Given['env'] {
  const entries = levels.flatMap((level) => entriesOf(level));
  return new Map(entries.map(([name, value]) => [name.toLowerCase(), { text: textOf(value) ?? '', line: value.line, given }]));
}

/** Where what a text is made of comes from: the ways into contexts of the run, through inputs and environment variables. */
export function originsOf(text: Pick<BoundText, 'text' | 'given'>, visited: Set<BoundText> = new Set()): ContextPath[] {
  const paths = expressionsIn(text.text).flatMap(valuePaths);
  return paths.flatMap((path) => {
    const source = sourceOf(text.given, path);
    if (!source) return [path];
    if (visited.has(source)) return [];
    visited.add(source);
    return originsOf(source, visited);
  });
}

function sourceOf({ inputs, env }: Given, [context, name]: ContextPath): BoundText | undefined {
  if (typeof name !== 'string') return undefined;
  const handed = /^inputs$/i.test(context) ? inputs : /^env$/i.test(context) ? env : undefined;
  return handed?.get(name.toLowerCase());
}

/** The text that `${{ inputs.x }}` or `${{ env.x }}` stands for where a text is nothing else; itself otherwise. */
export function sourceText({ text, given }: Pick<BoundText, 'text' | 'given'>): string {
  const [, context, name] = /^\s*\$\{\{\s*(inputs|env)\.([\w-]+)\s*\}\}\s*$/i.exec(text) ?? [];
  const source = context === undefined || name === undefined ? undefined : sourceOf(given, [context, name]);
  return source ? sourceText(source) : text;
}

/** What a text may be where it is written, through inputs and matrix. */
export function boundTexts(
  { text, given }: Pick<BoundText, 'text' | 'given'>,
  known: Map<BoundText, readonly string[]> = new Map(),
): readonly string[] {
  return possibleTexts(text, ([context, ...path]) => {
    if (context === 'matrix') return matrixTexts(given.matrix, path);
    const source = context === 'inputs' && path[0] !== undefined ? given.inputs.get(path[0].toLowerCase()) : undefined;
    if (!source) return undefined;
    const found = known.get(source) ?? boundTexts(source, known);
    known.set(source, found);
    return found;
  });
}

const BY_HAND = 'workflow_dispatch';

/**
 * What an input of a workflow that nobody calls may be in the runs of an event, in any run where none is given; undefined for free text.
 * Only a person who starts a run by hand fills one.
 */
export function inputTexts(on: YamlNode, name: string, event?: string): readonly string[] | undefined {
  const events = event === undefined ? triggersOf(on).map((trigger) => trigger.event) : [event];
  if (!events.includes(BY_HAND)) return [''];
  const chosen = chosenTexts(on, name);
  return chosen && events.some((other) => other !== BY_HAND) ? [...chosen, ''] : chosen;
}

/** The options of a choice, true or false. */
function chosenTexts(on: YamlNode, name: string): readonly string[] | undefined {
  const inputs = valueAt(valueAt(on, BY_HAND), 'inputs');
  const input = entriesOf(inputs).find(([key]) => key.toLowerCase() === name.toLowerCase())?.[1];
  const type = textOf(valueAt(input, 'type'));
  if (type === 'boolean') return ['true', 'false'];
  return type === 'choice' ? textsOf(valueAt(input, 'options')) : undefined;
}
