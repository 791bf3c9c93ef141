import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { allReach } from '../../src/analysis/all-reach.ts';
import { type RiskInput, riskOf, risks } from '../../src/analysis/risk.ts';
import { reachFrom } from '../../src/graph/reach.ts';
import type { Finding } from '../../src/model/findings.ts';
import { DEFAULT_WEIGHTS } from '../../src/model/weights.ts';
import { caseGraph } from './case-graph.ts';

const nothing = { tiers: [0, 0, 0, 0], unknown: 0 } as const;

function inputOf(change: Partial<RiskInput>): RiskInput {
  return {
    key: 'key',
    kind: 'Credential',
    name: 'key',
    sums: { lo: nothing, hi: nothing },
    isCovered: true,
    entryPoints: 0,
    copies: 0,
    findings: [],
    ...change,
  };
}

const reaching = (...tiers: [number, number, number, number]) => ({
  sums: { lo: { tiers, unknown: 0 }, hi: { tiers, unknown: 0 } },
});

function finding(change: Partial<Finding>): Finding {
  return {
    id: 'NHI2/leaked/key',
    nhi: 'NHI2',
    detector: 'leaked',
    subject: 'key',
    severity: 'high',
    weight: 0.6,
    summary: '',
    evidence: [],
    blindSpots: [],
    group: 'a',
    ...change,
  };
}

describe('risk', () => {
  it('is round(100 × √(I × L)) with I in the band of the best tier', () => {
    const risk = riskOf(inputOf(reaching(5, 0, 0, 0)));
    const [impact, likelihood] = [0.75 + 0.25 * (5 / 10), 0.05];
    expect(risk.score).toBe(Math.round(100 * Math.sqrt(impact * likelihood)));
    expect(risk.factors[0]).toMatchObject({ name: 'impact', value: impact });
  });

  it('lets no number of things of a lower tier pass one of a higher', () => {
    fc.assert(
      fc.property(
        fc.nat({ max: 3 }),
        fc.double({ min: 0.5, max: 1e9, noNaN: true }),
        fc.double({ min: 0.5, max: 10, noNaN: true }),
        (t, many, few) => {
          const better = Math.max(0, t - 1);
          const low = [0, 0, 0, 0] as [number, number, number, number];
          const high = [0, 0, 0, 0] as [number, number, number, number];
          low[t] = many;
          high[better] = few;
          if (better < t)
            expect(riskOf(inputOf(reaching(...high))).score).toBeGreaterThanOrEqual(riskOf(inputOf(reaching(...low))).score);
        },
      ),
    );
  });

  it('counts the strongest finding of a group only', () => {
    const one = riskOf(inputOf({ ...reaching(1, 0, 0, 0), findings: [finding({})] }));
    const same = riskOf(inputOf({ ...reaching(1, 0, 0, 0), findings: [finding({}), finding({ id: 'x', weight: 0.4 })] }));
    const other = riskOf(
      inputOf({ ...reaching(1, 0, 0, 0), findings: [finding({}), finding({ id: 'x', weight: 0.4, group: 'b' })] }),
    );
    expect(same.score).toBe(one.score);
    expect(other.score).toBeGreaterThan(one.score);
    const factor = other.factors.find(({ name }) => name === 'b');
    expect(factor).toMatchObject({ value: 0.4, inputs: 'x', without: one.score });
  });

  it('is 70 or more for a verified public leak, whatever it reaches', () => {
    const leak = finding({ severity: 'critical', verified: true, weight: 0.97 });
    expect(riskOf(inputOf({ findings: [leak] })).score).toBe(70);
    expect(riskOf(inputOf({ ...reaching(9, 0, 0, 0), findings: [leak] })).score).toBeGreaterThan(70);
  });

  it('says how far unknown tiers and missing grants leave it open', () => {
    const unknown = { tiers: [0, 0, 0, 0], unknown: 3 } as const;
    const risk = riskOf(inputOf({ sums: { lo: unknown, hi: unknown }, findings: [finding({})] }));
    expect(risk.range[0]).toBeLessThan(risk.score);
    expect(risk.range[1]).toBeGreaterThan(risk.score);
    expect(risk.factors.find(({ name }) => name === 'tierCoverage')?.value).toBe(0);
    const open = riskOf(inputOf({ ...reaching(0, 0, 0, 1), isCovered: false, findings: [finding({})] }));
    expect(open.range[1]).toBe(Math.round(100 * Math.sqrt(0.05 + 0.95 * 0.6)));
  });

  it('does not move with unrelated inventory, nor with what anyone reaches', () => {
    const entities = {
      'external:anyone': 'External',
      role: 'Role',
      grant: 'Permission',
      jewel: 'Resource tier=0',
      open: 'Resource tier=0',
    };
    const ties = ['role HAS_GRANT grant', 'grant CAN_READ jewel', 'external:anyone HAS_GRANT public', 'public CAN_READ open'];
    const score = (more: Record<string, string>, moreTies: string[]) => {
      const graph = caseGraph({ ...entities, public: 'Permission', ...more }, [...ties, ...moreTies]);
      const reach = allReach(graph, { weights: DEFAULT_WEIGHTS });
      const anyone = graph.indexOf('external:anyone') as number;
      const list = risks({
        graph,
        reach,
        findings: [],
        open: reachFrom(graph, [anyone], { walk: 'lo' }).facets,
        describe: () => undefined,
        isCovered: () => true,
      });
      return list.find(({ key }) => key === 'role')?.score;
    };
    const before = score({}, []);
    expect(before).toBeGreaterThan(0);
    expect(score({ other: 'Role', thing: 'Resource tier=0' }, ['grant CAN_READ open'])).toBe(before);
  });
});
