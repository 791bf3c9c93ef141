/** Access key ids that a workflow names in the clear, with the secret that holds the other half where it is named beside them. */
import { sourceText } from './inputs.ts';
import { entriesOf, textOf, valueAt } from './node.ts';
import type { RunStep } from './run-steps.ts';
import { onlySecret } from './secret-references.ts';

export interface LiteralKey {
  readonly keyId: string;
  /** Within its repository; the line is in it. */
  readonly file: string;
  readonly line: number;
  /** Upper case; the secret whose value goes with the id. */
  readonly secret?: string;
}

/** https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html#identifiers-unique-ids */
const ACCESS_KEY_ID = /^AKIA[A-Z0-9]{16}$/;
const ID_NAME = /access[-_]?key[-_]?id$/i;
const VALUE_NAME = /secret[-_]?access[-_]?key$/i;

/** What the steps of a job are given; a pair beats an id on its own. */
export function literalKeys(steps: readonly RunStep[]): LiteralKey[] {
  const found = new Map<string, LiteralKey>();
  for (const key of steps.flatMap((run) => [...keysIn(settingsOf(run), run.file), ...keysIn(envOf(run), run.file)])) {
    if (key.secret || !found.has(key.keyId)) found.set(key.keyId, key);
  }
  return [...found.values()];
}

interface Setting {
  readonly name: string;
  readonly text: string;
  readonly line: number;
}

const envOf = ({ given }: RunStep): Setting[] =>
  [...given.env].map(([name, bound]) => ({ name, text: sourceText(bound), line: bound.line }));

const settingsOf = ({ step, given }: RunStep): Setting[] =>
  entriesOf(valueAt(step, 'with')).map(([name, value]) => ({
    name,
    text: sourceText({ text: textOf(value) ?? '', given }),
    line: value.line,
  }));

function keysIn(settings: readonly Setting[], file: string): LiteralKey[] {
  return settings
    .filter(({ name, text }) => ID_NAME.test(name) && ACCESS_KEY_ID.test(text))
    .map(({ name, text, line }) => {
      const prefix = name.replace(ID_NAME, '');
      const partner = settings.find((value) => VALUE_NAME.test(value.name) && value.name.replace(VALUE_NAME, '') === prefix);
      const secret = partner && onlySecret(partner.text);
      return { keyId: text, file, line, ...(secret ? { secret } : {}) };
    });
}
