import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv } from 'ajv';
import { describe, expect, it } from 'vitest';
import { answer, cli, estate, root, workspace } from './cli.ts';

interface Document {
  readonly graph: { readonly nodes: { readonly id: string }[]; readonly edges: unknown[] };
}

/** The published schemas of BloodHound, which are not part of the project. */
const schemas = join(root, '../shared/fixtures/export/opengraph/docs/assets/opengraph');
const schema = (name: string) =>
  new Ajv({ strict: false }).compile(JSON.parse(readFileSync(join(schemas, name), 'utf8')) as object);

interface Edge {
  readonly type: string;
  readonly key: string;
  readonly kind: string;
  readonly source: string;
  readonly target: string;
  readonly certainty: string;
  readonly condition?: string;
  readonly levels?: readonly string[];
}

async function lines(folder: string): Promise<string[]> {
  const { out } = await cli(folder, 'export');
  return out
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as Edge)
    .map(({ type, key, kind, source, target, certainty, condition, levels }) =>
      JSON.stringify([type, key, kind, source, target, certainty, condition, levels && [...levels].sort()]),
    )
    .sort();
}

describe('the sample estate for other systems', () => {
  const folder = estate();
  let text = '';

  it('is one document that BloodHound takes, as OpenGraph', { timeout: 60_000 }, async () => {
    await answer(folder, ['collect']);
    const done = await cli(folder, 'export', '--format', 'opengraph');
    expect(done.code, done.err).toBe(0);
    text = done.out;
    const { graph } = JSON.parse(text) as Document;
    expect(graph.nodes.length).toBeGreaterThan(100);
    expect(graph.edges.length).toBeGreaterThan(100);
    if (!existsSync(schemas)) {
      console.warn('SKIPPED: the schemas of OpenGraph are not there');
      return;
    }
    const [isNode, isEdge] = [schema('opengraph-node.json'), schema('opengraph-edge.json')];
    for (const node of graph.nodes) expect(isNode(node), JSON.stringify([node, isNode.errors])).toBe(true);
    for (const edge of graph.edges) expect(isEdge(edge), JSON.stringify([edge, isEdge.errors])).toBe(true);
  });

  it('is the same graph when it is read again', { timeout: 60_000 }, async () => {
    const again = workspace({ 'interlock.yaml': 'sources: [{ name: copy, type: opengraph, files: ./graph }]\n' });
    mkdirSync(join(again, 'graph'));
    writeFileSync(join(again, 'graph/estate.json'), text);
    await answer(again, ['collect']);
    expect(await lines(again)).toEqual(await lines(folder));
  });

  it('gives its findings as SARIF, and as events of OCSF', { timeout: 60_000 }, async () => {
    const sarif = await cli(folder, 'export', '--format', 'sarif');
    expect(sarif.code, sarif.err).toBe(0);
    const { runs } = JSON.parse(sarif.out) as { runs: { results: { ruleId: string }[] }[] };
    expect(runs[0]?.results.map(({ ruleId }) => ruleId)).toContain('NHI2/leaked');
    const ocsf = await cli(folder, 'export', '--format', 'ocsf');
    expect(ocsf.code, ocsf.err).toBe(0);
    const events = ocsf.out
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line) as { class_uid: number });
    expect(events).toHaveLength(runs[0]?.results.length ?? 0);
    expect(new Set(events.map(({ class_uid }) => class_uid))).toEqual(new Set([2004]));
  });
});
