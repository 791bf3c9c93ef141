/** NHI7:2025 Long-Lived Secrets: older than its tier allows, or made to live longer. */
import { DAY_MS } from '../../model/durations.ts';
import { bornAt } from './born.ts';
import { type Detector, type DetectorInput, entityDetector, type Observation, type SeenEntity } from './detector.ts';

const about = {
  id: 'long-lived',
  nhi: 'NHI7',
  group: 'age',
  blindSpots: ['credentials whose creation no source tells are not judged', 'a value may have been rotated in place'],
  needs: { entities: ['Credential'], relationships: [] },
} as const satisfies Omit<Detector, 'detect'>;

export const nhi7LongLived = entityDetector(about, ['Credential'], observe);

function observe({ now, settings }: DetectorInput, entity: SeenEntity): Observation | undefined {
  const born = bornAt(entity);
  if (born === undefined) return undefined;
  const most = settings.maxAgeDays[entity.tier ?? 'unknown'];
  const age = Math.floor((Date.parse(now) - born) / DAY_MS);
  const life = entity.expiresAt === undefined ? undefined : Math.ceil((Date.parse(entity.expiresAt) - born) / DAY_MS);
  if (age <= most && (life === undefined || life <= most)) return undefined;
  const times = Math.max(age, life ?? 0) / most;
  const end = entity.expiresAt === undefined ? 'it never expires' : `it expires ${entity.expiresAt}`;
  return {
    subject: entity.key,
    severity: age > most ? (times >= 2 ? 'high' : 'medium') : 'low',
    weight: age > most ? Math.min(0.4, 0.15 * times) : 0.1,
    summary: age > most ? `${age} days old, ${most} are allowed` : `made to live ${life} days, ${most} are allowed`,
    evidence: [
      `made or last rotated ${new Date(born).toISOString()}`,
      end,
      `tier ${entity.tier ?? 'unknown'} allows ${most} days`,
    ],
  };
}
