/** Which folders are repositories, told by what a walk meets: a folder with `.github` or `.git`, named `<owner>/<name>` by its path. */
import path from 'node:path';

export interface TreeFile {
  /** `owner/name`. */
  readonly repository: string;
  /** Within the repository, with `/`. */
  readonly path: string;
}

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

  /** Notes the folder, and says whether it may hold anything of interest. Siblings of `.github` hold the code, not workflows. */
  enters(folder: string): boolean {
    const [parent, name] = split(folder);
    if (name === '.git') this.#withGit.add(parent);
    if (name === '.github') this.#withGithub.add(parent);
    return name !== '.git' && (name === '.github' || folder.includes('.github/') || !this.#withGithub.has(parent));
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
    for (let [folder] = split(file); ; [folder] = split(folder)) {
      if (this.#withGithub.has(folder) || (this.#withGit.has(folder) && !this.#holdsAnother(folder))) {
        return { repository: this.#nameOf(folder), path: folder ? file.slice(folder.length + 1) : file };
      }
      if (folder === '') return undefined;
    }
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
