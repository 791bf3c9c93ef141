/** A workflow as bytes: of thousands, all but a few wait for their turn, in an eighth of the room. */
import { deflateRawSync, inflateRawSync } from 'node:zlib';
import type { Job, Workflow } from '../../iam/github/workflow.ts';

/** The bytes have a buffer of their own, so that they may move to another thread. */
export function packWorkflow({ jobs, ...workflow }: Workflow): Uint8Array {
  const text = JSON.stringify({ ...workflow, jobs: jobs.map(listed) } satisfies Listed);
  return new Uint8Array(deflateRawSync(text, { level: FASTEST }));
}

const FASTEST = 1;

export function unpackWorkflow(bytes: Uint8Array): Workflow {
  const { jobs, ...workflow } = JSON.parse(inflateRawSync(bytes).toString()) as Listed;
  return { ...workflow, jobs: jobs.map(mapped) };
}

type Listed = Omit<Workflow, 'jobs'> & { readonly jobs: readonly ReturnType<typeof listed>[] };

/** JSON has no maps. */
const listed = ({ matrix, permissions, reads, call, ...job }: Job) => ({
  ...job,
  matrix: matrix && [...matrix],
  permissions: permissions && { ...permissions, single: [...permissions.single] },
  reads: { ...reads, named: [...reads.named], patterns: [...reads.patterns] },
  call: call && { ...call, mapping: [...call.mapping].map(([name, secret]) => [name, secret ?? null] as const) },
});

function mapped({ matrix, permissions, reads, call, ...job }: ReturnType<typeof listed>): Job {
  return {
    ...job,
    matrix: matrix && new Map(matrix),
    permissions: permissions && { ...permissions, single: new Map(permissions.single) },
    reads: { ...reads, named: new Map(reads.named), patterns: new Map(reads.patterns) },
    ...(call && { call: { ...call, mapping: new Map(call.mapping.map(([name, secret]) => [name, secret ?? undefined])) } }),
  };
}
