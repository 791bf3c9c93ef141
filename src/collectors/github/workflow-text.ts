/** A workflow file's text → plain data, which may go from one thread to another. */
import type { YamlMap } from '../../iam/github/node.ts';
import { parseWorkflow, usesOf, type Workflow } from '../../iam/github/workflow.ts';
import type { Json } from '../../model/entity.ts';
import { InputError } from '../../model/errors.ts';
import { workflowBody } from './workflow-document.ts';
import { type YamlTree, yamlTree } from './yaml-tree.ts';

export interface WorkflowText {
  /** Within its repository. */
  readonly path: string;
  readonly text: string;
  /** Names it in messages. */
  readonly shown: string;
}

/** What of a workflow is asked for before it is looked at: what it calls, what it uses. */
export interface WorkflowIndex {
  /** `uses` of jobs. */
  readonly calls: readonly string[];
  /** `uses` of steps. */
  readonly uses: readonly string[];
}

export interface ReadWorkflow {
  /** Absent: empty but for comments. */
  readonly workflow?: Workflow;
  readonly body?: Json;
  readonly index?: WorkflowIndex;
  readonly warnings: readonly string[];
}

/** Throws an InputError that names the file and the line. */
export function readWorkflow({ path, text, shown }: WorkflowText): ReadWorkflow {
  const tree = yamlTree(text, shown);
  if (!tree) return { warnings: [`${shown}: empty but for comments`] };
  const workflow = placed(shown, () => parseWorkflow(path, tree.root));
  const unreadable = workflow.jobs.flatMap(({ id, reads }) =>
    reads.unreadable === undefined
      ? []
      : [`${shown}: line ${reads.unreadable}: jobs.${id}: an expression on secrets cannot be read; taken for any of them`],
  );
  return {
    workflow,
    body: workflowBody(tree.root),
    index: indexOf(workflow),
    warnings: [...mergeWarnings(tree, shown), ...unreadable],
  };
}

const indexOf = ({ jobs }: Workflow): WorkflowIndex => ({
  calls: jobs.flatMap(({ call }) => (call ? [call.uses] : [])),
  uses: usedBy(jobs.flatMap(({ steps }) => steps)),
});

/** Each once. */
export const usedBy = (steps: readonly YamlMap[]): string[] => [
  ...new Set(steps.map(usesOf).filter((uses) => uses !== undefined)),
];

export function mergeWarnings({ mergeLines }: YamlTree, shown: string): string[] {
  const [line] = mergeLines;
  return line === undefined ? [] : [`${shown}: line ${line}: \`<<\` merges maps in YAML 1.1; GitHub refuses it, here it is read`];
}

/** Errors of the document begin with its line; the file is put before it. */
export function placed<T>(shown: string, parse: () => T): T {
  try {
    return parse();
  } catch (error) {
    throw error instanceof InputError ? new InputError(`${shown}: ${error.message}`) : error;
  }
}
