/** What is read of repository trees: workflows, code owners, and the actions that steps name. */
import { ACTION_FILES, type Action, actionReference, parseAction } from '../../iam/github/actions.ts';
import { OWNER_FILES, type OwnerRule, ownerRules } from '../../iam/github/codeowners.ts';
import type { YamlMap } from '../../iam/github/node.ts';
import { parseWorkflow, usesOf, type Workflow } from '../../iam/github/workflow.ts';
import { InputError } from '../../model/errors.ts';
import type { Collected } from '../../ports/collector.ts';
import type { RepositoryTree } from './convert.ts';
import type { TreeFile } from './trees.ts';
import { workflowDocument } from './workflow-document.ts';
import { type YamlTree, yamlTree } from './yaml-tree.ts';

/** A file of a repository as text; undefined when it is not there. `shown` names it in messages. */
export type ReadTreeFile = (file: TreeFile) => Promise<{ readonly text: string; readonly shown: string } | undefined>;

type ByRepository<T> = Map<string, Map<string, T>>;

/** Everything read so far, by repository, then by path (of an action: its folder). */
export class TreeReading {
  readonly workflows: ByRepository<Workflow> = new Map();
  readonly owners: ByRepository<readonly OwnerRule[]> = new Map();
  readonly actions: ByRepository<Action> = new Map();

  /** A workflow file. Throws an InputError that names `shown` and the line. */
  *workflow(place: TreeFile, text: string, shown: string): Generator<Collected> {
    const tree = yamlTree(text, shown);
    if (!tree) {
      yield { type: 'warning', text: `${shown}: empty but for comments` };
      return;
    }
    const workflow = placed(shown, () => parseWorkflow(place.path, tree.root));
    keep(this.workflows, place, workflow);
    const documents = [workflowDocument(place, tree.root)];
    yield { type: 'facts', scope: place.repository, entities: [], relationships: [], documents };
    yield* mergeWarnings(tree, shown);
    for (const { id, reads } of workflow.jobs) {
      if (reads.unreadable === undefined) continue;
      const what = `line ${reads.unreadable}: jobs.${id}: an expression on secrets cannot be read; taken for any of them`;
      yield { type: 'warning', text: `${shown}: ${what}` };
    }
  }

  *codeOwners(place: TreeFile, text: string, shown: string): Generator<Collected> {
    const rules = ownerRules(text);
    keep(this.owners, place, rules);
    if (rules.length === 0) yield { type: 'warning', text: `${shown}: no rule that names code owners` };
  }

  /** What was read of one repository. */
  treeOf(name: string): RepositoryTree {
    const owners = this.owners.get(name);
    const first = OWNER_FILES.find((file) => owners?.has(file));
    return {
      name,
      workflows: this.workflows.get(name) ?? new Map(),
      actions: this.actions.get(name) ?? new Map(),
      owners: (first && owners?.get(first)) || [],
    };
  }

  /** The actions that collected workflows name and whose repository was collected, those that they use in turn included. */
  async *namedActions(read: ReadTreeFile, broken: (text: string, repository: string) => void): AsyncGenerator<Collected> {
    const names = new Map([...this.workflows.keys(), ...this.owners.keys()].map((name) => [name.toLowerCase(), name]));
    const wanted = [...this.workflows].flatMap(([repository, files]) =>
      [...files.values()].flatMap(({ jobs }) => jobs.flatMap(({ steps }) => referencesIn(steps, repository, names))),
    );
    const seen = new Set<string>();
    for (let next = wanted.pop(); next; next = wanted.pop()) {
      const id = `${next.repository} ${next.path}`;
      if (seen.has(id)) continue;
      seen.add(id);
      try {
        const action = yield* this.#action(next, read);
        if (action) wanted.push(...referencesIn(action.steps, next.repository, names));
      } catch (error) {
        if (!(error instanceof InputError)) throw error;
        broken(error.message, next.repository);
        yield { type: 'error', text: error.message };
      }
    }
  }

  async *#action(folder: TreeFile, read: ReadTreeFile): AsyncGenerator<Collected, Action | undefined> {
    for (const name of ACTION_FILES) {
      const path = folder.path === '' ? name : `${folder.path}/${name}`;
      const found = await read({ repository: folder.repository, path });
      const tree = found && yamlTree(found.text, found.shown);
      if (!tree) continue;
      const action = placed(found.shown, () => parseAction(path, tree.root));
      keep(this.actions, folder, action);
      yield* mergeWarnings(tree, found.shown);
      return action;
    }
    return undefined;
  }
}

/** Where the actions that steps name lie, of repositories that were collected. */
function referencesIn(steps: readonly YamlMap[], own: string, collected: ReadonlyMap<string, string>): TreeFile[] {
  return steps.flatMap((step) => {
    const reference = actionReference(usesOf(step) ?? '');
    const repository =
      reference && (reference.repository === undefined ? own : collected.get(reference.repository.toLowerCase()));
    return reference && repository !== undefined ? [{ repository, path: reference.folder }] : [];
  });
}

function* mergeWarnings({ mergeLines }: YamlTree, shown: string): Generator<Collected> {
  const [line] = mergeLines;
  if (line === undefined) return;
  yield { type: 'warning', text: `${shown}: line ${line}: \`<<\` merges maps in YAML 1.1; GitHub refuses it, here it is read` };
}

function keep<T>(kept: ByRepository<T>, place: TreeFile, value: T): void {
  kept.set(place.repository, (kept.get(place.repository) ?? new Map<string, T>()).set(place.path, value));
}

function placed<T>(shown: string, parse: () => T): T {
  try {
    return parse();
  } catch (error) {
    throw error instanceof InputError ? new InputError(`${shown}: ${error.message}`) : error;
  }
}
