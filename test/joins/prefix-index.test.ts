import fc from 'fast-check';
import { expect, it } from 'vitest';
import { PrefixIndex } from '../../src/joins/prefix-index.ts';

const texts = fc.array(fc.constantFrom('a', 'b'), { maxLength: 4 }).map((letters) => letters.join(''));

it('finds each value that fits, once, as comparing with every one does', () => {
  fc.assert(
    fc.property(fc.array(texts, { maxLength: 8 }), texts, (prefixes, prefix) => {
      const values = prefixes.map((own, at) => ({ own, at }));
      const found = [...new PrefixIndex(values, ({ own }) => own).fitting(prefix)].map(({ at }) => at);
      const fitting = values.filter(({ own }) => own.startsWith(prefix) || prefix.startsWith(own)).map(({ at }) => at);
      expect(found.toSorted((a, b) => a - b)).toEqual(fitting);
    }),
  );
});
