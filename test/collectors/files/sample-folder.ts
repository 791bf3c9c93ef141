import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type SourceFile, walk } from '../../../src/collectors/files/walk.ts';

export interface SampleFolder extends AsyncDisposable {
  readonly root: string;
  /** The files that a walk finds, by path. */
  files(): Promise<SourceFile[]>;
  file(name: string): Promise<SourceFile>;
}

/** A folder of its own with these files, removed at the end of the scope. */
export async function sampleFolder(files: Readonly<Record<string, string | Buffer>>): Promise<SampleFolder> {
  const root = await mkdtemp(path.join(tmpdir(), 'interlock-files-'));
  for (const [name, content] of Object.entries(files)) {
    await mkdir(path.dirname(path.join(root, name)), { recursive: true });
    await writeFile(path.join(root, name), content);
  }
  const list = async (): Promise<SourceFile[]> => {
    const found: SourceFile[] = [];
    for await (const walked of walk(root, { source: 'test', signal: new AbortController().signal })) {
      if ('file' in walked) found.push(walked.file);
    }
    return found;
  };
  return {
    root,
    files: list,
    file: async (name) => {
      const found = (await list()).find((file) => file.path === name);
      if (!found) throw new Error(`${name} is not in the sample folder`);
      return found;
    },
    [Symbol.asyncDispose]: () => rm(root, { recursive: true }),
  };
}
