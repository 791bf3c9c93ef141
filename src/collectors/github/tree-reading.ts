/** What is read of repository trees: workflows, code owners, and the actions that steps name. */
import { ACTION_FILES, type Action, actionReference, parseAction } from '../../iam/github/actions.ts';
import { MOST_OWNER_BYTES, OWNER_FILES, type OwnerRule, ownerRules } from '../../iam/github/codeowners.ts';
import { calledWorkflow } from '../../iam/github/reusable.ts';
import { InputError } from '../../model/errors.ts';
import type { Collected } from '../../ports/collector.ts';
import type { RepositoryTree } from './convert.ts';
import { KeptWorkflows } from './kept-workflows.ts';
import { type PackedReading, unpackedBody } from './packed-reading.ts';
import type { TreeFile } from './trees.ts';
import { workflowDocument } from './workflow-document.ts';
import { mergeWarnings, placed, usedBy } from './workflow-text.ts';
import { type ThreadOptions, WorkflowThreads } from './workflow-threads.ts';
import { yamlTree } from './yaml-tree.ts';

/** A file of a repository as text; undefined when it is not there. `shown` names it in messages. */
export type ReadTreeFile = (file: TreeFile) => Promise<{ readonly text: string; readonly shown: string } | undefined>;

type ByRepository<T> = Map<string, Map<string, T>>;

interface Pending {
  readonly place: TreeFile;
  readonly length: number;
  readonly reading: Promise<PackedReading>;
}

/** So much text may wait for other threads. */
const MOST_WAITING = 4 * 1024 * 1024;

/** Told of every file that is broken. */
type Broken = (text: string, repository: string) => void;

/** Everything read so far, by repository, then by path (of an action: its folder). */
export class TreeReading implements AsyncDisposable {
  readonly workflows = new Map<string, KeptWorkflows>();
  readonly owners: ByRepository<readonly OwnerRule[]> = new Map();
  readonly actions: ByRepository<Action> = new Map();
  readonly #threads: WorkflowThreads;
  readonly #broken: Broken;
  readonly #pending: Pending[] = [];
  #waiting = 0;

  constructor(broken: Broken, options?: ThreadOptions) {
    this.#broken = broken;
    this.#threads = new WorkflowThreads(options);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#threads[Symbol.asyncDispose]();
  }

  /** A workflow file. What it says may come with a later one, or with `rest`; in the order of the files. */
  async *workflow(place: TreeFile, text: string, shown: string): AsyncGenerator<Collected> {
    const reading = this.#threads.read({ path: place.path, text, shown });
    reading.catch(() => {});
    this.#pending.push({ place, length: text.length, reading });
    this.#waiting += text.length;
    while (this.#waiting > MOST_WAITING) yield* this.#next();
  }

  /** What the files say that are still being read. */
  async *rest(): AsyncGenerator<Collected> {
    while (this.#pending.length > 0) yield* this.#next();
  }

  async *#next(): AsyncGenerator<Collected> {
    const next = this.#pending.shift();
    if (!next) return;
    this.#waiting -= next.length;
    const { place } = next;
    try {
      const { workflow, index, body, warnings } = await next.reading;
      if (workflow && index && body) {
        const kept = this.workflows.get(place.repository) ?? new KeptWorkflows();
        this.workflows.set(place.repository, kept);
        kept.add(place.path, workflow, index);
        const documents = [workflowDocument(place, unpackedBody(body))];
        yield { type: 'facts', scope: place.repository, entities: [], relationships: [], documents };
      }
      for (const text of warnings) yield { type: 'warning', text };
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      this.#broken(error.message, place.repository);
      yield { type: 'error', text: error.message };
    }
  }

  *codeOwners(place: TreeFile, text: string, shown: string): Generator<Collected> {
    const isLoaded = Buffer.byteLength(text) < MOST_OWNER_BYTES;
    const rules = isLoaded ? ownerRules(text) : [];
    keep(this.owners, place, rules);
    if (!isLoaded) yield { type: 'warning', text: `${shown}: not below 3 MB, so that GitHub does not load it` };
    else if (rules.length === 0) yield { type: 'warning', text: `${shown}: no rule that names code owners` };
  }

  /** What was read of one repository. */
  treeOf(name: string): RepositoryTree {
    const owners = this.owners.get(name);
    const first = OWNER_FILES.find((file) => owners?.has(file));
    return {
      name,
      ...workflowsOf(this.workflows.get(name) ?? new KeptWorkflows()),
      actions: this.actions.get(name) ?? new Map(),
      owners: (first && owners?.get(first)) || [],
    };
  }

  /** To be called when all are read: what calls or is called is told apart by identity. */
  keepCalled(): void {
    const names = this.#names();
    for (const [repository, kept] of this.workflows) {
      for (const [path, { calls }] of kept.indexes) {
        if (calls.length > 0) kept.keep(path);
        for (const called of calls.map(calledWorkflow)) {
          const home = called && (called.repository === undefined ? repository : names.get(called.repository.toLowerCase()));
          if (called && home !== undefined) this.workflows.get(home)?.keep(called.path);
        }
      }
    }
  }

  /** As written, by lower case. */
  #names(): ReadonlyMap<string, string> {
    return new Map([...this.workflows.keys(), ...this.owners.keys()].map((name) => [name.toLowerCase(), name]));
  }

  /** The actions that collected workflows name and whose repository was collected, those that they use in turn included. */
  async *namedActions(read: ReadTreeFile): AsyncGenerator<Collected> {
    const names = this.#names();
    const wanted = [...this.workflows].flatMap(([repository, kept]) =>
      [...kept.indexes.values()].flatMap(({ uses }) => referencesIn(uses, repository, names)),
    );
    const seen = new Set<string>();
    for (let next = wanted.pop(); next; next = wanted.pop()) {
      const id = `${next.repository} ${next.path}`;
      if (seen.has(id)) continue;
      seen.add(id);
      try {
        const action = yield* this.#action(next, read);
        if (action) wanted.push(...referencesIn(usedBy(action.steps), next.repository, names));
      } catch (error) {
        if (!(error instanceof InputError)) throw error;
        this.#broken(error.message, next.repository);
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
      for (const text of mergeWarnings(tree, found.shown)) yield { type: 'warning', text };
      return action;
    }
    return undefined;
  }
}

/** Where the actions that steps name lie, of repositories that were collected. */
function referencesIn(uses: readonly string[], own: string, collected: ReadonlyMap<string, string>): TreeFile[] {
  return uses.flatMap((one) => {
    const reference = actionReference(one);
    const repository =
      reference && (reference.repository === undefined ? own : collected.get(reference.repository.toLowerCase()));
    return reference && repository !== undefined ? [{ repository, path: reference.folder }] : [];
  });
}

const workflowsOf = (workflows: KeptWorkflows): Pick<RepositoryTree, 'workflows' | 'calling' | 'release'> => ({
  workflows,
  calling: () => workflows.calling(),
  release: () => workflows.release(),
});

function keep<T>(kept: ByRepository<T>, place: TreeFile, value: T): void {
  kept.set(place.repository, (kept.get(place.repository) ?? new Map<string, T>()).set(place.path, value));
}
