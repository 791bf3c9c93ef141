/** What outlives a step: access tokens, which some check by their signature alone; and logins that a client would have again. */
import { z } from 'zod';
import { path } from '../../apis/keycloak/admin.ts';
import { type RealmRepresentation, told } from '../../apis/keycloak/representations.ts';
import { sessionEnd } from '../../apis/keycloak/session-end.ts';
import { SECOND_MS } from '../../model/durations.ts';
import { LIFESPAN } from '../../model/keycloak-actions.ts';
import type { Probed } from '../../ports/enforcer.ts';
import type { Before } from './before.ts';
import { readOfflineSessions, readRealmSettings, readSessions, type Server, type Thing } from './thing.ts';

export type Residual = Pick<Probed, 'residualUntil'>;

const until = (milliseconds: number | undefined): Residual =>
  milliseconds === undefined ? {} : { residualUntil: new Date(milliseconds).toISOString() };

const clientLives = z.array(
  z.object({
    implicitFlowEnabled: z.boolean().default(false),
    attributes: z.record(z.string(), z.string().nullable()).nullish(),
  }),
);
type ClientLives = z.infer<typeof clientLives>[number];

/** The longest life, in seconds, of an access token by one of these clients; undefined when it is not told. */
function longest(settings: RealmRepresentation, clients: readonly ClientLives[]): number | undefined {
  const own = clients.map(({ attributes }) => Number(attributes?.[LIFESPAN] ?? '')).filter((seconds) => seconds > 0);
  const implicit = clients.some(({ implicitFlowEnabled }) => implicitFlowEnabled)
    ? settings.accessTokenLifespanForImplicitFlow
    : undefined;
  const known = [settings.accessTokenLifespan, implicit, ...own].filter((seconds) => seconds !== undefined);
  return known.length === 0 ? undefined : Math.max(...known);
}

/** A client, as it is and as it was before the step: tokens that are out keep their time. A user's came by any client. */
async function issuers({ admin, signal }: Server, { thing, before, realm }: Left): Promise<ClientLives[]> {
  if (thing?.kind !== 'user') return clientLives.parse([...(thing ? [thing.now] : []), { attributes: before.attributes }]);
  const all: ClientLives[] = [];
  for await (const page of admin.pages(path`/${realm}/clients`, signal))
    all.push(...told(clientLives, page, `clients of realm ${realm}`));
  return all;
}

export interface Left {
  readonly realm: string;
  /** Undefined where it was deleted. */
  readonly thing: Thing | undefined;
  readonly before: Before;
  readonly now: Date;
}

/** Until when the last access token that is out may be taken by who checks its signature alone. */
export async function tokensEnd(server: Server, left: Left): Promise<Residual> {
  const settings = await readRealmSettings(server, left.realm);
  const seconds = longest(settings, await issuers(server, left));
  return until(seconds === undefined ? undefined : left.now.getTime() + seconds * SECOND_MS);
}

/** As `tokensEnd`, and until when the last login through the client would live again, with its refresh tokens, if it were enabled. */
export async function clientEnd(
  server: Server,
  left: Left & { readonly thing: Thing },
): Promise<Residual & { evidence: string[] }> {
  const { residualUntil: tokens } = await tokensEnd(server, left);
  const settings = await readRealmSettings(server, left.realm);
  const all = [...(await readSessions(server, left.thing)), ...(await readOfflineSessions(server, left.thing))];
  if (all.length === 0) return { ...(tokens !== undefined && { residualUntil: tokens }), evidence: [] };
  const ends = all.map((one) => sessionEnd(settings, one));
  const known = ends.filter((end) => end !== undefined);
  const last = Math.max(...known, tokens === undefined ? 0 : Date.parse(tokens));
  const offline = all.filter((one) => one.offline).length;
  return {
    ...until(last === 0 ? undefined : last),
    evidence: [
      `${all.length} logins through it (${offline} offline) have refresh tokens that work again if it is enabled: block its tokens first`,
    ],
  };
}
