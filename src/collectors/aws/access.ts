/** Access questions about the AWS estate, answered from what its collector kept. */
import { EXTERNAL_ANYONE } from '../../model/kinds.ts';
import type { AccessProvider } from '../../ports/access-questions.ts';
import { Estate } from './estate.ts';
import { AwsQuestions } from './questions.ts';
import { storedInventory } from './stored-inventory.ts';

export const awsAccess: AccessProvider = {
  sources: ['aws'],
  knows: (principal) => /^(aws:arn:|external:(aws|aws-service|oidc)\/)/.test(principal) || principal === EXTERNAL_ANYONE,
  speaks: (action) => /^[a-z0-9-]+:[a-z0-9*?]+$/i.test(action),
  load: async (documents, now) => new AwsQuestions(new Estate(await storedInventory(documents), now)),
};
