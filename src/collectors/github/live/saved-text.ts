/** A workflow or an action as it may be saved: the same lines, without literals that look like secrets. */
import { isPair, isScalar, type Scalar, visit } from 'yaml';
import { InputError } from '../../../model/errors.ts';
import { composeYaml } from '../../files/yaml.ts';
import { scrubbedText } from '../scrub.ts';

interface Change {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/** Text that is no YAML is scrubbed line by line: nothing is read from it anyway. */
export function savedText(text: string): string {
  const changes = changesIn(text);
  const whole = changes ? /(?<=^|\s)#.*$/gm : /^.*$/gm;
  return changed(text, changes ?? []).replace(whole, (found) => scrubbedText(found, ''));
}

function changesIn(text: string): Change[] | undefined {
  const changes: Change[] = [];
  try {
    for (const document of composeYaml(text, '').documents)
      visit(document, {
        Scalar(key, node, path) {
          const parent = path.at(-1);
          const name = isPair(parent) && isScalar(parent.key) && key === 'value' ? String(parent.key.value) : '';
          changes.push(...changeOf(node, name, text));
        },
      });
  } catch (error) {
    if (error instanceof InputError) return undefined;
    throw error;
  }
  return changes;
}

/** As many lines as before, so that what is said of a line stays true. */
function changeOf({ value, range }: Scalar, name: string, text: string): Change[] {
  if (typeof value !== 'string' || !range) return [];
  const clean = scrubbedText(value, name);
  if (clean === value) return [];
  const [start, end] = range;
  return [{ start, end, text: JSON.stringify(clean) + text.slice(start, end).replaceAll(/[^\n]/g, '') }];
}

const changed = (text: string, changes: readonly Change[]): string =>
  changes
    .toSorted((a, b) => b.start - a.start)
    .reduce((all, one) => all.slice(0, one.start) + one.text + all.slice(one.end), text);
