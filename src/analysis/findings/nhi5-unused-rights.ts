/** NHI5:2025 Overprivileged NHI, granted against used: most of the services that an identity may call, it never does. */
import { z } from 'zod';
import { DAY_MS } from '../../model/durations.ts';
import { type Detector, type DetectorInput, entityDetector, type Observation, type SeenEntity } from './detector.ts';

const about = {
  id: 'unused-rights',
  nhi: 'NHI5',
  group: 'privilege',
  blindSpots: [
    'rights that are rare and vital look unused: break-glass, restore',
    'AWS looks back 400 days, and tells services, for some of them actions; data events are not counted',
  ],
  needs: { entities: ['ServiceAccount', 'Role', 'Agent'], relationships: [] },
} as const satisfies Omit<Detector, 'detect'>;

export const nhi5UnusedRights = entityDetector(about, about.needs.entities, observe);

/** What the provider says of use: `used` and `unused` together are all services that the policies grant something of. */
const serviceAccess = z.object({
  at: z.string().optional(),
  used: z.array(z.object({ service: z.string(), lastUsed: z.string() })),
  unused: z.array(z.string()),
});

/** A few services are no pattern. */
const FEWEST_GRANTED = 4;
const MOST_NAMED = 10;

function observe({ now, settings }: DetectorInput, entity: SeenEntity): Observation | undefined {
  const known = serviceAccess.safeParse(entity.properties['serviceAccess']);
  if (!known.success) return undefined;
  const { at, used, unused } = known.data;
  const oldest = Date.parse(now) - settings.staleDays * DAY_MS;
  const idle = used.filter(({ lastUsed }) => Date.parse(lastUsed) < oldest);
  const granted = used.length + unused.length;
  const share = (unused.length + idle.length) / granted;
  if (granted < FEWEST_GRANTED || share <= settings.unusedShare) return undefined;
  const names = [...unused, ...idle.map(({ service }) => service)].sort();
  return {
    subject: entity.key,
    severity: share > 0.9 && granted > 20 ? 'medium' : 'low',
    weight: 0.15,
    summary: `${names.length} of ${granted} services that it may call were not used in ${settings.staleDays} days`,
    evidence: [
      `not used: ${names.slice(0, MOST_NAMED).join(', ')}${names.length > MOST_NAMED ? `, and ${names.length - MOST_NAMED} more` : ''}`,
      ...(idle.length > 0 ? [`of them ${idle.length} were used before`] : []),
      `as the provider told${at ? ` at ${at}` : ''}`,
    ],
  };
}
