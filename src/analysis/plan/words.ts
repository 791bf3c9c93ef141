/** Plain words for people: times, durations, figures. No jargon, no wide signs. */
import { DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS } from '../../model/durations.ts';
import type { Time } from '../../model/entity.ts';
import type { Bounds, OutageCounts, Reversibility } from '../../model/plan.ts';
import { GRADES } from '../../model/plan.ts';

/** `2026-11-21 12:30 UTC` */
export const timeText = (time: Time): string => `${time.slice(0, 10)} ${time.slice(11, 16)} UTC`;

/** `40 s`, `5 min`, `3 h`, `2 days` */
export function durationText(ms: number): string {
  if (ms < 90 * SECOND_MS) return `${Math.round(ms / SECOND_MS)} s`;
  if (ms < 90 * MINUTE_MS) return `${Math.round(ms / MINUTE_MS)} min`;
  if (ms < 48 * HOUR_MS) return `${Math.round(ms / HOUR_MS)} h`;
  return `${Math.round(ms / DAY_MS)} days`;
}

const numberText = (value: number): string => (Math.round(value * 10) / 10).toLocaleString('en-US');

/** `40`, or `40 to 55` */
export const rangeText = ({ lo, hi }: Bounds<number>): string =>
  lo === hi ? numberText(lo) : `${numberText(lo)} to ${numberText(hi)}`;

/** Of one, and of several. */
const GRADE_WORDS = {
  down: ['stops', 'stop'],
  latent: ['works until it restarts', 'work until they restart'],
  blocked: ['cannot run next time', 'cannot run next time'],
  interrupted: ['is interrupted briefly', 'are interrupted briefly'],
  degraded: ['cannot be changed', 'cannot be changed'],
} as const;

export function outageText({ lo, hi }: Bounds<OutageCounts>): string {
  const parts = GRADES.filter((grade) => hi[grade] > 0 || lo[grade] > 0).map((grade) => {
    const [least, most] = [Math.min(lo[grade], hi[grade]), Math.max(lo[grade], hi[grade])];
    return `${least === most ? least : `${least} to ${most}`} ${GRADE_WORDS[grade][most === 1 && least === 1 ? 0 : 1]}`;
  });
  return parts.length === 0 ? 'nothing that is known' : parts.join(', ');
}

export const REVERSIBILITY_WORDS: Readonly<Record<Reversibility, string>> = {
  R0: 'can be undone',
  R1: 'can be undone with what was saved',
  R2: 'CANNOT be undone',
  'R!': 'can be undone, but that gives it back to the thief too',
};

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
