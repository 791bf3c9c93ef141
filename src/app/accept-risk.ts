import { RefusedError } from '../model/errors.ts';
import type { App } from './app.ts';

/** A finding is left out of the score until a time; who said so and why stays in the ledger. */
export async function acceptRisk(
  app: Pick<App, 'store' | 'clock' | 'newId' | 'actor'>,
  { finding, until, reason }: { finding: string; until: string; reason: string },
): Promise<void> {
  const at = app.clock().toISOString();
  if (until <= at) throw new RefusedError(`until: ${until} is over; give a time ahead`);
  if (reason.trim() === '') throw new RefusedError('reason: say why, for those who read the ledger');
  const subject = finding.split('/').slice(2).join('/');
  const known = await app.store.findings({ subject, limit: 100 });
  if (!known.some(({ id }) => id === finding))
    throw new RefusedError(`${finding}: no such finding; \`interlock risks --json\` lists them`);
  const body = { finding, until, reason };
  await app.store.acceptRisk(
    { ...body, by: app.actor, at },
    { id: app.newId(), at, actor: app.actor, type: 'risk-accepted', body },
  );
}
