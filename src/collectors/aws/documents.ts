import { policyBody } from '../../iam/aws/document.ts';
import type { DocumentFact } from '../../model/entity.ts';
import { awsArn } from '../../model/keys.ts';
import type { Estate } from './estate.ts';
import type { Account } from './inventory.ts';
import { scrubbed } from './scrub.ts';

const BATCH = 200;

/** Policies as they were collected, kept beside the graph; in batches, since together they are as large as the export. */
export function* documentsOf(estate: Estate, account: Account): Generator<DocumentFact[]> {
  let batch: DocumentFact[] = [];
  for (const { body, ...named } of collectedOf(estate, account)) {
    const object = policyBody(body);
    if (object) batch.push({ ...named, body: scrubbed(object) });
    if (batch.length < BATCH) continue;
    yield batch;
    batch = [];
  }
  yield batch;
}

interface Collected {
  readonly subject: string;
  readonly type: string;
  readonly name: string;
  readonly body: unknown;
}

function* collectedOf(estate: Estate, account: Account): Generator<Collected> {
  for (const record of [...account.users.values(), ...account.groups.values(), ...account.roles.values()]) {
    const subject = awsArn(record.arn);
    for (const { name, document } of record.inline) yield { subject, type: 'inline-policy', name, body: document };
    if ('trust' in record) yield { subject, type: 'trust-policy', name: 'trust policy', body: record.trust };
  }
  const used = [...estate.inventory.awsPolicies.values(), ...account.policies.values()];
  for (const policy of used) {
    const version = policy.versions.find((one) => one.isDefault) ?? policy.versions[0];
    if (version) yield { subject: policy.arn, type: 'managed-policy', name: policy.name, body: version.document };
  }
  for (const thing of estate.things.values())
    if (thing.item.account === account.id && thing.policyBody)
      yield { subject: thing.key, type: 'resource-policy', name: 'resource policy', body: thing.policyBody };
}
