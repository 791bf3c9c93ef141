import { askAmbiguity, askAttribution, askShared } from '../../src/app/ambiguity.ts';
import type { Context } from '../context.ts';
import { pageSize } from '../pages.ts';
import { ambiguityFields } from './fields.ts';

export const ambiguity = {
  Query: {
    ambiguity: async (_: unknown, { credential }: { credential: string }, { app }: Context) =>
      ambiguityFields(await askAmbiguity(app, credential)),
    attribution: (_: unknown, { credential, from }: { credential: string; from: string }, { app }: Context) =>
      askAttribution(app, credential, from),
    sharedCredentials: async (
      _: unknown,
      { minConsumers = 2, first }: { minConsumers?: number; first?: number },
      { app }: Context,
    ) => (await askShared(app, { minConsumers, limit: pageSize(first, 50) })).map(ambiguityFields),
  },
};
