/** The commands, in the order of `--help`. Adding one: a file beside this one, and an entry here. */
import type { Command } from './command.ts';

export const commands: readonly Command[] = [
  {
    name: 'collect',
    usage: '[source...]',
    summary: 'load the configured sources into the graph',
    load: () => import('./collect.ts'),
  },
  {
    name: 'reach',
    usage: '<key...>',
    summary: 'what a holder of these credentials or identities can reach',
    options: [
      ['--items', 'list what is reached'],
      ['--max <n>', 'list at most so many', '1000'],
    ],
    load: () => import('./reach.ts'),
  },
  {
    name: 'exposure',
    usage: '<key>',
    summary: 'who reaches a resource, credential or identity',
    options: [['--max <n>', 'list at most so many', '1000']],
    load: () => import('./exposure.ts'),
  },
  {
    name: 'path',
    usage: '<from> <to>',
    summary: 'how one thing is reached from another, step by step',
    options: [['--level <level>', 'read, put, write or control', 'read']],
    load: () => import('./path.ts'),
  },
  {
    name: 'export',
    summary: 'the graph as lines, or everything as a backup',
    options: [
      ['--format <format>', 'jsonl or csv', 'jsonl'],
      ['--all', 'a store-neutral backup of everything, for `import`'],
    ],
    load: () => import('./export.ts'),
  },
];
