/** An action's own file, and how steps refer to actions. https://docs.github.com/actions/reference/workflows-and-actions/metadata-syntax */
import { InputError } from '../../model/errors.ts';
import { textOf, valueAt, type YamlMap, type YamlNode } from './node.ts';

export interface Action {
  /** Within its repository: `.github/actions/build/action.yml`. */
  readonly path: string;
  readonly inputs: YamlNode | undefined;
  /** Of a composite action; none of one that is a program or an image. */
  readonly steps: readonly YamlMap[];
}

/** GitHub looks for them in this order. */
export const ACTION_FILES = ['action.yml', 'action.yaml'];

/** Throws an InputError `line n: …` for what is no action. */
export function parseAction(path: string, root: YamlNode): Action {
  const runs = valueAt(root, 'runs');
  if (runs?.type !== 'map') throw new InputError(`line ${root.line}: expected an action (a map with \`runs\`)`);
  const steps = valueAt(runs, 'steps');
  if (textOf(valueAt(runs, 'using')) !== 'composite') return { path, inputs: valueAt(root, 'inputs'), steps: [] };
  if (steps?.type !== 'list') throw new InputError(`line ${steps?.line ?? runs.line}: runs.steps: expected a list`);
  return { path, inputs: valueAt(root, 'inputs'), steps: steps.items.filter((step) => step.type === 'map') };
}

export interface ActionReference {
  /** `owner/name`; undefined for one of the repository itself. */
  readonly repository?: string;
  /** The folder that holds the action's file; empty for the repository's root. */
  readonly folder: string;
  /** A branch, a tag or a commit. */
  readonly ref?: string;
}

/** `./x` lies in the run's working folder, `$/x` in the repository of the file that says so: of a collected tree, the same. */
export const SELF = /^[.$]\/(.*)$/;

/** What `uses` of a step refers to; undefined for an image (`docker://…`) and for what GitHub would not take. */
export function actionReference(uses: string): ActionReference | undefined {
  const [, local] = SELF.exec(uses) ?? [];
  if (local !== undefined) return local.split('/').includes('..') ? undefined : { folder: local.replace(/\/+$/, '') };
  const [, repository, folder = '', ref] = /^([\w.-]+\/[\w.-]+)(?:\/([^@]+?))?\/?@([^@\s]+)$/.exec(uses) ?? [];
  return repository !== undefined && ref !== undefined ? { repository, folder, ref } : undefined;
}

/** A full commit id: whoever writes the other repository cannot change what runs. */
export const isPinned = (ref: string): boolean => /^[0-9a-f]{40}([0-9a-f]{24})?$/i.test(ref);
