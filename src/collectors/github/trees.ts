/** Which folders are repositories, told by what a walk meets: a folder with `.github` or `.git`, named `<owner>/<name>` by its path. */
import path from 'node:path';

export interface TreeFile {
  /** `owner/name`. */
  readonly repository: string;
  /** Within the repository, with `/`. */
  readonly path: string;
}

/** Folders of a repository that hold workflows or name its owners. */
const isOfInterest = (folder: string): boolean => folder === '.github' || folder.startsWith('.github/') || folder === 'docs';

const WORKFLOW = /^\.github\/workflows\/[^/]+\.ya?ml$/i;
/** GitHub reads workflows from this one folder, and not from folders below it. */
export const isWorkflow = ({ path: file }: TreeFile): boolean => WORKFLOW.test(file);

export class RepositoryTrees {
  readonly #root: string;
  readonly #trees = new Set<string>();
  readonly #histories = new Set<string>();
  /** The source's own folder is under version control, which makes it no repository if it holds others. */
  #rootHasGit = false;

  /** `root`: the source's folder; its own name counts where a repository lies less than two folders below it. */
  constructor(root: string) {
    this.#root = path.resolve(root);
  }

  /** Notes the folder, and says whether it may hold anything of interest: of a repository, not its code nor what it vendors. */
  enters(folder: string): boolean {
    const [parent, name] = split(folder);
    if (name === '.github') this.#trees.add(parent);
    if (name === '.git') this.#histories.add(parent);
    if (name === '.git') this.#noteGit(parent);
    if (name === '.git' || name === 'node_modules') return false;
    const tree = this.#treeOf(folder);
    return tree === undefined || isOfInterest(within(tree, folder));
  }

  /** A `.git` that is a file belongs to a worktree or submodule. */
  noteFile(file: string): void {
    const [parent, name] = split(file);
    if (name === '.git') this.#noteGit(parent);
  }

  #noteGit(folder: string): void {
    if (folder === '') this.#rootHasGit = true;
    else this.#trees.add(folder);
  }

  /** `owner/name` of each, sorted. */
  repositories(): string[] {
    const folders = this.#trees.size === 0 && this.#rootHasGit ? [''] : [...this.#trees];
    return [...new Set(folders.map((folder) => this.#nameOf(folder)))].sort();
  }

  /** Undefined for a file that lies in no repository. */
  placeOf(file: string): TreeFile | undefined {
    const tree = this.#treeOf(file) ?? (this.#trees.size === 0 && this.#rootHasGit ? '' : undefined);
    return tree === undefined ? undefined : { repository: this.#nameOf(tree), path: within(tree, file) };
  }

  /** Where a repository's file lies below the source's folder; undefined for a repository that was not met. */
  pathOf({ repository, path: file }: TreeFile): string | undefined {
    const folder = [...this.#trees, ...(this.#rootHasGit ? [''] : [])].find((tree) => this.#nameOf(tree) === repository);
    return folder === undefined ? undefined : folder === '' ? file : `${folder}/${file}`;
  }

  /** The folders below the source's own that have a history, by repository. */
  get histories(): ReadonlyMap<string, string> {
    const known = [...this.#histories].filter((folder) => this.#treeOf(`${folder}/.git`) === folder || this.#trees.size === 0);
    return new Map(known.map((folder) => [this.#nameOf(folder), folder]));
  }

  #treeOf(file: string): string | undefined {
    return ancestorsOf(file).find((folder) => this.#trees.has(folder));
  }

  #nameOf(folder: string): string {
    return path.join(this.#root, folder).split(path.sep).filter(Boolean).slice(-2).join('/');
  }
}

const within = (folder: string, file: string): string => (folder === '' ? file : file.slice(folder.length + 1));

function split(file: string): [parent: string, name: string] {
  const at = file.lastIndexOf('/');
  return [file.slice(0, Math.max(at, 0)), file.slice(at + 1)];
}

/** The folders that a path lies in, nearest first; the last is the root, `''`. */
function ancestorsOf(file: string): string[] {
  const found: string[] = [];
  for (let [folder] = split(file); ; [folder] = split(folder)) {
    found.push(folder);
    if (folder === '') return found;
  }
}
