/** People and teams that are gone: their entity is inactive, or its time is over. */
import type { Time } from '../../model/entity.ts';
import type { SeenEntity } from './detector.ts';

export const isGone = ({ state, expiresAt }: SeenEntity, now: Time): boolean =>
  state === 'inactive' || state === 'expired' || (expiresAt !== undefined && expiresAt <= now);

/** When, as far as anybody said. */
export const goneSince = ({ expiresAt, properties }: SeenEntity): Time | undefined => {
  const said = properties['leftAt'];
  return expiresAt ?? (typeof said === 'string' ? said : undefined);
};
