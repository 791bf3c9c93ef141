import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { caseJudges } from '../../src/iam/index.ts';

const folder = join(import.meta.dirname, '../../src/iam');
const judging = readdirSync(folder).filter((name) => existsSync(join(folder, name, 'evaluate-case.ts')));

describe('the register of case judges', () => {
  it('names only providers that can judge a case', () => {
    expect(judging).toEqual(expect.arrayContaining(Object.keys(caseJudges)));
  });

  it.each(Object.entries(caseJudges))('%s says where a case is wrong', async (_, load) => {
    const judge = await load();
    expect(() => judge({ name: 'x' })).toThrow(/^(request|objects|policies): /);
    expect(() => judge('x')).toThrow(/^the case: /);
  });
});
