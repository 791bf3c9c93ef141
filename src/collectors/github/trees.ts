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
  readonly #withGithub = new Set<string>();
  readonly #withGit = new Set<string>();

  /** `root`: the source's folder; its own name counts where a repository lies less than two folders below it. */
  constructor(root: string) {
    this.#root = path.resolve(root);
  }

  /** Notes the folder, and says whether it may hold anything of interest: of a repository, not its code. */
  enters(folder: string): boolean {
    const [parent, name] = split(folder);
    if (name === '.git') this.#withGit.add(parent);
    if (name === '.github') this.#withGithub.add(parent);
    if (name === '.git') return false;
    const tree = ancestorsOf(folder).find((ancestor) => this.#withGithub.has(ancestor));
    return tree === undefined || isOfInterest(tree ? folder.slice(tree.length + 1) : folder);
  }

  /** A `.git` that is a file belongs to a worktree or submodule. */
  noteFile(file: string): void {
    const [parent, name] = split(file);
    if (name === '.git') this.#withGit.add(parent);
  }

  /** The repositories met. A folder that only holds other repositories is none, though it has a `.git`. */
  repositories(): string[] {
    const folders = [...this.#withGithub, ...[...this.#withGit].filter((folder) => !this.#holdsAnother(folder))];
    return [...new Set(folders.map((folder) => this.#nameOf(folder)))].sort();
  }

  /** Undefined for a file that lies in no repository. */
  placeOf(file: string): TreeFile | undefined {
    const tree = ancestorsOf(file).find(
      (folder) => this.#withGithub.has(folder) || (this.#withGit.has(folder) && !this.#holdsAnother(folder)),
    );
    return tree === undefined ? undefined : { repository: this.#nameOf(tree), path: tree ? file.slice(tree.length + 1) : file };
  }

  #holdsAnother(folder: string): boolean {
    if (this.#withGithub.has(folder)) return false;
    const below = folder ? `${folder}/` : '';
    return [...this.#withGithub, ...this.#withGit].some((other) => other !== folder && other.startsWith(below));
  }

  #nameOf(folder: string): string {
    return path.join(this.#root, folder).split(path.sep).filter(Boolean).slice(-2).join('/');
  }
}

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
