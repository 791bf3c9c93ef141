import { createFingerprinter } from '../../src/model/fingerprint.ts';
import type { Checked } from '../../src/ports/checked.ts';
import type { CheckContext, Collector } from '../../src/ports/collector.ts';
import { SAMPLE_KEY } from './collecting.ts';

/** Everything that a collector says of a collection with these settings before there is one. */
export async function checking<C>(
  collector: Collector<C>,
  settings: C,
  changed: Partial<CheckContext> = {},
): Promise<readonly Checked[]> {
  const context: CheckContext = {
    source: 'test',
    fingerprint: createFingerprinter(SAMPLE_KEY),
    now: new Date('2026-01-15T12:00:00.000Z'),
    signal: new AbortController().signal,
    ...changed,
  };
  if (!collector.check) throw new Error(`${collector.type} has no check`);
  const said: Checked[] = [];
  for await (const one of collector.check(settings, context)) said.push(one);
  return said;
}

export const missingIn = (said: readonly Checked[]): string[] =>
  said.flatMap(({ type, text }) => (type === 'missing' ? [text] : []));
