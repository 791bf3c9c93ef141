/** What every collector promises. Each runs it with a sample that makes it say all it can. */
import { expect, it } from 'vitest';
import { EVERY_SCOPE } from '../../src/model/collection.ts';
import type { Collector } from '../../src/ports/collector.ts';
import { checking } from './checking.ts';
import { collecting } from './collecting.ts';

export interface CollectorSample<C> {
  readonly collector: Collector<C>;
  /** Settings of a source that holds every kind of fact. The folder or server lives as long as the sample. */
  readonly good: () => Promise<{ settings: C } & AsyncDisposable>;
  /** The same with one file broken or one page failing; `names` is what the error must name. */
  readonly broken: () => Promise<{ settings: C; names: string } & AsyncDisposable>;
}

export function collectorContract<C>({ collector, good, broken }: CollectorSample<C>): void {
  it('emits the declared kinds, all of them and no others', async () => {
    await using source = await good();
    const { entities, relationships } = await collecting(collector, source.settings);
    expect([...new Set(entities.map(({ kind }) => kind))].sort()).toEqual([...collector.emits.entities].sort());
    expect([...new Set(relationships.map(({ kind }) => kind))].sort()).toEqual([...collector.emits.relationships].sort());
  });

  it('says the same of the same source twice', async () => {
    await using source = await good();
    const [first, second] = [await collecting(collector, source.settings), await collecting(collector, source.settings)];
    expect(second.said).toEqual(first.said);
  });

  it('names no entity that it does not emit in the same scope', async () => {
    await using source = await good();
    const { said } = await collecting(collector, source.settings);
    for (const scope of new Set(said.flatMap((one) => (one.type === 'facts' ? [one.scope] : [])))) {
      const facts = said.filter((one) => one.type === 'facts').filter((one) => one.scope === scope);
      const keys = new Set(facts.flatMap((one) => one.entities.map(({ key }) => key)));
      const ends = facts.flatMap((one) => one.relationships.flatMap(({ source: from, target }) => [from, target]));
      expect(ends.filter((key) => !keys.has(key))).toEqual([]);
    }
  });

  it('says each entity and relationship once in a scope', async () => {
    await using source = await good();
    const { said } = await collecting(collector, source.settings);
    const facts = said.filter((one) => one.type === 'facts');
    const keys = facts.flatMap(({ scope, entities }) => entities.map(({ key }) => `${scope} ${key}`));
    const edges = facts.flatMap(({ scope, relationships }) =>
      relationships.map(({ source: from, kind, target }) => `${scope} ${from} ${kind} ${target}`),
    );
    expect(keys.filter((key, at) => keys.indexOf(key) !== at)).toEqual([]);
    expect(edges.filter((edge, at) => edges.indexOf(edge) !== at)).toEqual([]);
  });

  it('gives every conditional relationship its condition, and every control of an identity its reason', async () => {
    await using source = await good();
    const { relationships } = await collecting(collector, source.settings);
    expect(relationships.filter((edge) => edge.certainty === 'conditional' && !edge.condition)).toEqual([]);
    expect(relationships.filter((edge) => edge.kind === 'CAN_CONTROL' && !edge.reason)).toEqual([]);
  });

  it('calls every scope of a whole source complete', async () => {
    await using source = await good();
    const { said, scopes, errors } = await collecting(collector, source.settings);
    const named = new Set(said.flatMap((one) => (one.type === 'facts' ? [one.scope] : [])));
    expect(errors).toEqual([]);
    expect([...named].filter((scope) => !scopes.some((one) => one.scope === scope))).toEqual([]);
    expect(scopes.filter(({ coverage }) => coverage !== 'complete')).toEqual([]);
    expect(scopes.map(({ scope }) => scope)).toEqual([...new Set(scopes.map(({ scope }) => scope))]);
  });

  it('foresees nothing missing of a whole source', async () => {
    await using source = await good();
    const said = await checking(collector, source.settings);
    expect(said).toEqual([{ type: 'works', text: expect.any(String) }]);
  });

  it('names what is broken, calls its scope partial, and still says the rest', async () => {
    await using whole = await good();
    await using source = await broken();
    const before = await collecting(collector, whole.settings);
    const { errors, scopes, entities } = await collecting(collector, source.settings);
    expect(errors.join('\n')).toContain(source.names);
    const partial = scopes.filter(({ coverage }) => coverage === 'partial');
    expect(partial.length).toBeGreaterThan(0);
    expect(partial.every(({ missing }) => missing.length > 0)).toBe(true);
    expect(partial.some(({ scope }) => scope === EVERY_SCOPE) || scopes.length > 0).toBe(true);
    const keys = new Set(entities.map(({ key }) => key));
    expect(before.entities.filter(({ key }) => !keys.has(key))).toEqual([]);
  });

  it('stops when it is told to', async () => {
    await using source = await good();
    const told = collecting(collector, source.settings, { signal: AbortSignal.abort() });
    await expect(told).rejects.toThrow();
  });

  it('refuses settings that it does not know', async () => {
    await using source = await good();
    expect(collector.settings.safeParse({ ...source.settings, surprise: true }).success).toBe(false);
  });
}
