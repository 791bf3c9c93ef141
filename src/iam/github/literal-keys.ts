/** Access key ids that a workflow names in the clear, with the secret that holds the other half where it is named beside them. */
import { onlySecret } from './expressions.ts';
import { entriesOf, textOf, valueAt, type YamlNode } from './node.ts';
import type { Job, Workflow } from './workflow.ts';

export interface LiteralKey {
  readonly keyId: string;
  readonly line: number;
  /** Upper case; the secret whose value goes with the id. */
  readonly secret?: string;
}

/** https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html#identifiers-unique-ids */
const ACCESS_KEY_ID = /^AKIA[A-Z0-9]{16}$/;
const ID_NAME = /access[-_]?key[-_]?id$/i;
const VALUE_NAME = /secret[-_]?access[-_]?key$/i;

/** What the steps of a job are given, `env` of workflow and job included; a pair beats an id on its own. */
export function literalKeys(workflow: Workflow, job: Job): LiteralKey[] {
  const inherited = new Map([...entriesOf(workflow.env), ...entriesOf(job.env)]);
  const settings = job.steps.flatMap((step) => [
    new Map([...inherited, ...entriesOf(valueAt(step, 'env'))]),
    new Map(entriesOf(valueAt(step, 'with'))),
  ]);
  const found = new Map<string, LiteralKey>();
  for (const key of settings.flatMap(keysIn)) if (key.secret || !found.has(key.keyId)) found.set(key.keyId, key);
  return [...found.values()];
}

function keysIn(settings: ReadonlyMap<string, YamlNode>): LiteralKey[] {
  const values = [...settings].map(([name, node]) => ({ name, text: textOf(node) ?? '', line: node.line }));
  return values
    .filter(({ name, text }) => ID_NAME.test(name) && ACCESS_KEY_ID.test(text))
    .map(({ name, text, line }) => {
      const prefix = name.replace(ID_NAME, '');
      const partner = values.find((value) => VALUE_NAME.test(value.name) && value.name.replace(VALUE_NAME, '') === prefix);
      const secret = partner && onlySecret(partner.text);
      return { keyId: text, line, ...(secret ? { secret } : {}) };
    });
}
