/** The commands, in the order of `--help`. Adding one: a file beside this one, and an entry here. */
import type { Command } from './command.ts';

const MAX = ['--max <n>', 'list at most so many', '1000'] as const;
const LIMIT = ['--limit <n>', 'list at most so many', '20'] as const;
const SINCE = ['--since <time>', 'when the incident began'] as const;
const CONTEXT = ['--context <key=value...>', 'what the request carries; a repeated key has several values'] as const;
const APPLY = ['--apply', 'really do it; without this it is a dry run'] as const;

export const commands: readonly Command[] = [
  {
    name: 'demo',
    summary: 'copy the sample estate, collect it, and tell what is wrong in it',
    options: [
      ['--dir <folder>', 'where to put it', './interlock-demo'],
      ['--serve', 'then start the API on it'],
    ],
    load: () => import('./demo.ts'),
  },
  {
    name: 'incident',
    usage: '<key...>',
    summary: 'one page for a responder: what could it reach, what did it do, who breaks, what to do now (read-only)',
    options: [SINCE, ['--markdown', 'as Markdown, for a ticket']],
    load: () => import('./incident.ts'),
  },
  {
    name: 'collect',
    role: 'responder',
    usage: '[source...]',
    summary: 'load the configured sources into the graph',
    options: [
      ['--forget <scope>', 'instead, remove the facts of <source>[/<scope>]'],
      ['--save <folder>', 'also write what the live source answered as files, which can be collected again; no secret values'],
    ],
    load: () => import('./collect.ts'),
  },
  {
    name: 'analyze',
    role: 'responder',
    summary: 'compute reach, risks and findings anew where they are stale',
    load: () => import('./analyze.ts'),
  },
  {
    name: 'risks',
    summary: 'the riskiest identities and credentials first',
    options: [LIMIT, ['--kind <kind>', 'only this kind, such as Credential']],
    load: () => import('./risks.ts'),
  },
  {
    name: 'search',
    usage: '<text...>',
    summary: 'entities by a part of their key or name',
    options: [LIMIT],
    load: () => import('./search.ts'),
  },
  {
    name: 'reach',
    usage: '<key...>',
    summary: 'what a holder of these credentials or identities can reach',
    options: [['--items', 'list what is reached'], MAX],
    load: () => import('./reach.ts'),
  },
  {
    name: 'exposure',
    usage: '<key>',
    summary: 'who reaches a resource, credential or identity',
    options: [MAX],
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
    name: 'can',
    usage: '<principal> <action> <resource>',
    summary: 'may this principal do this to that, by which statements, and on what conditions',
    options: [CONTEXT],
    load: () => import('./can.ts'),
  },
  {
    name: 'who-can',
    usage: '<action> <resource>',
    summary: 'every principal that may do this to that',
    options: [['--account <id>', 'whose the resource is, when its name does not tell'], CONTEXT],
    load: () => import('./who-can.ts'),
  },
  {
    name: 'choke-points',
    summary: 'single relationships that carry most of the way to what matters',
    options: [['--target <key>', 'only the way to this'], LIMIT],
    load: () => import('./choke-points.ts'),
  },
  { name: 'outage', usage: '<key...>', summary: 'what stops working when these die', load: () => import('./outage.ts') },
  {
    name: 'shared',
    summary: 'credentials that several consumers use, or may',
    options: [['--min-consumers <n>', 'expected consumers', '2'], LIMIT],
    load: () => import('./shared.ts'),
  },
  {
    name: 'ambiguity',
    usage: '<key>',
    summary: 'who really uses a credential, and how sure that is',
    load: () => import('./ambiguity.ts'),
  },
  {
    name: 'plan',
    role: 'responder',
    usage: '<key...>',
    summary: 'in which order to revoke, what that leaves and what it breaks',
    options: [
      ['--mode <mode>', 'contain (an attacker) or retire (without an outage)', 'contain'],
      SINCE,
      ['--offboard', 'people or vendors leave: with them goes every credential that they could have read'],
      ['--budget-down <n>', 'at most so many things may stop'],
      ['--out <file>', 'write the plan as JSON'],
    ],
    load: () => import('./plan.ts'),
  },
  {
    name: 'approve',
    role: 'approver',
    usage: '<plan>',
    summary: 'approve a plan that somebody else asked for, or take that back',
    options: [['--withdraw', 'take your own approval back']],
    load: () => import('./approve.ts'),
  },
  {
    name: 'execute',
    role: 'responder',
    usage: '<plan>',
    summary: 'carry out a plan',
    options: [APPLY, ['--hold-for <time>', 'holds expire after this, such as 8h, 30m or 2d']],
    load: () => import('./execute.ts'),
  },
  {
    name: 'undo',
    role: 'responder',
    usage: '<plan>',
    summary: 'undo what a plan did, in reverse order',
    options: [APPLY],
    load: () => import('./undo.ts'),
  },
  {
    name: 'confirm',
    role: 'responder',
    usage: '<plan> <step>',
    summary: 'say that a step by hand was done',
    load: () => import('./confirm.ts'),
  },
  {
    name: 'report',
    usage: '<plan>',
    summary: 'what a plan came to, as Markdown: evidence, what is cut, what outlives it, how to take it back, the timeline',
    load: () => import('./report.ts'),
  },
  {
    name: 'holds',
    usage: '[act] [id]',
    summary: 'reversible controls in place; release <id>, or extend <id> --for 8h',
    options: [
      ['--for <time>', 'until when, from now, such as 8h, 30m or 2d'],
      ['--anyway', 'release it even where that re-arms whoever holds what was minted'],
    ],
    load: () => import('./holds.ts'),
  },
  {
    name: 'reconcile',
    role: 'responder',
    summary: 'look again at what was done: drift, what a crash left, holds whose time is over',
    load: () => import('./reconcile.ts'),
  },
  { name: 'pause', role: 'responder', summary: 'stop all execution at the next step', load: () => import('./pause.ts') },
  { name: 'resume', role: 'approver', summary: 'let execution go on', load: () => import('./resume.ts') },
  {
    name: 'export',
    summary: 'the graph as lines, or everything as a backup',
    options: [
      ['--format <format>', 'jsonl, csv, opengraph: the graph; sarif, ocsf: findings, and what was done', 'jsonl'],
      ['--all', 'a store-neutral backup of everything, for `import`'],
    ],
    load: () => import('./export.ts'),
  },
  {
    name: 'import',
    role: 'admin',
    usage: '<file>',
    summary: 'load a backup of `export --all` into an empty store (- is stdin)',
    load: () => import('./import.ts'),
  },
  {
    name: 'evaluate',
    usage: '[file]',
    summary: 'what policies say of requests, one case a line, from a file or stdin (-); nothing is collected',
    options: [
      ['--provider <provider>', 'whose policies: aws, kubernetes or vault'],
      ['--jsonl', 'one JSON object a line, as the cases come'],
    ],
    load: () => import('./evaluate.ts'),
  },
  {
    name: 'token',
    role: 'admin',
    usage: '<act> [id]',
    summary: 'bearer tokens of the API: create, list, revoke <id>',
    options: [
      ['--role <role>', 'viewer, analyst, responder, approver or admin', 'viewer'],
      ['--name <name>', 'whose it is'],
      ['--days <n>', 'for so many days; without it, until revoked'],
    ],
    load: () => import('./token.ts'),
  },
  {
    name: 'audit',
    usage: '<act>',
    summary: 'the ledger: verify its chain, or export it as lines',
    options: [['--head <hash>', 'a head that was kept elsewhere: it must be in the chain']],
    load: () => import('./audit.ts'),
  },
  { name: 'doctor', summary: 'check configuration, connections, coverage and leftovers', load: () => import('./doctor.ts') },
  { name: 'serve', summary: 'the API, the scheduler, and with the inline queue the worker', load: () => import('./serve.ts') },
  { name: 'worker', summary: 'work off jobs of a queue between processes', load: () => import('./worker.ts') },
];
