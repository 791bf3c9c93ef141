import { KeycloakAdmin } from '../../apis/keycloak/admin.ts';
import type { ClientRepresentation, RealmExport } from '../../apis/keycloak/representations.ts';
import { EVERY_SCOPE } from '../../model/collection.ts';
import { messageOf } from '../../model/errors.ts';
import type { Checked } from '../../ports/checked.ts';
import type { CheckContext, CollectContext, Collected, Collector } from '../../ports/collector.ts';
import { checkFolder } from '../files/check-folder.ts';
import { CoverageNotes } from '../files/coverage.ts';
import { partsOf, realmFacts, scopeOf } from './convert.ts';
import { contentOf, readFiles } from './read-files.ts';
import { readRealm } from './read-live.ts';
import { type KeycloakSettings, type LiveSettings, settings } from './settings.ts';

/** Scopes: `<realm>/<part>`, the parts of `convert.ts`. Passwords and one-time codes of users are not read. */
export const keycloakCollector: Collector<KeycloakSettings> = {
  type: 'keycloak',
  emits: {
    entities: [
      'Scope',
      'ServiceAccount',
      'User',
      'Role',
      'Group',
      'External',
      'Credential',
      'Session',
      'Permission',
      'Resource',
      'Origin',
    ],
    relationships: [
      'CONTAINS',
      'AUTHENTICATES_AS',
      'MEMBER_OF',
      'CAN_ASSUME',
      'HAS_GRANT',
      'CAN_WRITE',
      'CAN_CONTROL',
      'MINTED',
      'USES',
    ],
  },
  settings,
  saves: ({ live }) => live !== undefined,
  check,
  collect,
};

async function* check({ files, live }: KeycloakSettings, context: CheckContext): AsyncGenerator<Checked> {
  if (files !== undefined) yield* checkFolder({ root: files, context, knows: (_, head) => contentOf(head) !== undefined });
  if (live) yield* checkLive(live, context);
}

async function* collect({ files, live }: KeycloakSettings, context: CollectContext): AsyncGenerator<Collected> {
  const notes = new CoverageNotes();
  if (files !== undefined) {
    const found = new Map<string, RealmExport>();
    yield* readFiles(files, { context, notes, found });
    for (const document of found.values()) yield* converted(document, { context, notes });
  }
  if (live) yield* collectLive(live, context, notes);
  yield* notes.said();
}

function* converted(
  document: RealmExport,
  { context, notes }: { readonly context: CollectContext; readonly notes: CoverageNotes },
): Generator<Collected> {
  for (const part of partsOf(document)) notes.seen(scopeOf(document.realm, part));
  yield* realmFacts({ ...context, document });
}

async function* collectLive(live: LiveSettings, context: CollectContext, notes: CoverageNotes): AsyncGenerator<Collected> {
  try {
    await using admin = await KeycloakAdmin.open(live);
    const realms = await realmsOf(live, admin, context.signal);
    for (const [done, realm] of realms.entries()) {
      yield { type: 'progress', done, total: realms.length, what: `realm ${realm}` };
      const { document, missing } = await readRealm({ admin, realm, signal: context.signal });
      yield* converted(document, { context, notes });
      for (const [part, texts] of missing) {
        for (const text of texts) {
          notes.missing(scopeOf(realm, part), text);
          yield { type: 'error', text };
        }
      }
      await context.save?.(
        `${encodeURIComponent(realm)}.json`,
        `${JSON.stringify(withoutSecrets(document, context), null, 1)}\n`,
      );
    }
    yield { type: 'progress', done: realms.length, total: realms.length, what: 'realms' };
  } catch (error) {
    context.signal.throwIfAborted();
    yield { type: 'error', text: messageOf(error) };
    notes.missing(EVERY_SCOPE, messageOf(error));
  }
}

async function realmsOf({ realms }: LiveSettings, admin: KeycloakAdmin, signal: AbortSignal): Promise<readonly string[]> {
  await admin.logIn(signal);
  if (realms) return realms;
  const answer = (await admin.get('?briefRepresentation=true', signal)) as readonly { readonly realm?: unknown }[];
  return answer.flatMap(({ realm }) => (typeof realm === 'string' ? [realm] : [])).sort();
}

/** What a collection would miss, told by collecting: the server has no lesser way to say what it would show. */
async function* checkLive(live: LiveSettings, { signal }: CheckContext): AsyncGenerator<Checked> {
  try {
    await using admin = await KeycloakAdmin.open(live);
    const realms = await realmsOf(live, admin, signal);
    for (const realm of realms) {
      const { missing } = await readRealm({ admin, realm, signal });
      for (const text of [...missing.values()].flat()) yield { type: 'missing', text };
    }
    yield {
      type: 'works',
      text: `keycloak ${admin.place} as ${admin.who}: ${realms.length === 1 ? `realm ${realms[0]}` : `${realms.length} realms`}`,
    };
  } catch (error) {
    signal.throwIfAborted();
    yield { type: 'blocked', text: messageOf(error) };
  }
}

/** Fingerprints in place of values; of identity providers only what is read. */
function withoutSecrets(document: RealmExport, { fingerprint }: CollectContext): RealmExport {
  const { attributes: _unread, ...rest } = document;
  return {
    ...rest,
    ...(document.clients && { clients: document.clients.map((client) => hidden(client, fingerprint)) }),
    ...(document.identityProviders && {
      identityProviders: document.identityProviders.map(({ config, ...one }) => ({
        ...one,
        config: config?.['issuer'] ? { issuer: config['issuer'] } : {},
      })),
    }),
  };
}

const ROTATED = 'client.secret.rotated';
/** Attributes are anybody's, private keys among them: only what is read is kept. */
const KEPT =
  /^(?:client\.secret\..*|access\.token\.lifespan|standard\.token\.exchange\.enabled|pkce\.code\.challenge\.method|x509\.subjectdn|(?:use\.)?jwks\.url)$/;

function hidden(
  { secret, attributes, ...client }: ClientRepresentation,
  fingerprint: CollectContext['fingerprint'],
): ClientRepresentation {
  const rotated = attributes?.[ROTATED];
  const kept = Object.entries(attributes ?? {}).filter(([name]) => KEPT.test(name) && name !== ROTATED);
  return {
    ...client,
    ...(secret && { secret: fingerprint(secret) }),
    attributes: { ...Object.fromEntries(kept), ...(rotated && { [ROTATED]: fingerprint(rotated) }) },
  };
}
