import { policyBody } from '../../iam/aws/document.ts';
import type { DocumentFact } from '../../model/entity.ts';
import { awsArn } from '../../model/keys.ts';
import type { Estate } from './estate.ts';
import type { Account } from './inventory.ts';
import { scrubbed } from './scrub.ts';

/** Policies as they were collected, kept beside the graph. */
export function documentsOf(estate: Estate, account: Account): DocumentFact[] {
  const documents: DocumentFact[] = [];
  const add = (subject: string, type: string, name: string, body: unknown): void => {
    const object = policyBody(body);
    if (object) documents.push({ subject, type, name, body: scrubbed(object) });
  };
  for (const record of [...account.users.values(), ...account.groups.values(), ...account.roles.values()]) {
    for (const { name, document } of record.inline) add(awsArn(record.arn), 'inline-policy', name, document);
    if ('trust' in record) add(awsArn(record.arn), 'trust-policy', 'trust policy', record.trust);
  }
  const used = [...estate.inventory.awsPolicies.values(), ...account.policies.values()];
  for (const policy of used) {
    const version = policy.versions.find((one) => one.isDefault) ?? policy.versions[0];
    if (version) add(policy.arn, 'managed-policy', policy.name, version.document);
  }
  for (const thing of estate.things.values())
    if (thing.item.account === account.id && thing.policyBody)
      add(thing.key, 'resource-policy', 'resource policy', thing.policyBody);
  return documents;
}
