import { expect, it } from 'vitest';
import { shellWord } from '../../src/model/shell.ts';

it.each(['aws:arn:aws:iam::111122223333:user/ci', 'github:o/r/.github/workflows/a.yml', 'k8s:prod/_/users/a@b.example'])(
  'leaves %s bare',
  (key) => {
    expect(shellWord(key)).toBe(key);
  },
);

it.each([
  ['app:$(touch x)', "'app:$(touch x)'"],
  ['app:`id`', "'app:`id`'"],
  ["app:o'hare", "'app:o'\\''hare'"],
  ['app:a;b', "'app:a;b'"],
  ['app:*', "'app:*'"],
  ['app:a#b', "'app:a#b'"],
  ['app:a\nb', "'app:a?b'"],
  ['--help', "'--help'"],
  ['~root', "'~root'"],
  ['', "''"],
])('quotes %j', (key, quoted) => {
  expect(shellWord(key)).toBe(quoted);
});
