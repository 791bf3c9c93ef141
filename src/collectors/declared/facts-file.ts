/** The shape of a file of facts. Unknown fields are errors: a misspelt `teir` must not be silence. */
import { z } from 'zod';
import { ENTITY_KINDS, ENVIRONMENTS, STATES } from '../../model/kinds.ts';

const key = z.string().regex(/^[a-z][a-z0-9-]*(?:@[^:]+)?:.+$/s, 'is not a key such as `aws:arn:…` or `app:shop`');
const words = z.string().min(1);

const entity = z.strictObject({
  key,
  kind: z.enum(ENTITY_KINDS).optional(),
  name: words.optional(),
  tier: z.literal([0, 1, 2, 3]).optional(),
  environment: z.enum(ENVIRONMENTS).optional(),
  owner: words.optional(),
  intendedUse: words.optional(),
  trustTier: words.optional(),
  state: z.enum(STATES).optional(),
  expiresAt: z.iso.datetime({ offset: true }).optional(),
  /** Of an owner: where to reach them. */
  contact: words.optional(),
});

const use = z.strictObject({
  consumer: key,
  credential: key,
  alternative: z.strictObject({ group: words, option: words }).optional(),
});
const copy = z.strictObject({ place: key, credential: key, version: z.enum(['current', 'previous']).optional() });
const dependence = z.strictObject({ from: key, to: key });

export const factsFile = z.strictObject({
  entities: z.array(entity).optional(),
  uses: z.array(use).optional(),
  copies: z.array(copy).optional(),
  dependsOn: z.array(dependence).optional(),
});

export type FactsFile = z.infer<typeof factsFile>;
export type DeclaredEntity = z.infer<typeof entity>;

export const FACT_LISTS = ['entities', 'uses', 'copies', 'dependsOn'] as const;
