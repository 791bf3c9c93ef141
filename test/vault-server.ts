/** A real OpenBao for the live tests: its own mounts and names for each suite, taken away afterwards. */
import { randomBytes } from 'node:crypto';
import type { VaultConnection } from '../src/apis/vault/settings.ts';
import { type VaultAnswer, VaultApi } from '../src/apis/vault/vault-api.ts';

export interface VaultServer extends AsyncDisposable {
  readonly connection: VaultConnection;
  readonly api: VaultApi;
  /** Mounts of this suite alone: AppRole, KV version 2, PKI with leases. */
  readonly auth: string;
  readonly kv: string;
  readonly pki: string;
  name(stem: string): string;
  policy(name: string, text: string): Promise<void>;
  /** An AppRole, and a secret-id of it. */
  role(name: string, fields: Readonly<Record<string, unknown>>): Promise<{ roleId: string; secretId: string; accessor: string }>;
  logIn(login: { roleId: string; secretId: string }): Promise<{ token: string; accessor: string; entityId: string }>;
  /** HTTP status of a call with another token. */
  status(token: string, path: string): Promise<number>;
  lease(): Promise<string>;
  remove(path: string): Promise<void>;
}

const text = (answer: VaultAnswer | undefined, field: string): string => String(answer?.data[field]);

export async function openVault(url: string): Promise<VaultServer> {
  const connection: VaultConnection = { url, token: process.env['INTERLOCK_TEST_VAULT_TOKEN'] ?? '' };
  const { signal } = new AbortController();
  const api = await VaultApi.open(connection, { signal });
  const suffix = randomBytes(4).toString('hex');
  const [auth, kv, pki] = [`approle-${suffix}`, `kv-${suffix}`, `pki-${suffix}`];
  const policies: string[] = [];
  await api.write(`sys/auth/${auth}`, { type: 'approle' });
  await api.write(`sys/mounts/${kv}`, { type: 'kv', options: { version: '2' } });
  let count = 0;
  let hasPki = false;
  const server: VaultServer = {
    connection,
    api,
    auth,
    kv,
    pki,
    name: (stem) => `${stem}-${suffix}-${++count}`,
    async policy(name, policy) {
      policies.push(name);
      await api.write(`sys/policies/acl/${name}`, { policy });
    },
    async role(name, fields) {
      await api.write(`auth/${auth}/role/${name}`, fields);
      const roleId = text(await api.read(`auth/${auth}/role/${name}/role-id`), 'role_id');
      const issued = await api.write(`auth/${auth}/role/${name}/secret-id`, {});
      return { roleId, secretId: text(issued, 'secret_id'), accessor: text(issued, 'secret_id_accessor') };
    },
    async logIn({ roleId, secretId }) {
      const { auth: given } = await api.write(`auth/${auth}/login`, { role_id: roleId, secret_id: secretId });
      return {
        token: String(given?.['client_token']),
        accessor: String(given?.['accessor']),
        entityId: String(given?.['entity_id']),
      };
    },
    async status(token, path) {
      return (await fetch(`${url}/v1/${path}`, { headers: { 'x-vault-token': token } })).status;
    },
    async lease() {
      if (!hasPki) {
        await api.write(`sys/mounts/${pki}`, { type: 'pki' });
        await api.write(`${pki}/root/generate/internal`, { common_name: 'interlock test', key_type: 'ec', key_bits: 256 });
        await api.write(`${pki}/roles/short`, {
          allow_any_name: true,
          generate_lease: true,
          key_type: 'ec',
          key_bits: 256,
          ttl: '10m',
        });
        hasPki = true;
      }
      return (await api.write(`${pki}/issue/short`, { common_name: 'a.example' })).leaseId;
    },
    remove: (path) => remove(url, path),
    async [Symbol.asyncDispose]() {
      const entities = (await api.list('identity/entity/id')) ?? [];
      for (const id of entities) {
        const entity = await api.read(`identity/entity/id/${id}`);
        if (JSON.stringify(entity?.data['aliases'] ?? '').includes(`auth/${auth}/`))
          await remove(url, `identity/entity/id/${id}`);
      }
      await remove(url, `sys/auth/${auth}`);
      await remove(url, `sys/mounts/${kv}`);
      if (hasPki) await remove(url, `sys/mounts/${pki}`);
      for (const name of policies) await remove(url, `sys/policies/acl/${name}`);
      await api[Symbol.asyncDispose]();
    },
  };
  return server;
}

async function remove(url: string, path: string): Promise<void> {
  const token = process.env['INTERLOCK_TEST_VAULT_TOKEN'] ?? '';
  await fetch(`${url}/v1/${path}`, { method: 'DELETE', headers: { 'x-vault-token': token } });
}
