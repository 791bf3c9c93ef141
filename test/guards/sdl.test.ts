import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { lexicographicSortSchema, printSchema } from 'graphql';
import { expect, it } from 'vitest';
import { AREAS, schema } from '../../graphql/schema.ts';

it('is the schema that clients rely on: a change shows here and is meant', async () => {
  await expect(printSchema(lexicographicSortSchema(schema))).toMatchFileSnapshot(
    join(import.meta.dirname, 'schema.snapshot.graphql'),
  );
});

it('describes every query, mutation and subscription', () => {
  const roots = [schema.getQueryType(), schema.getMutationType(), schema.getSubscriptionType()];
  const silent = roots.flatMap((type) =>
    Object.values(type?.getFields() ?? {})
      .filter(({ description }) => !description)
      .map(({ name }) => `${type?.name}.${name}`),
  );
  expect(silent).toEqual([]);
});

it('has every area in its register', () => {
  const folders = readdirSync(join(import.meta.dirname, '../../graphql'), { withFileTypes: true }).filter((entry) =>
    entry.isDirectory(),
  );
  expect(folders.map(({ name }) => name).sort()).toEqual([...AREAS].sort());
});
