import type { Json } from '../../model/entity.ts';
import type { PackedWorkflow } from './kept-workflows.ts';
import { packWorkflow } from './packed-workflow.ts';
import type { ReadWorkflow } from './workflow-text.ts';

/** What was read of a file, its workflow packed or not. */
export type PackedReading = Omit<ReadWorkflow, 'workflow' | 'body'> & {
  readonly workflow?: PackedWorkflow;
  readonly body?: PackedBody;
};

/** As JSON, or, where there are few, as it is. Text goes from thread to thread in a fraction of the time that objects take. */
export type PackedBody = { readonly json: string } | { readonly value: Json };

export const unpackedBody = (body: PackedBody): Json => ('json' in body ? (JSON.parse(body.json) as Json) : body.value);

export const unpackedReading = ({ body, ...read }: ReadWorkflow): PackedReading =>
  body === undefined ? read : { ...read, body: { value: body } };

export function packedReading({ workflow, body, ...read }: ReadWorkflow): PackedReading {
  return {
    ...read,
    ...(workflow && { workflow: packWorkflow(workflow) }),
    ...(body !== undefined && { body: { json: JSON.stringify(body) } }),
  };
}
