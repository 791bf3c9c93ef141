/**
 * Realms from files: exports (`kc.sh export`, a partial export, or what `collect --save` kept; one realm may lie in several files), and
 * answers of the admin API that name their realm only by the folder they lie in.
 */
import { posix } from 'node:path';
import { z } from 'zod';
import {
  clientRepresentation,
  eventRepresentation,
  identityProviderRepresentation,
  type RealmExport,
  realmExport,
  sessionRepresentation,
} from '../../apis/keycloak/representations.ts';
import { EVERY_SCOPE } from '../../model/collection.ts';
import type { CollectContext, Collected } from '../../ports/collector.ts';
import { readText } from '../files/content.ts';
import type { CoverageNotes } from '../files/coverage.ts';
import { parseJson } from '../files/json.ts';
import { type FileHead, readFolder } from '../files/read-folder.ts';
import { firstKeys } from '../files/recognise.ts';
import { shaped } from '../files/shape.ts';
import type { SourceFile } from '../files/walk.ts';

/** Lists that the admin API answers, told by the keys of their first item. */
const LISTS = {
  clients: { told: ['clientId', 'redirectUris'], schema: z.array(clientRepresentation) },
  identityProviders: { told: ['alias', 'providerId', 'config'], schema: z.array(identityProviderRepresentation) },
  sessions: { told: ['userId', 'lastAccess', 'clients'], schema: z.array(sessionRepresentation) },
  events: { told: ['time', 'type', 'realmId'], schema: z.array(eventRepresentation) },
} as const satisfies Partial<Record<keyof RealmExport, { readonly told: readonly string[]; readonly schema: z.ZodType }>>;

type ListName = keyof typeof LISTS;

/** What a file holds; undefined when no reader knows it. */
export function contentOf({ form, head }: FileHead): 'realms' | ListName | undefined {
  if (form !== 'json-object' && form !== 'json-array') return undefined;
  const keys = new Set(firstKeys(head));
  if (keys.has('realm') && (keys.has('id') || keys.has('enabled') || keys.has('users') || keys.has('clients'))) return 'realms';
  if (form !== 'json-array') return undefined;
  return (Object.keys(LISTS) as ListName[]).find((name) => LISTS[name].told.every((key) => keys.has(key)));
}

interface Loose {
  readonly file: string;
  readonly part: Partial<RealmExport>;
}

export async function* readFiles(
  root: string,
  {
    context,
    notes,
    found,
  }: { readonly context: CollectContext; readonly notes: CoverageNotes; readonly found: Map<string, RealmExport> },
): AsyncGenerator<Collected> {
  const folders = new Map<string, Set<string>>();
  const loose: Loose[] = [];
  const take = (file: SourceFile, document: RealmExport): void => {
    const folder = posix.dirname(file.path);
    folders.set(folder, (folders.get(folder) ?? new Set()).add(document.realm));
    found.set(document.realm, merged(found.get(document.realm), document));
  };
  // Says nothing itself; its errors belong to the file.
  async function* readOne(file: SourceFile, content: 'realms' | ListName): AsyncGenerator<Collected> {
    const value = parseJson(await readText(file, context.signal), file.path);
    if (content === 'realms') for (const document of realmsIn(value, file.path)) take(file, document);
    else loose.push({ file: file.path, part: { [content]: shaped<unknown>(LISTS[content].schema, value, file) } });
    yield* [];
  }
  yield* readFolder({
    root,
    context,
    read: (file, head) => {
      const content = contentOf(head);
      if (content === undefined) return undefined;
      return readOne(file, content);
    },
    broken: (text) => notes.missing(EVERY_SCOPE, text),
  });
  for (const { file, part } of loose) {
    const realm = realmBeside(file, folders);
    const document = realm === undefined ? undefined : found.get(realm);
    if (document) found.set(document.realm, merged(document, { ...part, realm: document.realm }));
    else {
      const text = `${file}: which realm it is of cannot be told: put the answer of /admin/realms/<realm>, and of no other realm, into its folder`;
      notes.missing(EVERY_SCOPE, text);
      yield { type: 'error', text };
    }
  }
}

const realmsIn = (value: unknown, file: string): RealmExport[] =>
  (Array.isArray(value) ? value : [value]).map((one, at) =>
    shaped(realmExport, one, { path: file, ...(Array.isArray(value) && { at: `[${at}]` }) }),
  );

/** The one realm of the folder, or of the nearest folder above that has one. */
function realmBeside(file: string, folders: ReadonlyMap<string, ReadonlySet<string>>): string | undefined {
  for (let folder = posix.dirname(file); ; folder = posix.dirname(folder)) {
    const realms = folders.get(folder);
    if (realms) return realms.size === 1 ? [...realms][0] : undefined;
    if (folder === '.' || folder === '/') return undefined;
  }
}

/** A realm in several files: what is listed adds up, what is said once counts. */
function merged(known: RealmExport | undefined, more: RealmExport): RealmExport {
  if (!known) return more;
  const lists = ['clients', 'groups', 'users', 'identityProviders', 'sessions', 'events'] as const;
  const joined = lists.flatMap((name) => {
    const all = [...(known[name] ?? []), ...(more[name] ?? [])];
    return known[name] || more[name] ? [[name, all] as const] : [];
  });
  const roles = more.roles ?? known.roles;
  return { ...known, ...more, ...Object.fromEntries(joined), ...(roles && { roles }) };
}
