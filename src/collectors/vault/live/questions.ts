/**
 * What a server is asked, one function a kind of thing; each call's permission is its path and `read`, `list` or `update`, which a refusal
 * names. https://openbao.org/api-docs/
 */
import pLimit from 'p-limit';
import { lookUp } from '../../../apis/vault/lookups.ts';
import { VaultRefusal } from '../../../apis/vault/refusal.ts';
import type { VaultApi } from '../../../apis/vault/vault-api.ts';
import { InputError } from '../../../model/errors.ts';
import type { Answer } from '../answer.ts';
import type { Inventory, Mount } from '../inventory.ts';
import { ACCESS_SCOPE, PROOFS_SCOPE } from '../scopes.ts';

/** Calls under way at once. */
export const AT_ONCE = 8;
/** A server with more is asked no further: what is left out is said. */
const MOST_FOLDERS = 20_000;
const MOST_PROOFS = 50_000;

/** Methods whose roles say which policies a login gets. */
const ROLE_METHODS = ['approle', 'kubernetes', 'jwt', 'oidc', 'aws'];
const CONFIGURED_METHODS = ['kubernetes', 'jwt', 'oidc'];
/** Engines that issue logins when `creds/<role>` is read. */
export const ISSUING_ENGINES = ['database', 'aws', 'rabbitmq', 'kubernetes', 'consul', 'nomad'];

export interface Questions {
  readonly api: VaultApi;
  readonly inventory: Inventory;
  readonly signal: AbortSignal;
  /** Keeps an answer, free of values. */
  keep(answer: Answer): void;
  failed(scope: string, text: string): void;
}

/** Undefined where the server refused, which is noted, or has nothing. */
async function asked<T>({ signal, failed }: Questions, scope: string, call: () => Promise<T>): Promise<T | undefined> {
  try {
    return await call();
  } catch (error) {
    signal.throwIfAborted();
    if (!(error instanceof VaultRefusal || error instanceof InputError)) throw error;
    failed(scope, error.message);
    return undefined;
  }
}

function take(questions: Questions, answer: Omit<Answer, 'place'>): void {
  const whole = { ...answer, place: answer.path };
  questions.inventory.add(whole);
  questions.keep(whole);
}

/** The answer to one read, taken in. */
const read = (questions: Questions, path: string, scope: string): Promise<unknown> =>
  asked(questions, scope, async () => {
    const answer = await questions.api.read(path);
    if (answer) take(questions, { path, isList: false, data: answer.data });
  });

/** Looking up by POST: `path` says what is looked up. */
const lookedUp = (questions: Questions, path: string, body: Readonly<Record<string, string>>): Promise<unknown> =>
  asked(questions, PROOFS_SCOPE, async () => {
    const data = await lookUp(questions.api, path, body);
    // Undefined: it ended since it was listed.
    if (data) take(questions, { path, isList: false, data: withoutToken(data) });
  });

/** A look at one's own token shows it. */
const withoutToken = (data: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> =>
  Object.hasOwn(data, 'accessor') ? { ...data, id: '' } : data;

async function list(questions: Questions, path: string, scope: string): Promise<string[]> {
  const keys = await asked(questions, scope, () => questions.api.list(path));
  // A list that was refused is not one without anything.
  if (keys) take(questions, { path, isList: true, data: { keys } });
  return keys ?? [];
}

async function each<T>(values: readonly T[], work: (value: T) => Promise<unknown>): Promise<void> {
  const limit = pLimit(AT_ONCE);
  await Promise.all(values.map((value) => limit(() => work(value))));
}

/** Mounts of methods and engines; whoever may not read them all may still be shown those that it can use. */
export async function askMounts(questions: Questions): Promise<void> {
  const { api, inventory } = questions;
  for (const path of ['sys/auth', 'sys/mounts']) {
    const answer = await api.read(path).catch((error: unknown) => {
      if (error instanceof VaultRefusal) return undefined;
      throw error;
    });
    if (answer) take(questions, { path, isList: false, data: answer.data });
  }
  if (inventory.auth && inventory.mounts) return;
  questions.failed(
    ACCESS_SCOPE,
    `${api.place}: sys/auth and sys/mounts: only what the token may use is seen; it needs path "sys/auth" and "sys/mounts" { capabilities = ["read"] }`,
  );
  await read(questions, 'sys/internal/ui/mounts', ACCESS_SCOPE);
}

export async function askPolicies(questions: Questions): Promise<void> {
  const names = await asked(questions, ACCESS_SCOPE, () => questions.api.list('sys/policies/acl'));
  if (!names) return;
  take(questions, { path: 'sys/policies/acl', isList: true, data: { keys: names } });
  await each(
    names.filter((name) => name !== 'root'),
    (name) => read(questions, `sys/policies/acl/${name}`, ACCESS_SCOPE),
  );
}

export async function askLogins(questions: Questions): Promise<void> {
  const mounts = [...(questions.inventory.auth?.values() ?? [])];
  for (const mount of mounts.filter(({ type }) => ROLE_METHODS.includes(type))) await askRoles(questions, mount);
  await each(
    mounts.filter(({ type }) => CONFIGURED_METHODS.includes(type)),
    ({ path }) => read(questions, `auth/${path}/config`, ACCESS_SCOPE),
  );
  const tokenRoles = await list(questions, 'auth/token/roles', ACCESS_SCOPE);
  await each(tokenRoles, (name) => read(questions, `auth/token/roles/${name}`, ACCESS_SCOPE));
}

async function askRoles(questions: Questions, { path, type }: Mount): Promise<void> {
  const names = await list(questions, `auth/${path}/${type === 'aws' ? 'roles' : 'role'}`, ACCESS_SCOPE);
  await each(names, async (name) => {
    const role = `auth/${path}/role/${name}`;
    await read(questions, role, ACCESS_SCOPE);
    if (type === 'approle') await read(questions, `${role}/role-id`, ACCESS_SCOPE);
  });
}

export async function askIdentities(questions: Questions): Promise<void> {
  for (const kind of ['entity', 'group']) {
    const ids = await list(questions, `identity/${kind}/id`, ACCESS_SCOPE);
    await each(ids, (id) => read(questions, `identity/${kind}/id/${id}`, ACCESS_SCOPE));
  }
}

export async function askEngines(questions: Questions): Promise<void> {
  const mounts = [...(questions.inventory.mounts?.values() ?? [])];
  for (const mount of mounts.filter(({ type }) => type === 'kv' || type === 'generic')) await askFolders(questions, mount);
  for (const { path, type } of mounts.filter((mount) => ISSUING_ENGINES.includes(mount.type))) {
    for (const kind of type === 'database' ? ['roles', 'static-roles'] : ['roles']) {
      const names = await list(questions, `${path}/${kind}`, ACCESS_SCOPE);
      await each(names, (name) => askBackendRole(questions, `${path}/${kind}/${name}`));
    }
  }
}

/** Roles of engines may hold statements and documents: only what says whose they are is kept. */
async function askBackendRole(questions: Questions, path: string): Promise<void> {
  await asked(questions, ACCESS_SCOPE, async () => {
    const answer = await questions.api.read(path);
    const { db_name, username, rotation_period } = answer?.data ?? {};
    if (answer)
      take(questions, {
        path,
        isList: false,
        data: JSON.parse(JSON.stringify({ db_name, username, rotation_period })) as object,
      });
  });
}

/** Names alone, folder by folder. */
async function askFolders(questions: Questions, { path: mount, version }: Mount): Promise<void> {
  const place = version === 2 ? `${mount}/metadata` : mount;
  let open = [''];
  for (let count = 0; open.length > 0; ) {
    count += open.length;
    if (count > MOST_FOLDERS) {
      questions.failed(ACCESS_SCOPE, `${mount}: more than ${MOST_FOLDERS} folders: the rest was not listed`);
      return;
    }
    const next: string[] = [];
    await each(open, async (folder) => {
      const keys = await folderKeys(questions, folder === '' ? `${place}/` : `${place}/${folder}/`);
      if (!keys) return;
      questions.inventory.addFolder(mount, folder, keys);
      questions.keep({ path: folder === '' ? place : `${place}/${folder}`, isList: true, data: { keys }, place });
      for (const key of keys)
        if (key.endsWith('/')) next.push(folder === '' ? key.slice(0, -1) : `${folder}/${key.slice(0, -1)}`);
    });
    open = next;
  }
}

const folderKeys = (questions: Questions, path: string): Promise<string[] | undefined> =>
  asked(questions, ACCESS_SCOPE, async () => (await questions.api.list(path)) ?? []);

export async function askProofs(questions: Questions): Promise<void> {
  const { inventory } = questions;
  const roles = [...inventory.roles.values()].filter(({ mount }) => inventory.auth?.get(mount)?.type === 'approle');
  await each(roles, async ({ mount, name, secretIds }) => {
    const place = `auth/${mount}/role/${name}`;
    await list(questions, `${place}/secret-id`, PROOFS_SCOPE);
    for (const accessor of secretIds.keys())
      await lookedUp(questions, `${place}/secret-id-accessor/lookup`, { secret_id_accessor: accessor });
  });
  const accessors = await list(questions, 'auth/token/accessors', PROOFS_SCOPE);
  if (accessors.length > MOST_PROOFS)
    questions.failed(PROOFS_SCOPE, `auth/token/accessors: ${accessors.length} tokens: only ${MOST_PROOFS} were looked up`);
  await each(accessors.slice(0, MOST_PROOFS), (accessor) => lookedUp(questions, 'auth/token/lookup-accessor', { accessor }));
  await askLeases(questions);
}

async function askLeases(questions: Questions): Promise<void> {
  const { inventory } = questions;
  const prefixes = [...inventory.dynamicRoles.values()].map(({ mount, name }) => `${mount}/creds/${name}`);
  await each(prefixes, async (prefix) => {
    const keys = await asked(
      questions,
      PROOFS_SCOPE,
      async () => (await questions.api.list(`sys/leases/lookup/${prefix}/`)) ?? [],
    );
    if (keys) take(questions, { path: `sys/leases/lookup/${prefix}`, isList: true, data: { keys } });
  });
  if (inventory.leases.size > MOST_PROOFS)
    questions.failed(PROOFS_SCOPE, `sys/leases/lookup: ${inventory.leases.size} leases: only ${MOST_PROOFS} were looked up`);
  await each([...inventory.leases.keys()].slice(0, MOST_PROOFS), (id) =>
    lookedUp(questions, 'sys/leases/lookup', { lease_id: id }),
  );
}
