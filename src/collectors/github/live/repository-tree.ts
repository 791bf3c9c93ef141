/** Reads the files of a repository's default branch that say what its jobs do, without cloning it. */
import { OWNER_FILES } from '../../../iam/github/codeowners.ts';
import { messageOf } from '../../../model/errors.ts';
import { isWorkflow, type TreeFile } from '../trees.ts';
import { type Api, CallProblem } from './api.ts';

export interface RemoteTree {
  readonly repository: string;
  /** Files by path: what names their content. */
  readonly blobs: ReadonlyMap<string, string>;
  /** The repository is larger than GitHub lists at once. */
  readonly isCut: boolean;
}

interface Listed {
  readonly truncated?: boolean;
  readonly tree?: readonly { readonly path?: string; readonly type?: string; readonly mode?: string; readonly sha?: string }[];
}

const LINK = '120000';
const ACTION_FILE = /(?:^|\/)action\.ya?ml$/;

const at = (repository: string): string => `/repos/${repository.split('/').map(encodeURIComponent).join('/')}`;

/** Workflows, code owners and actions; throws a CallProblem. An empty repository has none. */
export async function listTree(api: Api, repository: string, branch: string): Promise<RemoteTree> {
  const path = `${at(repository)}/git/trees/${encodeURIComponent(branch)}?recursive=1`;
  try {
    const { tree = [], truncated } = (await api.one(path)) as Listed;
    const blobs = tree.flatMap(({ path: file, type, mode, sha }) =>
      file !== undefined && sha !== undefined && type === 'blob' && mode !== LINK && isRead({ repository, path: file })
        ? [[file, sha] as const]
        : [],
    );
    return { repository, blobs: new Map(blobs), isCut: truncated === true };
  } catch (error) {
    if (!(error instanceof CallProblem)) throw error;
    // 409: "Git Repository is empty."
    if (error.status === 409) return { repository, blobs: new Map(), isCut: false };
    throw error.status === 403 || error.status === 404
      ? new CallProblem(`${error.message}; needs contents=read`, error.status)
      : error;
  }
}

const isRead = (file: TreeFile): boolean => isWorkflow(file) || OWNER_FILES.includes(file.path) || ACTION_FILE.test(file.path);

/** Throws CallProblems. */
export async function readBlob(api: Api, repository: string, sha: string): Promise<string> {
  const path = `${at(repository)}/git/blobs/${encodeURIComponent(sha)}`;
  const { content } = (await api.one(path)) as { readonly content?: string };
  if (typeof content !== 'string') throw new CallProblem(`${path}: an answer without content`);
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(Buffer.from(content, 'base64'));
  } catch (error) {
    throw new CallProblem(`${path}: ${messageOf(error)}`);
  }
}
