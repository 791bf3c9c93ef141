import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { githubCollector } from '../../../src/collectors/github/collector.ts';
import type { RelationshipFact } from '../../../src/model/entity.ts';
import { collecting } from '../../contracts/collecting.ts';
import { sampleFolder } from '../files/sample-folder.ts';

interface Case {
  readonly name: string;
  /** Path → lines. */
  readonly files: Readonly<Record<string, readonly string[]>>;
  /** Source key → all of its relationships, `KIND target certainty`, sorted. */
  readonly facts: Readonly<Record<string, readonly string[]>>;
  /** Source and target key → what the relationship depends on. */
  readonly conditions?: Readonly<Record<string, string>>;
  readonly warnings?: readonly string[];
  readonly layers?: readonly string[];
}

const folder = path.join(import.meta.dirname, '../../cases/github');
const said = ({ kind, target, certainty, levels }: RelationshipFact): string =>
  `${kind} ${target} ${certainty}${levels ? ` [${levels.join()}]` : ''}`;

describe.each(readdirSync(folder))('%s', (file) => {
  const cases: Case[] = JSON.parse(readFileSync(path.join(folder, file), 'utf8'));

  it.each(cases)('$name', async ({ files, facts, conditions = {}, warnings = [], layers }) => {
    const texts = Object.entries(files).map(([name, lines]) => [name, lines.join('\n')]);
    await using sample = await sampleFolder(Object.fromEntries(texts));
    const found = await collecting(githubCollector, { files: sample.root });
    expect(found.errors).toEqual([]);
    expect(found.warnings).toEqual(warnings);
    for (const [source, expected] of Object.entries(facts)) {
      const own = found.relationships.filter((relationship) => relationship.source === source).map(said);
      expect({ source, facts: own.sort() }).toEqual({ source, facts: [...expected].sort() });
    }
    for (const [ends, condition] of Object.entries(conditions))
      expect(found.relationships.find(({ source, target }) => `${source} ${target}` === ends)?.condition).toBe(condition);
    if (layers) expect(found.said.flatMap((one) => (one.type === 'layer-missing' ? [one.layer] : []))).toEqual(layers);
  });
});
