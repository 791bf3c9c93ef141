/** Plain words for people: times, durations, counts. No jargon, no wide signs. */
import type { Time } from '../../model/entity.ts';
import type { Bounds, OutageCounts, Reversibility } from '../../model/plan.ts';
import { GRADES } from '../../model/plan.ts';
import { DAY, HOUR, MINUTE, SECOND } from './steps/subject.ts';

/** `2026-11-21 12:30 UTC` */
export const timeText = (time: Time): string => `${time.slice(0, 10)} ${time.slice(11, 16)} UTC`;

/** `40 s`, `5 min`, `3 h`, `2 days` */
export function durationText(ms: number): string {
  if (ms < 90 * SECOND) return `${Math.round(ms / SECOND)} s`;
  if (ms < 90 * MINUTE) return `${Math.round(ms / MINUTE)} min`;
  if (ms < 48 * HOUR) return `${Math.round(ms / HOUR)} h`;
  return `${Math.round(ms / DAY)} days`;
}

export const countText = (count: number, one: string, many = `${one}s`): string =>
  `${numberText(count)} ${count === 1 ? one : many}`;

export const numberText = (value: number): string => (Math.round(value * 10) / 10).toLocaleString('en-US');

/** `40`, or `40 to 55` */
export const rangeText = ({ lo, hi }: Bounds<number>): string =>
  lo === hi ? numberText(lo) : `${numberText(lo)} to ${numberText(hi)}`;

const GRADE_WORDS = {
  down: 'stop',
  latent: 'work until they restart',
  blocked: 'cannot run next time',
  interrupted: 'are interrupted briefly',
  degraded: 'cannot be changed',
} as const;

export function outageText({ lo, hi }: Bounds<OutageCounts>): string {
  const parts = GRADES.filter((grade) => hi[grade] > 0 || lo[grade] > 0).map((grade) => {
    const [least, most] = [Math.min(lo[grade], hi[grade]), Math.max(lo[grade], hi[grade])];
    return `${least === most ? least : `${least} to ${most}`} ${GRADE_WORDS[grade]}`;
  });
  return parts.length === 0 ? 'nothing that is known' : parts.join(', ');
}

export const REVERSIBILITY_WORDS: Readonly<Record<Reversibility, string>> = {
  R0: 'can be undone',
  R1: 'can be undone with what was saved',
  R2: 'CANNOT be undone',
  'R!': 'can be undone, but that gives it back to the thief too',
};

/** Names come from other systems: control and direction characters must not reach a terminal. */
export const safeText = (text: string): string =>
  text.replace(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u200e\u200f\u2028-\u202e\u2066-\u2069]/g, '?');

/** Breaks at spaces; a word that is too long stays whole, so that it can be copied. */
export function wrapped(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line && line.length + 1 + word.length > width) {
      lines.push(line);
      line = word;
    } else line = line ? `${line} ${word}` : word;
  }
  return [...lines, line];
}
