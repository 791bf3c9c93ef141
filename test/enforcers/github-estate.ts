/** The things of a small organisation on GitHub, as its API lets them be seen and changed; beside the local server that speaks its protocol. */
import { createHash } from 'node:crypto';
import sodium from 'libsodium-wrappers';
import type { Answered, Asking } from '../collectors/github/github-server.ts';

interface DeployKey {
  readonly id: number;
  readonly title: string;
  readonly key: string;
  readonly read_only: boolean;
}

export interface Estate {
  keys: DeployKey[];
  /** Path of the secret → its sealed value, and when it was written. */
  readonly secrets: Map<string, { sealed: string; readonly updated_at: string; readonly more: object }>;
  suspended: boolean;
  /** Grant → token. */
  readonly grants: Map<number, number>;
  readonly authorisations: Set<number>;
  /** Live tokens. */
  readonly tokens: Set<string>;
  readonly oauthTokens: Set<string>;
  permissions: { default_workflow_permissions: string; can_approve_pull_request_reviews: boolean };
  hookActive: boolean;
  readonly runners: Map<number, { readonly busy: boolean }>;
  /** What was refused for want of a login, or for having one. */
  readonly wrongLogins: string[];
  writes: number;
  open(sealed: string): string;
  acts(asking: Asking): Answered | undefined;
}

const REPOSITORY = '/repos/acme/shop';
const notFound: Answered = { status: 404, body: { message: 'Not Found' } };
const NONE: Answered = { status: 204 };
export const OAUTH = { clientId: 'Iv1.shop', clientSecret: ['client', 'secret'].join('-') };

type Route = readonly [method: string, path: RegExp, answer: (asking: Asking, match: RegExpExecArray) => Answered];

export async function githubEstate(): Promise<Estate> {
  await sodium.ready;
  const pair = sodium.crypto_box_keypair();
  let next = 100;
  const estate: Estate = {
    keys: [{ id: 17, title: 'deploy', key: `ssh-ed25519 ${Buffer.from('a public key').toString('base64')}`, read_only: true }],
    secrets: new Map(),
    suspended: false,
    grants: new Map([[5, 900]]),
    authorisations: new Set([77]),
    tokens: new Set(),
    oauthTokens: new Set(),
    permissions: { default_workflow_permissions: 'write', can_approve_pull_request_reviews: true },
    hookActive: true,
    runners: new Map([
      [3, { busy: false }],
      [4, { busy: true }],
    ]),
    wrongLogins: [],
    writes: 0,
    open: (sealed) =>
      Buffer.from(sodium.crypto_box_seal_open(Buffer.from(sealed, 'base64'), pair.publicKey, pair.privateKey)).toString(),
    acts(asking) {
      if (asking.method !== 'GET') estate.writes++;
      for (const [method, path, answer] of routes) {
        const match = method === asking.method ? path.exec(asking.path) : null;
        if (match) return answer(asking, match);
      }
      return undefined;
    },
  };
  const as =
    (who: Asking['as'], answer: Route[2]): Route[2] =>
    (asking, match) => {
      if (asking.as === who) return answer(asking, match);
      estate.wrongLogins.push(`${asking.method} ${asking.path} as ${asking.as}`);
      return { status: 401, body: { message: 'Requires authentication' } };
    };
  const installed = (answer: Route[2]): Route[2] => as('installation', answer);
  const listed = (items: readonly object[], { query }: Asking): Answered => {
    const [size, page] = [Number(query.get('per_page') ?? 30), Number(query.get('page') ?? 1)];
    return { status: 200, body: items.slice((page - 1) * size, page * size) };
  };
  const isSecrets = /^(.*\/secrets)\/(\w+)$/;

  const routes: readonly Route[] = [
    ['GET', /^\/repos\/acme\/shop$|^\/orgs\/acme$/, installed(() => ({ status: 200, body: { id: 1 } }))],
    ['GET', /^\/repos\/acme\/shop\/keys$/, installed((asking) => listed(estate.keys, asking))],
    [
      'GET',
      /^\/repos\/acme\/shop\/keys\/(\d+)$/,
      installed((_, [, id]) => {
        const found = estate.keys.find((key) => String(key.id) === id);
        return found ? { status: 200, body: found } : notFound;
      }),
    ],
    [
      'DELETE',
      /^\/repos\/acme\/shop\/keys\/(\d+)$/,
      installed((_, [, id]) => {
        if (!estate.keys.some((key) => String(key.id) === id)) return notFound;
        estate.keys = estate.keys.filter((key) => String(key.id) !== id);
        return NONE;
      }),
    ],
    [
      'POST',
      /^\/repos\/acme\/shop\/keys$/,
      installed(({ body }) => {
        const key = { id: next++, ...body } as DeployKey;
        if (estate.keys.some((other) => other.key === key.key))
          return { status: 422, body: { message: 'key is already in use' } };
        estate.keys.push(key);
        return { status: 201, body: key };
      }),
    ],
    [
      'GET',
      /\/secrets\/public-key$/,
      installed(() => ({ status: 200, body: { key_id: '1', key: Buffer.from(pair.publicKey).toString('base64') } })),
    ],
    [
      'GET',
      /\/secrets\/\w+\/repositories$/,
      installed(() => ({ status: 200, body: { total_count: 1, repositories: [{ id: 42 }] } })),
    ],
    [
      'GET',
      isSecrets,
      installed(({ path }) => {
        const found = estate.secrets.get(path);
        return found ? { status: 200, body: { name: 'X', updated_at: found.updated_at, ...found.more } } : notFound;
      }),
    ],
    [
      'PUT',
      isSecrets,
      installed(({ path, body }) => {
        const { encrypted_value, key_id: _, ...more } = body;
        estate.secrets.set(path, { sealed: String(encrypted_value), updated_at: new Date().toISOString(), more });
        return NONE;
      }),
    ],
    ['DELETE', isSecrets, installed(({ path }) => (estate.secrets.delete(path) ? NONE : notFound))],
    [
      'GET',
      /^\/app\/installations\/4711$/,
      as('app', () => ({
        status: 200,
        body: { id: 4711, app_slug: 'deployer', suspended_at: estate.suspended ? '2026-03-01T12:00:00Z' : null },
      })),
    ],
    ['GET', /^\/app\/installations\/\d+$/, as('app', () => notFound)],
    [
      'PUT',
      /^\/app\/installations\/4711\/suspended$/,
      as('app', () => {
        estate.suspended = true;
        return NONE;
      }),
    ],
    [
      'DELETE',
      /^\/app\/installations\/4711\/suspended$/,
      as('app', () => {
        estate.suspended = false;
        return NONE;
      }),
    ],
    [
      'GET',
      /^\/orgs\/acme\/personal-access-tokens$/,
      installed((asking) =>
        listed(
          [...estate.grants].map(([id, token_id]) => ({ id, token_id })),
          asking,
        ),
      ),
    ],
    [
      'POST',
      /^\/orgs\/acme\/personal-access-tokens$/,
      installed(({ body }) => {
        for (const id of body['pat_ids'] as number[]) estate.grants.delete(id);
        return { status: 202, body: {} };
      }),
    ],
    [
      'GET',
      /^\/orgs\/acme\/credential-authorizations$/,
      installed((asking) =>
        listed(
          [...estate.authorisations].map((credential_id) => ({ credential_id })),
          asking,
        ),
      ),
    ],
    [
      'DELETE',
      /^\/orgs\/acme\/credential-authorizations\/(\d+)$/,
      installed((_, [, id]) => (estate.authorisations.delete(Number(id)) ? NONE : notFound)),
    ],
    [
      'POST',
      /^\/credentials\/revoke$/,
      ({ body, authorization }) => {
        if (authorization !== undefined) {
          estate.wrongLogins.push('credentials/revoke with a login');
          return { status: 403, body: { message: 'Forbidden' } };
        }
        for (const token of body['credentials'] as string[]) estate.tokens.delete(token);
        return { status: 202, body: {} };
      },
    ],
    [
      'GET',
      /^\/user$/,
      ({ authorization = '' }) =>
        estate.tokens.has(authorization.replace(/^Bearer /, ''))
          ? { status: 200, body: { login: 'ann' } }
          : { status: 401, body: { message: 'Bad credentials' } },
    ],
    ...(['POST', 'DELETE'] as const).map(
      (method): Route => [
        method,
        /^\/applications\/Iv1\.shop\/(token|grant)$/,
        ({ body, authorization }) => {
          const basic = `Basic ${Buffer.from(`${OAUTH.clientId}:${OAUTH.clientSecret}`).toString('base64')}`;
          if (authorization !== basic) return { status: 401, body: { message: 'Bad credentials' } };
          const token = String(body['access_token']);
          if (!estate.oauthTokens.has(token)) return notFound;
          if (method === 'POST') return { status: 200, body: { id: 1, token } };
          estate.oauthTokens.delete(token);
          return NONE;
        },
      ],
    ),
    [
      'GET',
      /^\/repos\/acme\/shop\/actions\/permissions\/workflow$/,
      installed(() => ({ status: 200, body: estate.permissions })),
    ],
    [
      'PUT',
      /^\/repos\/acme\/shop\/actions\/permissions\/workflow$/,
      installed(({ body }) => {
        estate.permissions = body as unknown as Estate['permissions'];
        return NONE;
      }),
    ],
    ['GET', /^\/repos\/acme\/shop\/hooks\/9$/, installed(() => ({ status: 200, body: { id: 9, active: estate.hookActive } }))],
    [
      'PATCH',
      /^\/repos\/acme\/shop\/hooks\/9$/,
      installed(({ body }) => {
        estate.hookActive = body['active'] === true;
        return { status: 200, body: { id: 9, active: estate.hookActive } };
      }),
    ],
    [
      'GET',
      /^\/repos\/acme\/shop\/actions\/runners\/(\d+)$/,
      installed((_, [, id]) => {
        const found = estate.runners.get(Number(id));
        return found ? { status: 200, body: { id, name: 'build-1', status: 'online', ...found } } : notFound;
      }),
    ],
    [
      'DELETE',
      /^\/repos\/acme\/shop\/actions\/runners\/(\d+)$/,
      installed((_, [, id]) => (estate.runners.delete(Number(id)) ? NONE : notFound)),
    ],
  ];
  return estate;
}

export const secretPath = (name: string): string => `${REPOSITORY}/actions/secrets/${name}`;

/** As keys have GitHub's own hash of a token. */
export const hashInKey = (token: string | Buffer): string => createHash('sha256').update(token).digest('base64url');
