/** Keycloak's clients, their secrets, and users. Commands: `model/keycloak-actions.ts`; the enforcer makes the same calls. */
import { MINUTE_MS, SECOND_MS } from '../../../model/durations.ts';
import {
  KEYCLOAK_PARAMETERS,
  type KeycloakAction,
  type KeycloakStep,
  keycloakCommands,
} from '../../../model/keycloak-actions.ts';
import { shellQuote } from '../../../model/shell.ts';
import type { Control } from '../input.ts';
import { awaited, instructed, manual } from './manual.ts';
import type { Replacement, Subject, System } from './subject.ts';

const CALL = { callMs: 2 * SECOND_MS, settleMs: 5 * SECOND_MS };
/** The life of tokens where it is made as short as is of use. */
const SHORT_TOKEN_S = 60;

/** `realm` with `client` or `user`. */
type Place = { readonly realm: string } & ({ readonly client: string } | { readonly user: string });

function placeIn(key: string): Place | undefined {
  const [, realm, user] = /^keycloak:[^/]+\/realms\/([^/]+)\/users\/(.+)$/.exec(key) ?? [];
  if (realm !== undefined && user !== undefined) return { realm, user };
  const [, of, rest] = /^keycloak:[^/]+\/realms\/([^/]+)\/clients\/(.+)$/.exec(key) ?? [];
  if (of === undefined || rest === undefined || /#(?:application$|roles\/)/.test(rest)) return undefined;
  return { realm: of, client: rest.replace(/#(?:rotated-secret|secret|signed-jwt|x509)$/, '') };
}

/** The client or user itself, or what a proof stands for. */
const placeOf = ({ key, identities }: Subject): Place | undefined =>
  [key, ...identities].map(placeIn).find((place) => place !== undefined);

const clientOf = (subject: Subject): Extract<Place, { client: string }> | undefined => {
  const place = placeOf(subject);
  return place && 'client' in place ? place : undefined;
};

type Rest = Pick<Control, 'reversibility' | 'probe'> & { readonly more?: Readonly<Record<string, string | number>> };

/** Undefined where the parameters are none that the enforcer takes. */
function step(
  place: Place | undefined,
  action: KeycloakAction,
  { more, ...rest }: Rest,
  before?: Parameters<typeof keycloakCommands>[1],
): Control | undefined {
  const parsed = KEYCLOAK_PARAMETERS[action].safeParse({ ...place, ...more });
  if (!place || !parsed.success) return undefined;
  const commands = keycloakCommands({ action, parameters: parsed.data } as KeycloakStep, before);
  return { ...CALL, action, parameters: parsed.data as Control['parameters'], commands, ...rest };
}

const isFormer = ({ key }: Subject): boolean => key.endsWith('#rotated-secret');
/** A secret that goes on working for a while when a new one is issued. */
const keepsFormer = ({ key, entity }: Subject): boolean => key.endsWith('#secret') && entity?.properties['rotates'] === true;

const FORMER_ENDED = 'the client has no former secret any more; tokens that it was given live until they run out';

const formerEnded = (subject: Subject, action: 'quarantine' | 'disable'): Control | undefined =>
  step(clientOf(subject), action, { more: { secret: 'rotated' }, reversibility: 'R1', probe: FORMER_ENDED });

function denied(subject: Subject, action: 'quarantine' | 'disable'): Control | undefined {
  if (isFormer(subject)) return formerEnded(subject, action);
  const place = placeOf(subject);
  const probe =
    place && 'user' in place
      ? 'the user is disabled and has no sessions; who checks tokens by their signature alone takes them until they run out'
      : 'the client is disabled and a token request of it is refused; who checks tokens by their signature alone takes them until they run out';
  return step(place, action, { reversibility: action === 'quarantine' ? 'R!' : 'R0', probe });
}

const accessTokenSeconds = ({ entity }: Subject): number | undefined => {
  const seconds = entity?.properties['accessTokenSeconds'];
  return typeof seconds === 'number' ? seconds : undefined;
};

const logins = ({ realm, client }: { readonly realm: string; readonly client: string }): string =>
  `kcadm.sh get events -r ${shellQuote(realm)} -q type=CLIENT_LOGIN -q client=${shellQuote(client)} --fields time,ipAddress,details`;

export const keycloak: System = {
  ...manual,
  name: 'keycloak',
  endsSessions: true,
  save(subject) {
    const place = placeOf(subject);
    if (!place || !('user' in place)) return undefined;
    return step(place, 'save', { reversibility: 'R0', probe: 'the sessions that the next step ends are kept with the incident' });
  },
  contain: (subject) => denied(subject, 'quarantine') ?? manual.contain(subject),
  /**
   * Of a user, nothing is lost that a login does not bring back. Of a client, everybody's tokens through it end, refresh and offline tokens
   * too, and nothing brings them back: a not-before that was taken back would give stolen ones their force again.
   */
  endSessions(session, identity) {
    const place = placeIn(identity.key);
    const isUser = place !== undefined && 'user' in place;
    const probe = isUser
      ? 'the user has no sessions, and its tokens issued before are refused'
      : 'the not-before of the client is later than the step, and the realm has none of its own';
    return step(place, 'block', { reversibility: isUser ? 'R0' : 'R2', probe }) ?? manual.endSessions?.(session, identity);
  },
  shorten: (subject) =>
    step(
      clientOf(subject),
      'shorten',
      {
        more: { accessTokenSeconds: SHORT_TOKEN_S },
        reversibility: 'R1',
        probe: `access tokens issued from now on live ${SHORT_TOKEN_S} s`,
      },
      { accessTokenSeconds: accessTokenSeconds(subject) },
    ),
  issue(subject, replacement) {
    const place = clientOf(subject);
    if (!place) return manual.issue(subject, replacement);
    if (!keepsFormer(subject)) return secondClient(subject, place);
    const probe = 'the client takes the new secret and, until it runs out, the former one';
    return step(place, 'issue', { reversibility: 'R1', probe });
  },
  confirm(subject, replacement) {
    const place = clientOf(subject);
    if (!place) return manual.confirm(subject, replacement);
    return awaited(subject, replacement, { apply: logins(place), inverse: '', probe: logins(place) });
  },
  /** With a replacement in place it is the former secret that ends, where Keycloak keeps one; the client goes on. */
  disable: (subject, replacement?: Replacement) =>
    (replacement && keepsFormer(subject) ? formerEnded(subject, 'disable') : denied(subject, 'disable')) ??
    manual.disable(subject),
  delete(subject, replacement?: Replacement) {
    if (isFormer(subject) || (replacement && keepsFormer(subject))) return undefined;
    const place = clientOf(subject);
    if (!place) return manual.delete(subject);
    return step(place, 'delete', { reversibility: 'R2', probe: 'the realm does not list the client any more' });
  },
};

/** Keycloak keeps one secret for each client: a second proof needs a second client. */
function secondClient(subject: Subject, { realm, client }: { readonly realm: string; readonly client: string }): Control {
  return {
    ...instructed({
      action: 'issue',
      reversibility: 'R0',
      text: `make a second client with the flows, mappers and service account roles of ${client} in realm ${realm}, and keep its secret in a file that only you can read; or switch the client policy secret-rotation on, collect, and plan again: then the old secret goes on while the new one is brought everywhere`,
      inverse: 'delete the second client',
      look: 'the second client is given a token',
      parameters: { credential: subject.key, realm, client },
    }),
    callMs: 10 * MINUTE_MS,
  };
}
