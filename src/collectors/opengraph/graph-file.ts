/** The shape of an OpenGraph document. https://bloodhound.specterops.io/opengraph/schema */
import { z } from 'zod';

const properties = z.record(z.string(), z.unknown()).nullish();

export const nodeShape = z.object({ id: z.string().min(1), kinds: z.array(z.string()), properties });

const matcher = z.object({
  key: z.string(),
  operator: z.literal('equals'),
  value: z.union([z.string(), z.number(), z.boolean()]),
});

const endShape = z
  .object({
    match_by: z.enum(['id', 'name', 'property']).default('id'),
    value: z.string().optional(),
    property_matchers: z.array(matcher).min(1).optional(),
    kind: z.string().nullish(),
  })
  .refine((end) => (end.match_by === 'property' ? end.property_matchers : end.value) !== undefined, 'names no node');

export const edgeShape = z.object({
  kind: z.string().regex(/^[A-Za-z0-9_]+$/, 'Invalid'),
  start: endShape,
  end: endShape,
  properties,
});

export type GraphNode = z.infer<typeof nodeShape>;
export type GraphEdge = z.infer<typeof edgeShape>;
export type GraphEnd = z.infer<typeof endShape>;
