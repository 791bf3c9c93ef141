/** A leaked key at night, no enforcer configured: what the terminal says is enough to act on, step by step. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, it } from 'vitest';
import { run as collect } from '../../src/cli/collect.ts';
import type { Run } from '../../src/cli/command.ts';
import { run as confirm } from '../../src/cli/confirm.ts';
import { run as execute } from '../../src/cli/execute.ts';
import { run as planFor } from '../../src/cli/plan.ts';
import { run as report } from '../../src/cli/report.ts';
import { run as undo } from '../../src/cli/undo.ts';
import type { Plan } from '../../src/model/plan.ts';
import { estate } from '../e2e/cli.ts';
import { told } from './told.ts';

const folder = estate();
const planFile = join(folder, 'plan.json');
let plan: Plan;

const run = (command: Run, words: readonly string[], options: Readonly<Record<string, unknown>> = {}) =>
  told(folder, command, { words, options });

beforeAll(async () => {
  await run(collect, []);
  await run(planFor, ['AKIA0EXAMPLELEAKED01'], { mode: 'contain', since: '2026-03-14T09:12:00Z', out: planFile });
  plan = JSON.parse(readFileSync(planFile, 'utf8')) as Plan;
});

it('shows, where a plan waits for a person, each command whole and of what it is', async () => {
  const { code, out } = await run(execute, [planFile], { apply: true });
  expect(code).toBe(3);
  for (const { id, action, target, commands } of plan.waves[0]!.steps) {
    const at = out.indexOf(`  # ${action} ${target}, step ${id}`);
    const lines = commands.apply.split('\n').map((line) => `  ${line}`);
    expect(out.slice(at + 1, at + 1 + lines.length)).toEqual(lines);
    expect(out.join('\n')).toContain(`interlock confirm ${plan.id} ${id}`);
  }
  for (const { commands } of plan.waves[1]!.steps) expect(out.join('\n')).not.toContain(commands.apply);
});

it('takes the number on the page of the plan for a step, and the file for the plan', async () => {
  const { code, out } = await run(confirm, [planFile, '1.1'], { json: true });
  expect(code).toBe(0);
  const { steps } = JSON.parse(out.join('')) as { steps: { id: string; state: string }[] };
  expect(steps.filter(({ state }) => state === 'effective').map(({ id }) => id)).toEqual([plan.waves[0]!.steps[0]!.id]);
  expect((await run(report, [planFile])).out[0]).toContain(plan.id);
});

it('says what else a person must do before the next wave begins', async () => {
  const { out } = await run(confirm, [plan.id, '1.1']);
  const { id, commands } = plan.waves[0]!.steps[1]!;
  expect(out).toContain(`  ${commands.apply}`);
  expect(out).toContain(`  interlock confirm ${plan.id} ${id}`);
  expect(out.join('\n')).not.toContain('goes on with the next wave');
});

it.each(['9.1', '1.9', '0.1', 'quarantine'])('names the steps that there are, where %s is not', async (step) => {
  const numbered = plan.waves.flatMap(({ steps }, i) => steps.map(({ id }, j) => `${i + 1}.${j + 1} ${id}`));
  await expect(run(confirm, [plan.id, step])).rejects.toThrow(
    `${step}: plan ${plan.id} has no such step; its steps: ${numbered.join(', ')}`,
  );
});

it('says of a plan that is not there that it is not there', async () => {
  await expect(run(confirm, ['nothing', '1.1'])).rejects.toThrow('nothing: no such plan');
  await expect(run(report, ['nothing'])).rejects.toThrow('nothing: no such plan');
});

it('says of each step what it is, and whole why it is not undone', async () => {
  const { out } = await run(undo, [plan.id]);
  const { id, action, target } = plan.waves[0]!.steps[1]!;
  expect(out.find((line) => line.startsWith(id))).toMatch(
    new RegExp(`${action} ${target} .*undoing it re-arms whoever holds what was minted: rotate the credential first$`),
  );
});
