/**
 * Risk: `round(100 × √(I × L))`, with its arithmetic.
 *
 * I, impact: floor_t + (cap_t − floor_t) · n / (n + 5), where t is the best tier that is reached beyond what anyone reaches, and n
 * the sum of level weights in it; bands keep any number of a lower tier below a higher one.
 * L, likelihood: L0 + (1 − L0) · (1 − Π over groups (1 − the strongest finding of the group)), L0 = 0.05 + exposure.
 */
import { type AccessGraph, entityKindAt, relationshipKindAt, tierAt } from '../graph/access-graph.ts';
import type { Finding, Risk, RiskFactor } from '../model/findings.ts';
import { CONTROL, type EntityKind, type Tier } from '../model/kinds.ts';
import type { Bounds } from '../model/plan.ts';
import type { AllReach, TierSums } from './all-reach.ts';

/** Floor and cap of impact by tier. */
const BANDS = [
  [0.75, 1],
  [0.5, 0.75],
  [0.25, 0.5],
  [0.05, 0.25],
] as const;
const HALF_BAND_AT = 5;
const BASE_LIKELIHOOD = 0.05;
const MAX_EXPOSURE = 0.15;
const VERIFIED_PUBLIC_LEAK = 70;

export interface RiskInput {
  readonly key: string;
  readonly kind: EntityKind;
  readonly name: string;
  readonly owner?: string;
  readonly tier?: Tier;
  /** Beyond what anyone reaches. */
  readonly sums: Bounds<TierSums>;
  /** False where the subject's own grants were not collected completely: it may reach anything. */
  readonly isCovered: boolean;
  /** Ways in that lead to control of the subject: anyone, leaks. */
  readonly entryPoints: number;
  /** Places that hold its value. */
  readonly copies: number;
  /** Of this subject. */
  readonly findings: readonly Finding[];
}

export function riskOf(input: RiskInput): Risk {
  const { findings, sums, isCovered } = input;
  const impact = impactOf(sums.hi, 2);
  const groups = groupsOf(findings);
  const exposure = exposureOf(input);
  const least = findings.some(isVerifiedPublicLeak) ? VERIFIED_PUBLIC_LEAK : 0;
  const scoreWith = (I: number, weights: readonly number[], term: number): number =>
    Math.max(least, Math.round(100 * Math.sqrt(I * likelihoodOf(weights, term))));
  const weights = [...groups.values()].map(({ weight }) => weight);
  const score = scoreWith(impact.value, weights, exposure);
  const lo = scoreWith(impactOf(sums.lo, 3).value, weights, exposure);
  const hi = isCovered ? scoreWith(impactOf(sums.hi, 0).value, weights, exposure) : scoreWith(1, weights, exposure);
  const factors: RiskFactor[] = [
    { name: 'impact', value: impact.value, inputs: impact.inputs, without: scoreWith(BANDS[3][0], weights, exposure) },
    { name: 'exposure', value: exposure, inputs: exposureText(input), without: scoreWith(impact.value, weights, 0) },
    ...[...groups].map(([name, { weight, ids }]) => ({
      name,
      value: weight,
      inputs: ids.join(', '),
      without: withoutGroup(input, name),
    })),
    tierCoverage(sums.hi, score),
  ];
  const { key, kind, name, owner, tier } = input;
  const range: [number, number] = [Math.min(lo, score), Math.max(hi, score)];
  return {
    key,
    kind,
    name,
    ...(owner !== undefined && { owner }),
    ...(tier !== undefined && { tier }),
    score,
    range,
    factors,
    findings,
  };
}

const withoutGroup = (input: RiskInput, group: string): number =>
  scoreOnly({ ...input, findings: input.findings.filter((finding) => finding.group !== group) });

function scoreOnly(input: RiskInput): number {
  const weights = [...groupsOf(input.findings).values()].map(({ weight }) => weight);
  const least = input.findings.some(isVerifiedPublicLeak) ? VERIFIED_PUBLIC_LEAK : 0;
  return Math.max(
    least,
    Math.round(100 * Math.sqrt(impactOf(input.sums.hi, 2).value * likelihoodOf(weights, exposureOf(input)))),
  );
}

/** As NHI2 says it: still active, seen to work, readable by anyone. */
const isVerifiedPublicLeak = ({ nhi, severity, verified }: Finding): boolean =>
  nhi === 'NHI2' && severity === 'critical' && verified === true;

/** With things of unknown tier counted as one tier; 0 where nothing is reached. */
function impactOf({ tiers, unknown }: TierSums, unknownAs: Tier): { value: number; inputs: string } {
  const sums = tiers.map((sum, tier) => (tier === unknownAs ? sum + unknown : sum));
  const best = sums.findIndex((sum) => sum > 0);
  if (best < 0) return { value: 0, inputs: 'it reaches nothing that carries a tier, beyond what anyone reaches' };
  const [floor, cap] = BANDS[best as Tier];
  const n = sums[best]!;
  return {
    value: floor + ((cap - floor) * n) / (n + HALF_BAND_AT),
    inputs: `best tier ${best}, n = ${Math.round(n * 100) / 100} in it: ${floor} + ${Math.round((cap - floor) * 100) / 100} · n / (n + 5)`,
  };
}

function likelihoodOf(weights: readonly number[], exposure: number): number {
  const begin = BASE_LIKELIHOOD + exposure;
  return begin + (1 - begin) * (1 - weights.reduce((doubt, weight) => doubt * (1 - weight), 1));
}

/** Grows with the logarithm of ways in and with copies, up to 0.15. */
const exposureOf = ({ entryPoints, copies }: RiskInput): number =>
  Math.min(MAX_EXPOSURE, 0.03 * Math.log2(1 + entryPoints) + 0.02 * Math.max(0, copies - 1));

const exposureText = ({ entryPoints, copies }: RiskInput): string => `${entryPoints} ways in, ${copies} copies of its value`;

/** The strongest finding of each group. */
function groupsOf(findings: readonly Finding[]): Map<string, { weight: number; ids: string[] }> {
  const groups = new Map<string, { weight: number; ids: string[] }>();
  for (const { group, weight, id } of findings) {
    const known = groups.get(group);
    groups.set(group, { weight: Math.max(weight, known?.weight ?? 0), ids: [...(known?.ids ?? []), id] });
  }
  return groups;
}

function tierCoverage({ tiers, unknown }: TierSums, score: number): RiskFactor {
  const known = tiers.reduce((a, b) => a + b, 0);
  const share = known + unknown === 0 ? 1 : known / (known + unknown);
  return {
    name: 'tierCoverage',
    value: share,
    inputs: 'share of what is reached whose tier is known; the rest counts as tier 2, in the range as tier 3 to tier 0',
    without: score,
  };
}

export interface RisksInput {
  readonly graph: AccessGraph;
  readonly reach: AllReach;
  readonly findings: readonly Finding[];
  /** Facets that `external:anyone` reaches, by entity index. */
  readonly open: Uint8Array | undefined;
  /** Names and owners by key; the key stands for a name that is not known. */
  describe(key: string): { readonly name: string; readonly owner?: string } | undefined;
  /** Whether the subject's own grants were collected completely. */
  isCovered(key: string): boolean;
}

/** Of every subject of the reach, highest first. Scores of 0 without findings are left out. */
export function risks(input: RisksInput): Risk[] {
  const { graph, reach } = input;
  const bySubject = new Map<string, Finding[]>();
  for (const finding of input.findings) {
    const known = bySubject.get(finding.subject);
    if (known) known.push(finding);
    else bySubject.set(finding.subject, [finding]);
  }
  const found: Risk[] = [];
  reach.subjects.forEach((entity, i) => {
    const key = graph.keys[entity]!;
    const findings = bySubject.get(key) ?? [];
    const tier = tierAt(graph, entity);
    const { name, owner } = input.describe(key) ?? { name: key };
    const risk = riskOf({
      key,
      kind: entityKindAt(graph, entity),
      name,
      ...(owner !== undefined && { owner }),
      ...(tier !== undefined && { tier }),
      sums: { lo: reach.tierSums(i, 'lo'), hi: reach.tierSums(i, 'hi') },
      isCovered: input.isCovered(key),
      ...waysIn(graph, entity, input.open),
      findings,
    });
    if (risk.score > 0 || findings.length > 0) found.push(risk);
  });
  return found.sort((a, b) => b.score - a.score || (a.key < b.key ? -1 : 1));
}

function waysIn(graph: AccessGraph, entity: number, open: Uint8Array | undefined): { entryPoints: number; copies: number } {
  let leaks = 0;
  let copies = 0;
  for (let r = graph.starts[entity]!; r < graph.starts[entity + 1]!; r++) {
    if (relationshipKindAt(graph, r) === 'LEAKED_IN') leaks++;
  }
  for (let k = graph.inStarts[entity]!; k < graph.inStarts[entity + 1]!; k++) {
    if (relationshipKindAt(graph, graph.inRelationships[k]!) === 'EXPOSES') copies++;
  }
  return { entryPoints: leaks + ((open?.[entity] ?? 0) & CONTROL ? 1 : 0), copies };
}
