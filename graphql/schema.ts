/** The schema: one folder per area, SDL first. Adding a field: its SDL with a description, and a line in the area's resolvers. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { makeExecutableSchema } from '@graphql-tools/schema';
import { ambiguity } from './ambiguity/resolvers.ts';
import type { Context } from './context.ts';
import { estate } from './estate/resolvers.ts';
import { identity } from './identity/resolvers.ts';
import { incident } from './incident/resolvers.ts';
import { reach } from './reach/resolvers.ts';
import { revocation } from './revocation/resolvers.ts';
import { risk } from './risk/resolvers.ts';
import { scalars } from './scalars.ts';

export const AREAS = ['base', 'estate', 'identity', 'reach', 'risk', 'ambiguity', 'revocation', 'incident'] as const;

const { resolve } = createRequire(import.meta.url);
const sdl = (area: string): string => readFileSync(resolve(`#sdl/${area}/schema.graphql`), 'utf8');

export const schema = makeExecutableSchema<Context>({
  typeDefs: AREAS.map(sdl),
  resolvers: [scalars, estate, identity, reach, risk, ambiguity, revocation, incident],
});
