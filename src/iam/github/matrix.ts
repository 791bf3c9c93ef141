/** The values that a job's matrix gives. https://docs.github.com/actions/how-tos/write-workflows/choose-what-workflows-do/run-job-variations */
import { entriesOf, itemsOf, textOf, valueAt, type YamlNode } from './node.ts';
import { possibleTexts } from './possible-texts.ts';

/** Path below `matrix`, joined by dots, lower case → its texts; `''` where some variation lacks it. Undefined: only the run decides. */
export type Matrix = ReadonlyMap<string, readonly string[]> | undefined;

const OWN_KEYS = new Set(['include', 'exclude']);

export function matrixOf(strategy: YamlNode | undefined): Matrix {
  const matrix = valueAt(strategy, 'matrix');
  if (!matrix) return undefined;
  const include = valueAt(matrix, 'include');
  // `matrix: ${{ fromJSON(…) }}`, or an `include` of that kind, may give any key.
  if (matrix.type !== 'map' || include?.type === 'scalar') return undefined;
  const found = new Map<string, Set<string>>();
  const axes = matrix.entries.filter(([key]) => !OWN_KEYS.has(key));
  for (const [axis, values] of axes) {
    const excluded = excludedValues(matrix, axis);
    const items = values.type === 'list' ? values.items.filter((item) => !excluded.has(textOf(item) ?? '')) : [values];
    for (const item of items) addTexts(found, axis.toLowerCase(), item);
  }
  for (const item of itemsOf(include)) for (const [key, value] of entriesOf(item)) addTexts(found, key.toLowerCase(), value);
  addGaps(found, new Set(axes.map(([axis]) => axis.toLowerCase())), itemsOf(include));
  return new Map([...found].map(([path, texts]) => [path, [...texts]]));
}

/** Values that an exclusion takes out whatever the other axes are. */
function excludedValues(matrix: YamlNode, axis: string): ReadonlySet<string> {
  const alone = itemsOf(valueAt(matrix, 'exclude'))
    .map(entriesOf)
    .filter((entries) => entries.length === 1);
  return new Set(alone.flatMap(([entry]) => (entry?.[0] === axis ? [textOf(entry[1]) ?? ''] : [])));
}

function addTexts(found: Map<string, Set<string>>, path: string, node: YamlNode): void {
  const texts = found.get(path) ?? new Set<string>();
  found.set(path, texts);
  if (node.type === 'map') for (const [key, value] of node.entries) addTexts(found, `${path}.${key.toLowerCase()}`, value);
  // An object or a list has no text of its own; one that is computed may hold anything.
  if (node.type === 'scalar') for (const text of possibleTexts(textOf(node) ?? '')) texts.add(text);
}

/** What only some `include` gives is absent from the other variations. */
function addGaps(found: Map<string, Set<string>>, axes: ReadonlySet<string>, include: readonly YamlNode[]): void {
  const given = include.map((item) => new Set(entriesOf(item).map(([key]) => key.toLowerCase())));
  for (const key of new Set(given.flatMap((keys) => [...keys]))) {
    const isEverywhere = axes.size === 0 && given.every((keys) => keys.has(key));
    if (!axes.has(key) && !isEverywhere) found.get(key)?.add('');
  }
}

/** The texts at a way below `matrix`. Undefined when nothing is known. */
export function matrixTexts(matrix: Matrix, path: readonly string[]): readonly string[] | undefined {
  if (!matrix || path.length === 0) return undefined;
  const steps = path.map((_, at) =>
    matrix.get(
      path
        .slice(0, at + 1)
        .join('.')
        .toLowerCase(),
    ),
  );
  const isOpen = steps.slice(0, -1).some((texts) => !texts || texts.includes('*'));
  return steps.at(-1) ?? (isOpen && steps[0] ? undefined : ['']);
}
