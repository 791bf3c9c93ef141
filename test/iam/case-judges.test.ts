import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { commands } from '../../src/cli/index.ts';
import { caseJudges } from '../../src/iam/index.ts';

const folder = join(import.meta.dirname, '../../src/iam');
const judging = readdirSync(folder).filter((name) => existsSync(join(folder, name, 'evaluate-case.ts')));

describe('the register of case judges', () => {
  it('holds every provider that can judge a case', () => {
    expect(Object.keys(caseJudges).sort()).toEqual(judging.sort());
  });

  it('is what the help of the command lists', () => {
    const [, says] = commands.find(({ name }) => name === 'evaluate')?.options?.[0] ?? [];
    expect(says).toBe(
      `whose policies: ${Object.keys(caseJudges)
        .join(', ')
        .replace(/, (\w+)$/, ' or $1')}`,
    );
  });

  it.each(Object.entries(caseJudges))('%s says where a case is wrong', async (_, load) => {
    const judge = await load();
    expect(() => judge({ name: 'x' })).toThrow(/^(request|objects|policies): /);
    expect(() => judge('x')).toThrow(/^the case: /);
  });
});
