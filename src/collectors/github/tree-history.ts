/** Who changed a repository, and each of its workflows, last. */
import { type LastChange, lastChange } from '../../iam/github/last-change.ts';
import type { ChangedFiles } from './git-history.ts';

export interface TreeHistory {
  readonly whole: LastChange | undefined;
  /** By path within the repository; of files that were changed lately. */
  readonly files: ReadonlyMap<string, LastChange>;
}

export function treeHistory(commits: readonly ChangedFiles[], isWanted: (path: string) => boolean): TreeHistory | undefined {
  if (commits.length === 0) return undefined;
  const paths = new Set(commits.flatMap(({ files }) => files.filter(isWanted)));
  const changes = [...paths].flatMap((path) => {
    const found = lastChange(commits.filter(({ files }) => files.includes(path)));
    return found ? [[path, found] as const] : [];
  });
  return { whole: lastChange(commits), files: new Map(changes) };
}
