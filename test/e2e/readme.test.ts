/** The README is true: its examples are what the program answers, its commands exist, its tables are complete. `UPDATE_README=1` writes the answers. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { commands } from '../../src/cli/index.ts';
import { loadConfig } from '../../src/config.ts';
import { cli, estate, root } from './cli.ts';

const path = join(root, 'README.md');
const readme = readFileSync(path, 'utf8');
const scripts = (JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { scripts: Record<string, string> }).scripts;
const EXAMPLE = /<!-- example: (.+?) -->\n(?:```text\n([\s\S]*?)```\n)?/g;

describe('the README', () => {
  let folder: string;
  beforeAll(async () => {
    folder = estate();
    expect((await cli(folder, 'collect')).code).toBe(0);
  });

  it('shows what the commands really answer', { timeout: 120_000 }, async () => {
    let text = readme;
    for (const [whole, words, shown] of readme.matchAll(EXAMPLE)) {
      const answer = await cli(folder, ...words!.split(' '));
      expect(answer.err).toBe('');
      const block = `$ interlock ${words}\n${answer.out}`;
      if (process.env['UPDATE_README'])
        text = text.replace(whole, () => `<!-- example: ${words} -->\n\`\`\`text\n${block}\`\`\`\n`);
      else expect(shown).toBe(block);
    }
    if (process.env['UPDATE_README']) writeFileSync(path, text);
  });

  it('names only commands that there are', () => {
    const known = new Set(commands.map(({ name }) => name));
    const named = [...readme.matchAll(/^ {4}interlock ([a-z-]+)/gm), ...readme.matchAll(/`interlock ([a-z-]+)/g)].map(
      ([, name]) => name!,
    );
    expect(named.filter((name) => !known.has(name))).toEqual([]);
  });

  it('names only npm scripts that there are', () => {
    for (const text of [readme, readFileSync(join(root, 'CONTRIBUTING.md'), 'utf8')]) {
      const named = [...text.matchAll(/npm run ([a-z:]+)/g)].map(([, name]) => name!);
      expect(named.filter((name) => scripts[name] === undefined)).toEqual([]);
    }
  });

  it('lists every key of the configuration, and no other', () => {
    const defaults = loadConfig({ cwd: folder, file: 'interlock.yaml', environment: {} });
    const notInTheFile = ['folder', 'file', 'secrets', 'environment', 'development'];
    const keys = Object.keys(defaults).filter((key) => !notInTheFile.includes(key));
    const table = readme.slice(readme.indexOf('## Configuration'), readme.indexOf('| environment |'));
    const listed = [...table.matchAll(/^\| `([a-zA-Z]+)` \|/gm)].map(([, key]) => key!);
    expect(listed.sort()).toEqual(keys.sort());
  });
});
