import { askAmbiguity } from '../../src/app/ambiguity.ts';
import { askCan } from '../../src/app/can.ts';
import { askReach } from '../../src/app/reach.ts';
import { resolveKey } from '../../src/app/resolve-keys.ts';
import { askWhoCan } from '../../src/app/who-can.ts';
import type { Entity, Relationship } from '../../src/model/entity.ts';
import { UnknownEntityError } from '../../src/model/errors.ts';
import type { EntityKind, RelationshipKind } from '../../src/model/kinds.ts';
import type { EntityFilter, EntityOrder } from '../../src/ports/store.ts';
import { ambiguityFields } from '../ambiguity/fields.ts';
import type { Context } from '../context.ts';
import { decodeCursor, encodeCursor, pageSize } from '../pages.ts';
import { reachFields } from '../reach/fields.ts';

interface PageArguments {
  readonly filter?: EntityFilter | null;
  readonly orderBy?: EntityOrder;
  readonly first?: number;
  readonly after?: string | null;
}

interface AccessArguments {
  readonly action: string;
  readonly resource: string;
  readonly account?: string | null;
  readonly context?: readonly { readonly key: string; readonly values: readonly string[] }[] | null;
}

const accessRequest = ({ action, resource, account, context }: AccessArguments) => ({
  action,
  resource,
  context: new Map((context ?? []).map(({ key, values }) => [key, values])),
  ...(account != null && { account }),
});

const given = <T extends object>(input: T): T =>
  Object.fromEntries(Object.entries(input).filter(([, value]) => value != null)) as T;

async function entities(_: unknown, { filter, orderBy = 'key', first, after }: PageArguments, { app }: Context) {
  const generation = await app.store.generation();
  const cursor = after == null ? undefined : decodeCursor(after, { orderBy, generation });
  const page = await app.store.page({
    filter: given(filter ?? {}),
    orderBy,
    first: pageSize(first, 50),
    ...(cursor && { after: { value: cursor.value, key: cursor.key } }),
  });
  const edges = page.entities.map((node) => ({
    node,
    cursor: encodeCursor({ orderBy, value: node[orderBy], key: node.key, generation }),
  }));
  return {
    edges,
    nodes: page.entities,
    pageInfo: { hasNextPage: page.hasMore, endCursor: edges.at(-1)?.cursor ?? null },
    totalCount: page.total,
  };
}

export const identity = {
  Query: {
    entity: async (_: unknown, { key }: { key: string }, { app, loaders }: Context) => {
      try {
        return await loaders.entity.load(await resolveKey(app.store, key));
      } catch (error) {
        if (error instanceof UnknownEntityError && error.candidates.length === 0) return null;
        throw error;
      }
    },
    entities,
    search: (
      _: unknown,
      { text, kinds, first }: { text: string; kinds?: EntityKind[] | null; first?: number },
      { app }: Context,
    ) => app.store.search(text, kinds ?? [], pageSize(first, 20)),
    can: (_: unknown, { principal, ...wanted }: AccessArguments & { principal: string }, { app }: Context) =>
      askCan(app, principal, accessRequest(wanted)),
    whoCan: (_: unknown, wanted: AccessArguments, { app }: Context) => askWhoCan(app, accessRequest(wanted)),
  },
  Entity: {
    conflicts: (entity: Entity) => entity.conflicts ?? [],
    neighbours: async (
      { key }: Entity,
      { direction = 'out', kinds, first }: { direction?: 'out' | 'in'; kinds?: RelationshipKind[] | null; first?: number },
      { app, loaders }: Context,
    ) => {
      const found = await app.store.neighbours({ keys: [key], direction, limit: pageSize(first, 50), ...(kinds && { kinds }) });
      return found.map((relationship) => ({
        relationship,
        entity: () => loaders.entity.load(direction === 'out' ? relationship.target : relationship.source),
      }));
    },
    findings: async ({ key }: Entity, _: unknown, { app }: Context) => app.store.findings({ subject: key, limit: 100 }),
    risk: ({ key }: Entity, _: unknown, { loaders }: Context) => loaders.risk.load(key),
    reach: async ({ key }: Entity, { max = 100 }: { max?: number }, { app }: Context) =>
      reachFields(await askReach(app, [key], { max })),
    ambiguity: async ({ key, kind }: Entity, _: unknown, { app }: Context) =>
      kind === 'Credential' ? ambiguityFields(await askAmbiguity(app, key)) : null,
  },
  Relationship: {
    claims: ({ claims }: Relationship) => claims,
  },
};
