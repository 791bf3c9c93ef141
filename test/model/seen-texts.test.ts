import fc from 'fast-check';
import { expect, it } from 'vitest';
import { SeenTexts } from '../../src/model/seen-texts.ts';

it('tells what was seen before, as a set of the texts does', () => {
  fc.assert(
    fc.property(fc.array(fc.string({ maxLength: 3 }), { maxLength: 200 }), (texts) => {
      const [seen, known] = [new SeenTexts(), new Set<string>()];
      for (const text of texts) {
        expect(seen.add(text)).toBe(known.has(text));
        known.add(text);
      }
      expect(seen.size).toBe(known.size);
    }),
  );
});

it('takes no two of a hundred thousand for one', () => {
  const seen = new SeenTexts();
  const texts = Array.from({ length: 100_000 }, (_, n) => `fp:${n.toString(36)}`);
  expect(texts.filter((text) => seen.add(text))).toEqual([]);
  expect(texts.filter((text) => !seen.add(text))).toEqual([]);
});
