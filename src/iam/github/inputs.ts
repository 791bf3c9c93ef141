/** Inputs of workflows and actions: what is declared of them, and what a caller fills them with. */
import { type ContextPath, contextPaths, expressionsIn } from './expressions.ts';
import { type Matrix, matrixTexts } from './matrix.ts';
import { entriesOf, textOf, textsOf, valueAt, type YamlNode } from './node.ts';
import { possibleTexts } from './possible-texts.ts';

/** A text, and what `inputs.x` and `env.x` stand for where it is written. */
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

/** Deeper chains of calls than GitHub allows end here: they only happen where inputs are handed on in a circle. */
const MOST_HOPS = 16;

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

/** The ways that a text takes into contexts of the run, through inputs and environment variables to where these come from. */
export function originsOf({ text, given }: Pick<BoundText, 'text' | 'given'>, hops = 0): ContextPath[] {
  const paths = expressionsIn(text).flatMap((expression) => contextPaths(expression) ?? []);
  return paths.flatMap((path) => {
    const [context, name] = path;
    if (hops >= MOST_HOPS || typeof name !== 'string') return [path];
    const handed = /^inputs$/i.test(context) ? given.inputs : /^env$/i.test(context) ? given.env : undefined;
    const source = handed?.get(name.toLowerCase());
    return source ? originsOf(source, hops + 1) : [path];
  });
}

/** The text that `${{ inputs.x }}` or `${{ env.x }}` stands for where a text is nothing else; itself otherwise. */
export function sourceText({ text, given }: Pick<BoundText, 'text' | 'given'>, hops = 0): string {
  const [, context, name] = /^\s*\$\{\{\s*(inputs|env)\.([\w-]+)\s*\}\}\s*$/i.exec(text) ?? [];
  if (context === undefined || name === undefined || hops >= MOST_HOPS) return text;
  const source = (context.toLowerCase() === 'inputs' ? given.inputs : given.env).get(name.toLowerCase());
  return source ? sourceText(source, hops + 1) : text;
}

/** What a text may be where it is written, through inputs and matrix. */
export function boundTexts({ text, given }: Pick<BoundText, 'text' | 'given'>, hops = 0): readonly string[] {
  return possibleTexts(text, ([context, ...path]) => {
    if (context === 'matrix') return matrixTexts(given.matrix, path);
    const source = context === 'inputs' && path[0] !== undefined ? given.inputs.get(path[0].toLowerCase()) : undefined;
    return source && hops < MOST_HOPS ? boundTexts(source, hops + 1) : undefined;
  });
}

/** What a person who starts a run by hand may choose: the options of a choice, true or false; undefined for free text. */
export function chosenTexts(on: YamlNode, name: string): readonly string[] | undefined {
  const inputs = valueAt(valueAt(on, 'workflow_dispatch'), 'inputs');
  const input = entriesOf(inputs).find(([key]) => key.toLowerCase() === name.toLowerCase())?.[1];
  const type = textOf(valueAt(input, 'type'));
  if (type === 'boolean') return ['true', 'false'];
  return type === 'choice' ? textsOf(valueAt(input, 'options')) : undefined;
}
