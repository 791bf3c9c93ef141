import { describe, expect, it } from 'vitest';
import { incidentAttribution } from '../../src/analysis/ambiguity/incident-use.ts';
import { CASE_NOW, caseGraph } from './case-graph.ts';

const SINCE = '2026-02-28T00:00:00.000Z';
const ENTITIES = { key: 'Credential', a: 'Workload', b: 'Workload', 'origin:203.0.113.9/aws-cli': 'Origin' };

function askOf(relationships: readonly string[], firstSeen?: string): number | undefined {
  const graph = caseGraph(ENTITIES, relationships);
  const input = { credential: graph.indexOf('key')!, window: { end: CASE_NOW, days: 90, logged: 1 } };
  return incidentAttribution(graph, input, { since: SINCE, factOf: firstSeen === undefined ? undefined : () => ({ firstSeen }) });
}

const used = (at: string): string =>
  `origin:203.0.113.9/aws-cli USES key observed firstSeen=${at} lastUsed=2026-02-28T12:00:00.000Z`;
const AFTER = '2026-02-28T12:00:00.000Z';

describe('who made the uses of a credential that are an incident’s', () => {
  it('is not known for sure where two may have', () => {
    expect(askOf(['a USES key declared', 'b USES key declared', used(AFTER)])).toBeLessThan(0.6);
  });

  it('is sure where only one may have, or none of those that are known', () => {
    expect(askOf(['a USES key declared', used(AFTER)])).toBeGreaterThanOrEqual(0.9);
    expect(askOf([used(AFTER)])).toBe(1);
  });

  it('is not asked of uses from where it was used before the incident began', () => {
    expect(askOf(['a USES key declared', 'b USES key declared', used('2026-01-01T00:00:00.000Z')])).toBeUndefined();
    expect(askOf(['a USES key declared', 'b USES key declared', used(AFTER)], '2026-01-01T00:00:00.000Z')).toBeUndefined();
  });
});
