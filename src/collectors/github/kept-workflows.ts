/**
 * The workflows of a repository, packed. Of thousands of repositories one is looked at at a time: its workflows are unpacked, and let
 * go of after it. Those that call others, or are called, are unpacked once and stay, since they are told apart by identity.
 */
import type { Workflow } from '../../iam/github/workflow.ts';
import { unpackWorkflow } from './packed-workflow.ts';
import type { WorkflowIndex } from './workflow-text.ts';

/** As bytes, or, where there are few, as it is. */
export type PackedWorkflow = Uint8Array | Workflow;

export class KeptWorkflows {
  readonly #packed = new Map<string, PackedWorkflow>();
  readonly #indexes = new Map<string, WorkflowIndex>();
  readonly #open = new Map<string, Workflow>();
  readonly #lasting = new Set<string>();

  add(path: string, packed: PackedWorkflow, index: WorkflowIndex): void {
    this.#packed.set(path, packed);
    this.#indexes.set(path, index);
  }

  get indexes(): ReadonlyMap<string, WorkflowIndex> {
    return this.#indexes;
  }

  get(path: string): Workflow | undefined {
    const known = this.#open.get(path);
    const packed = this.#packed.get(path);
    if (known || !packed) return known;
    const workflow = packed instanceof Uint8Array ? unpackWorkflow(packed) : packed;
    this.#open.set(path, workflow);
    return workflow;
  }

  *values(): Generator<Workflow> {
    for (const path of this.#packed.keys()) yield this.get(path) as Workflow;
  }

  /** Unpacked once, it stays so. */
  keep(path: string): void {
    this.#lasting.add(path);
  }

  /** Those that call others. */
  *calling(): Generator<Workflow> {
    for (const [path, { calls }] of this.#indexes) if (calls.length > 0) yield this.get(path) as Workflow;
  }

  release(): void {
    for (const path of this.#open.keys()) if (!this.#lasting.has(path)) this.#open.delete(path);
  }
}
