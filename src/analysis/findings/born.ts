import type { SeenEntity } from './detector.ts';

/** When a credential's value was made: the newest of creation and rotation, as the sources call them. Milliseconds. */
export function bornAt({ properties }: SeenEntity): number | undefined {
  const times = ['createdAt', 'rotatedAt', 'lastRotatedAt']
    .map((name) => properties[name])
    .filter((value) => typeof value === 'string')
    .map((value) => Date.parse(value))
    .filter((time) => !Number.isNaN(time));
  return times.length === 0 ? undefined : Math.max(...times);
}
