/** A catalogue's descriptors, as far as they say who answers for what. https://backstage.io/docs/features/software-catalog/descriptor-format */
import { z } from 'zod';
import type { EntityReference } from './reference.ts';

const words = z.string();
const labels = z.record(words, z.union([words, z.number(), z.boolean()]).transform(String));
const references = z.array(words);

export const descriptor = z.looseObject({
  apiVersion: words,
  kind: words.min(1),
  metadata: z.looseObject({
    name: words.min(1),
    namespace: words.min(1).optional(),
    title: words.optional(),
    annotations: labels.nullish(),
    labels: labels.nullish(),
    tags: references.nullish(),
  }),
  spec: z
    .looseObject({
      type: words.optional(),
      lifecycle: words.optional(),
      owner: words.optional(),
      system: words.optional(),
      parent: words.optional(),
      dependsOn: references.nullish(),
      dependencyOf: references.nullish(),
      consumesApis: references.nullish(),
      providesApis: references.nullish(),
      profile: z.looseObject({ displayName: words.optional(), email: words.optional() }).nullish(),
    })
    .nullish(),
});

export type Descriptor = z.infer<typeof descriptor>;

/** A descriptor and where it stands. */
export interface PlacedDescriptor {
  readonly file: string;
  readonly reference: EntityReference;
  readonly descriptor: Descriptor;
}

/** Whether a document is a descriptor at all: catalogue files may hold other things too. */
export const isDescriptor = (value: unknown): boolean =>
  typeof value === 'object' &&
  value !== null &&
  'apiVersion' in value &&
  typeof value.apiVersion === 'string' &&
  value.apiVersion.startsWith('backstage.io/');
