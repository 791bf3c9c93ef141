/** The incident page before it is laid out: what is said, in which order, in plain words. */
import { counted } from '../../model/counted.ts';
import type { RelationshipName } from '../../model/entity.ts';
import type { RelationshipKind } from '../../model/kinds.ts';
import type { Grade, PlanStep } from '../../model/plan.ts';
import type { Incident } from '../incident.ts';
import { durationText, rangeText, timeText } from '../plan/words.ts';

export interface PageSection {
  readonly title: string;
  /** The one sentence to read when there is time for one. */
  readonly lead: string;
  readonly columns: readonly string[];
  readonly rows: readonly (readonly string[])[];
  readonly notes: readonly string[];
  /** Literal commands, each with what it is. */
  readonly commands: readonly { readonly what: string; readonly command: string }[];
}

/** What the collected facts answer, and what they could not see. */
export type AnsweredIncident = Incident & { readonly gaps?: readonly string[] };

export interface Page {
  readonly title: string;
  readonly facts: readonly (readonly [name: string, value: string])[];
  readonly summary: readonly string[];
  /** What could not be seen: beside the summary, for a page says `no` only of what was collected. */
  readonly gaps: readonly string[];
  readonly sections: readonly PageSection[];
}

const MOST_ROWS = 12;

export const GAPS_LEAD = 'What this page does not name may still be so. It could not see:';

export function incidentPage(page: AnsweredIncident): Page {
  return {
    title: `INCIDENT  ${page.who.map(({ key, name }) => (name === key ? key : `${key} (${name})`)).join(', ')}`,
    facts: facts(page),
    summary: summary(page),
    gaps: page.gaps ?? [],
    sections: [couldReach(page), didTouch(page), created(page), alive(page), breaks(page), fence(page)],
  };
}

function facts({ who, since, at, plan }: Incident): Page['facts'] {
  const owners = [...new Set(who.map(({ owner, contact }) => personText(owner, contact)))];
  const states = [...new Set(who.map(({ kind, state }) => `${kind}, ${state}`))];
  return [
    ['what', states.join('; ')],
    ['since', `${timeText(since)}, ${durationText(Date.parse(at) - Date.parse(since))} before this page`],
    ['asked at', timeText(at)],
    ['owner', owners.join('; ')],
    ['plan', `${plan.id || plan.hash.slice(0, 12)}, of generation ${plan.generation} of the graph`],
  ];
}

const personText = (owner: string | null, contact: string | null): string =>
  owner === null ? 'nobody is named' : contact === null ? `${owner} (no contact known)` : `${owner}, ${contact}`;

function summary({
  couldReach: reach,
  didTouch: touched,
  usedFrom,
  created: made,
  aliveUntil,
  breaks: broken,
  plan,
  subjects,
}: Incident): string[] {
  const it = subjects.length === 1 ? 'it' : 'them';
  const jewels = reach.top.filter(({ tier }) => tier === 0).length;
  const steps = plan.waves.flatMap((wave) => wave.steps).filter(({ action }) => action !== 'notify');
  const sure = broken.filter(({ bound }) => bound === 'lo');
  const stops =
    sure.length === 0
      ? 'nothing that is known breaks'
      : `${counted(sure.length, 'thing')} ${sure.length === 1 ? 'breaks' : 'break'}: ${namesOf(sure.map(({ key }) => key))}`;
  const lines = [
    reach.total === 0
      ? `Whoever holds ${it} reaches no data or secret that is known.`
      : `Whoever holds ${it} can reach ${counted(reach.total, 'place of data or secrets', 'places of data or secrets')}${jewels > 0 ? `, at least ${jewels} of them the most valuable kind (tier 0)` : ''}.`,
    useText(touched, usedFrom),
    made.length === 0
      ? 'Nothing that was made or changed since then is known.'
      : `${counted(made.length, 'thing was', 'things were')} made or changed since then; look at each.`,
    `${counted(aliveUntil.length, 'proof still works', 'proofs still work')}.`,
    steps.length === 0
      ? 'No step can be taken now: see NOT DONE below.'
      : `Cutting ${it} off takes ${counted(steps.length, 'step')}, about ${durationText(lastEffect(steps) - Date.parse(plan.createdAt))}; ${stops}.`,
  ];
  const last = plan.waves.at(-1)?.steps[0]?.reachAfter;
  if (last && last.hi > 0) lines.push(`Even then ${rangeText(last)} of ${rangeText(reach.weight)} by weight stays in reach.`);
  if (plan.refusals.length > 0 && steps.length > 0) {
    lines.push(`${counted(plan.refusals.length, 'thing is', 'things are')} NOT cut by this plan: see NOT DONE at the end.`);
  }
  return lines;
}

function useText(touched: Incident['didTouch'], from: Incident['usedFrom']): string {
  const of = touched.length === 0 ? '' : ` of ${namesOf(touched.map(({ key }) => key))}`;
  const places = from.length === 0 ? '' : `, from ${namesOf(from.map(originText))}`;
  return of === '' && places === '' ? 'The logs show no use since then.' : `The logs show use${of} since then${places}.`;
}

const originText = ({ key }: Incident['usedFrom'][number]): string => key.slice('origin:'.length);

const lastEffect = (steps: readonly PlanStep[]): number => Math.max(...steps.map(({ effectiveBy }) => Date.parse(effectiveBy)));

function namesOf(keys: readonly string[]): string {
  const unique = [...new Set(keys)];
  const shown = unique.slice(0, 3).join(', ');
  return unique.length > 3 ? `${shown} and ${unique.length - 3} more` : shown;
}

const SURE = { definite: 'for certain', conditional: 'on a condition', possible: 'perhaps' } as const;
const tierText = (tier: number | null): string => (tier === null ? 'tier ?' : `tier ${tier}`);
const LEVELS = { read: 'read', put: 'add', write: 'change', control: 'own' } as const;

function couldReach({ couldReach: { counts, weight, share, top, total } }: Incident): PageSection {
  const kinds = Object.keys(counts.hi)
    .sort()
    .map((kind) => `${kind} ${rangeText({ lo: counts.lo[kind] ?? 0, hi: counts.hi[kind] ?? 0 })}`);
  const percent = rangeText({ lo: share.lo * 100, hi: share.hi * 100 });
  return {
    ...EMPTY,
    title: 'COULD REACH',
    lead:
      total === 0
        ? 'No data and no secret that is known.'
        : `${counted(total, 'place', 'places')} of data or secrets; ${percent} % of everything by weight (${rangeText(weight)}).`,
    columns: ['VALUE', 'CAN', 'HOW SURE', 'WHAT', 'BY'],
    rows: top.map(({ key, tier, level, certainty, path }) => [
      tierText(tier),
      LEVELS[level],
      SURE[certainty],
      key,
      pathText(path),
    ]),
    notes: [
      ...(total > top.length ? [`and ${total - top.length} more: interlock reach --items`] : []),
      ...(kinds.length > 0 ? [`by kind: ${kinds.join(', ')}`] : []),
    ],
  };
}

const VERBS: Readonly<Partial<Record<RelationshipKind, string>>> = {
  AUTHENTICATES_AS: 'is',
  CAN_ASSUME: 'becomes',
  MEMBER_OF: 'in',
  RUNS_AS: 'runs as',
  MINTED: 'made',
  EXPOSES: 'shows',
  HOLDS: 'holds',
  USES: 'uses',
  READS: 'reads',
  DEFINES: 'defines',
  CONTAINS: 'contains',
};

/** Grants are left out: that one leads to the other is what counts here. */
function pathText(path: readonly RelationshipName[]): string {
  const words: string[] = path[0] ? [shortName(path[0].source)] : [];
  for (const { kind, target } of path) {
    if (kind === 'HAS_GRANT') continue;
    words.push(`${VERBS[kind] ?? kind.toLowerCase().replaceAll('_', ' ')} ${shortName(target)}`);
  }
  return words.join(' > ');
}

const shortName = (key: string): string =>
  key.replace(/^aws:arn:[\w-]+:[\w-]*:[^:]*:\d*:/, '').replace(/^(aws|github|postgres):/, '');

function didTouch({ didTouch: touched, usedFrom }: Incident): PageSection {
  return {
    ...EMPTY,
    title: 'DID TOUCH',
    lead:
      touched.length === 0
        ? `${usedFrom.length === 0 ? 'Nothing in the logs that were collected.' : 'It was used, but the logs that were collected do not say on what.'} That is no proof that nothing was taken.`
        : `${counted(touched.length, 'thing was', 'things were')} used, by the logs. Assume that what could be read there is taken.`,
    columns: ['VALUE', 'LAST', 'WHAT', 'ACTIONS'],
    rows: touched
      .slice(0, MOST_ROWS)
      .map(({ key, tier, lastUsed, actions }) => [
        tierText(tier),
        lastUsed ? timeText(lastUsed) : 'unknown',
        key,
        actions.join(', '),
      ]),
    notes: [...moreThan(touched.length), ...usedFrom.slice(0, MOST_ROWS).map(usedFromText), ...moreThan(usedFrom.length)],
  };
}

const usedFromText = (use: Incident['usedFrom'][number]): string =>
  `used from ${originText(use)}, last at ${use.lastUsed ? timeText(use.lastUsed) : 'a time unknown'}${use.isNew ? ': never seen before the incident' : ''}`;

function created({ created: made }: Incident): PageSection {
  return {
    ...EMPTY,
    title: 'CREATED SINCE',
    lead:
      made.length === 0
        ? 'Nothing that is known.'
        : 'Each of these may be a way back in. The plan cuts the keys and sessions; check the rest by hand.',
    columns: ['WHEN', 'ACTION', 'WHAT', 'BY'],
    rows: made.slice(0, MOST_ROWS).map(({ at, action, key, by }) => [at ? timeText(at) : 'unknown', action, key, by]),
    notes: moreThan(made.length),
  };
}

function alive({ aliveUntil }: Incident): PageSection {
  return {
    ...EMPTY,
    title: 'STILL ALIVE',
    lead: aliveUntil.length === 0 ? 'Nothing: each is inactive or over.' : 'These still work if nobody acts.',
    columns: ['UNTIL', 'WHAT'],
    rows: aliveUntil.slice(0, MOST_ROWS).map(({ key, until }) => [until ? timeText(until) : 'somebody ends it', key]),
    notes: moreThan(aliveUntil.length),
  };
}

const GRADES: Readonly<Record<Grade, string>> = {
  down: 'stops',
  latent: 'stops at its next restart',
  blocked: 'its next run fails',
  interrupted: 'a short break',
  degraded: 'works, cannot be changed',
};

function breaks({ breaks: broken }: Incident): PageSection {
  return {
    ...EMPTY,
    title: 'WHO BREAKS',
    lead:
      broken.length === 0
        ? 'Nobody that is known, when the plan below is carried out.'
        : 'When the plan below is carried out. Tell them before, or fence instead.',
    columns: ['HOW', 'HOW SURE', 'WHAT', 'OWNER AND CONTACT'],
    rows: broken
      .slice(0, MOST_ROWS)
      .map(({ key, grade, bound, owner, contact }) => [
        GRADES[grade],
        bound === 'lo' ? 'seen or declared' : 'perhaps',
        key,
        personText(owner, contact),
      ]),
    notes: moreThan(broken.length),
  };
}

function fence({ fence: fences }: Incident): PageSection {
  return {
    ...EMPTY,
    title: 'FENCE',
    lead:
      fences.length === 0
        ? 'None can be drawn: it is not known from which networks the rightful consumers come.'
        : 'If a cut would break too much: only the networks seen before the incident may go on. It does not stop an attacker inside them.',
    commands: fences.flatMap(({ target, networks, commands }) => [
      { what: `${target}: allow only ${networks.join(', ')}`, command: commands.apply },
      { what: 'lift the fence', command: commands.inverse },
    ]),
  };
}

const EMPTY: PageSection = { title: '', lead: '', columns: [], rows: [], notes: [], commands: [] };

const moreThan = (count: number): string[] => (count > MOST_ROWS ? [`and ${count - MOST_ROWS} more: --json lists all`] : []);
