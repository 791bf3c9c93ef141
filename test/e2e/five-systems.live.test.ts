/**
 * The story of the product on real systems, through the CLI alone: a leaked AWS key reads four secrets, and with what is in them a
 * database, a cache, a queue and a secrets store are open.
 *
 *     leaked key ─► user ─► prod/db    ─► password of a role of PostgreSQL
 *                      ├──► prod/cache ─► password of a user of Redis
 *                      ├──► prod/queue ─► password of a user of RabbitMQ
 *                      └──► prod/vault ─► secret-id of an AppRole of OpenBao
 */
import { randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  CreateAccessKeyCommand,
  CreateUserCommand,
  ListAccessKeysCommand,
  ListUserPoliciesCommand,
  PutUserPolicyCommand,
} from '@aws-sdk/client-iam';
import { CreateSecretCommand, GetSecretValueCommand } from '@aws-sdk/client-secrets-manager';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { ExecutionResult } from '../../src/app/execute/run.ts';
import type { IncidentAnswer } from '../../src/app/incident.ts';
import type { ReachAnswer } from '../../src/app/reach.ts';
import type { Report } from '../../src/app/report.ts';
import type { Plan } from '../../src/model/plan.ts';
import { type AwsAccount, allow, openAwsAccount, REGION, type TestCredentials } from '../aws-account.ts';
import { describeLiveOn } from '../live.ts';
import { openPostgres, type PostgresServer } from '../postgres-server.ts';
import { openRabbitmq, type RabbitmqServer } from '../rabbitmq-server.ts';
import { openRedisServer, type RedisServer } from '../redis-server.ts';
import { TURN_TIMEOUT_MS, takeTurn } from '../turn.ts';
import { openVault, type VaultServer } from '../vault-server.ts';
import { answer, workspace } from './cli.ts';

describeLiveOn(['awsIam', 'postgres', 'redis', 'rabbitmq', 'vault'], 'a leaked key that opens five systems', (urls) => {
  let account: AwsAccount;
  let database: PostgresServer;
  let cache: RedisServer;
  let queue: RabbitmqServer;
  let vault: VaultServer;
  let turn: Disposable | undefined;
  let folder: string;
  let env: Record<string, string>;
  let leaked: TestCredentials;

  const policy = allow('secretsmanager:GetSecretValue');
  const secretArns: Record<string, string> = {};
  const app = {
    role: '',
    password: '',
    cachePassword: '',
    sender: '',
    queuePassword: '',
    vault: { role: '', roleId: '', secretId: '', accessor: '' },
  };

  beforeAll(async () => {
    account = await openAwsAccount(urls.awsIam);
    database = await openPostgres(urls.postgres);
    cache = await openRedisServer();
    turn = await takeTurn(urls.vault);
    queue = await openRabbitmq(urls.rabbitmq);
    vault = await openVault(urls.vault);
    await makeAccount();
    await makeTenants();
    await makeWorkspace();
  }, TURN_TIMEOUT_MS);
  afterAll(async () => {
    for (const one of [account, database, cache, queue, vault]) await one?.[Symbol.asyncDispose]();
    turn?.[Symbol.dispose]();
  });

  async function makeAccount(): Promise<void> {
    const { iam, secrets } = account.root;
    await iam.send(new CreateUserCommand({ UserName: 'image-resizer' }));
    await iam.send(new PutUserPolicyCommand({ UserName: 'image-resizer', PolicyName: 'reads', PolicyDocument: policy }));
    const { AccessKey } = await iam.send(new CreateAccessKeyCommand({ UserName: 'image-resizer' }));
    leaked = { accessKeyId: AccessKey?.AccessKeyId ?? '', secretAccessKey: AccessKey?.SecretAccessKey ?? '' };
    for (const name of ['db', 'cache', 'queue', 'vault']) {
      const { ARN } = await secrets.send(
        new CreateSecretCommand({ Name: `prod/${name}`, SecretString: `the secret of ${name}` }),
      );
      secretArns[name] = ARN ?? '';
    }
  }

  async function makeTenants(): Promise<void> {
    [app.role, app.password, app.cachePassword] = [database.name('shop'), database.password(), cache.password()];
    await database.run('CREATE TABLE orders (id int)', database.database);
    await database.run(`CREATE ROLE ${app.role} LOGIN PASSWORD '${app.password}' CONNECTION LIMIT 7`);
    await database.run(`GRANT SELECT ON orders TO ${app.role}`, database.database);
    await cache.call('ACL', 'SETUSER', 'shop', 'on', `>${app.cachePassword}`, '~cart:*', '+@read', '+@write', '+ping');
    await cache.call('SET', 'cart:1', 'one');
    [app.sender, app.queuePassword] = [queue.name('shop'), queue.password()];
    const vhost = encodeURIComponent(queue.vhost);
    await queue.call('PUT', `/queues/${vhost}/orders`, {});
    await queue.call('PUT', `/users/${app.sender}`, { password: app.queuePassword, tags: '' });
    await queue.call('PUT', `/permissions/${vhost}/${app.sender}`, { configure: '', write: '^orders$', read: '^orders$' });
    const reads = vault.name('reads');
    await vault.policy(reads, `path "${vault.kv}/data/*" { capabilities = ["read"] }`);
    await vault.api.write(`${vault.kv}/data/shop`, { data: { api: 'a value' } });
    const role = vault.name('shop');
    app.vault = { role, ...(await vault.role(role, { token_policies: [reads], token_ttl: 3600 })) };
  }

  async function makeWorkspace(): Promise<void> {
    const admin = await account.user('interlock');
    folder = workspace({
      'interlock.yaml': `sources:
  - { name: prod-aws, type: aws, live: { regions: [${REGION}], endpoint: "${urls.awsIam}" } }
  - { name: main-db, type: postgres, live: { url: "\${PG_URL}" } }
  - { name: cache, type: redis, live: { url: "\${CACHE_URL}" } }
  - { name: broker, type: rabbitmq, live: { url: "${queue.api.url}", user: "${queue.api.user}", password: "\${BROKER}" } }
  - { name: secrets, type: vault, live: { url: "${urls.vault}", token: "\${VAULT}" } }
  - { name: facts, type: declared, files: ./facts }
enforcers:
  prod-aws: { type: aws, source: prod-aws, region: ${REGION}, endpoint: "${urls.awsIam}" }
  main-db: { type: postgres, source: main-db, url: "\${PG_ADMIN_URL}" }
  cache: { type: redis, source: cache, url: "\${CACHE_URL}" }
  broker: { type: rabbitmq, source: broker, url: "${queue.api.url}", user: "${queue.api.user}", password: "\${BROKER}" }
  secrets: { type: vault, source: secrets, url: "${urls.vault}", token: "\${VAULT}" }
budgets: { down: 9, actionsPerHour: 100, maxGraphAgeMinutes: 60 }
`,
      'facts/copies.yaml': 'copies: []\n',
    });
    env = {
      AWS_ACCESS_KEY_ID: admin.key.accessKeyId,
      AWS_SECRET_ACCESS_KEY: admin.key.secretAccessKey,
      AWS_REGION: REGION,
      PG_URL: database.databaseUrl,
      PG_ADMIN_URL: database.url,
      CACHE_URL: cache.url,
      BROKER: queue.api.password,
      VAULT: vault.connection.token ?? '',
      INTERLOCK_SEAL_KEY: randomBytes(32).toString('base64'),
    };
  }

  /** The emulator does not speak all that a collection asks, so that what touches AWS is said to be not complete: exit 3. */
  const ask = <T>(words: string[], code = 3): Promise<T> => answer<T>(folder, words, { env, code });
  const leakedKey = (): string => `aws:${leaked.accessKeyId}`;
  const found = async (text: string): Promise<string> => {
    const { items } = await ask<{ items: { key: string; kind: string }[] }>(['search', text], 0);
    return items.find(({ kind }) => kind === 'Credential')?.key ?? '';
  };
  /** Each as its own system holds it. */
  async function states() {
    const { AccessKeyMetadata } = await account.root.iam.send(new ListAccessKeysCommand({ UserName: 'image-resizer' }));
    const { PolicyNames } = await account.root.iam.send(new ListUserPoliciesCommand({ UserName: 'image-resizer' }));
    return {
      aws: { key: AccessKeyMetadata?.map(({ Status }) => Status), policies: PolicyNames },
      database: await database.run(`SELECT * FROM pg_authid WHERE rolname = '${app.role}'`),
      cache: await cache.line('shop'),
      queue: await queue.definition(app.sender),
      vault: await vault.api.list(`auth/${vault.auth}/role/${app.vault.role}/secret-id`),
    };
  }
  const works = async () => ({
    aws: await account
      .as(leaked)
      .secrets.send(new GetSecretValueCommand({ SecretId: secretArns['db'] }))
      .then(
        () => true,
        () => false,
      ),
    database: await database.canLogIn(app.role, app.password),
    cache: await cache.canLogIn('shop', app.cachePassword),
    queue: await queue.canLogIn(app.sender, app.queuePassword),
    vault: await vault.logIn(app.vault).then(
      () => true,
      () => false,
    ),
  });

  it('is seen on the incident page, contained, seen to be cut, and given back as far as that is safe', async () => {
    await ask(['collect']);
    const inside = {
      db: `postgres:main-db/roles/${app.role}/password`,
      cache: await found('redis:cache/users/shop/passwords'),
      queue: `rabbitmq:broker/users/${app.sender}/password`,
      vault: await found(`role/${app.vault.role}/secret-id`),
    };
    const copies = Object.entries(inside).map(([name, credential]) => ({ place: `aws:${secretArns[name]}`, credential }));
    writeFileSync(join(folder, 'facts/copies.yaml'), JSON.stringify({ copies }));
    await ask(['collect', 'facts'], 0);

    const since = new Date(Date.now() - 60_000).toISOString();
    const page = await ask<IncidentAnswer>(['incident', leakedKey(), '--since', since]);
    expect(page.plan.waves.length).toBeGreaterThan(0);
    const { items } = await ask<ReachAnswer>(['reach', leakedKey(), '--items']);
    const reached = items.map(({ key }) => key);
    expect(page.couldReach.total).toBeGreaterThan(Object.keys(secretArns).length);
    for (const key of [
      `aws:${secretArns['db']}`,
      'redis:cache/keys/cart:*',
      `rabbitmq:broker/vhosts/${encodeURIComponent(queue.vhost)}/queues/orders`,
      `vault:secrets/${vault.kv}/shop`,
    ])
      expect(reached).toContain(key);

    const before = { states: await states(), works: await works() };
    expect(before.works).toEqual({ aws: true, database: true, cache: true, queue: true, vault: true });
    const targets = [leakedKey(), ...Object.values(inside)];
    const plan = await ask<Plan>(['plan', ...targets, '--since', since], 0);
    expect(plan.refusals).toEqual([]);
    for (const name of ['ada', 'grace']) {
      const { token } = await ask<{ token: string }>(['token', 'create', '--role', 'approver', '--name', name], 0);
      await answer(folder, ['approve', plan.id], { env: { ...env, INTERLOCK_TOKEN: token } });
    }
    const done = await ask<ExecutionResult>(['execute', plan.id, '--apply']);
    const byHand = done.steps.filter(({ state }) => state !== 'effective');
    expect(byHand.map(({ id, state }) => `${id.split('-')[0]} ${state}`)).toEqual(['notify accepted']);
    expect(await works()).toEqual({ aws: false, database: false, cache: false, queue: false, vault: false });

    await ask(['collect']);
    for (const target of targets)
      expect(await ask<ReachAnswer>(['reach', target], target === leakedKey() ? 3 : 0), target).toMatchObject({
        weight: { lo: 0, hi: 0 },
      });

    // The leaked key itself stays dead: giving it back would give it to the thief. A secret-id that was destroyed is gone.
    const undone = await ask<ExecutionResult>(['undo', plan.id, '--apply']);
    expect(undone.stopped).toEqual([expect.stringContaining('re-arms')]);
    expect(await works()).toEqual({ aws: false, database: true, cache: true, queue: true, vault: false });
    const after = await states();
    expect(after).toEqual({
      ...before.states,
      aws: { ...before.states.aws, key: ['Inactive'] },
      vault: undefined,
    });
    expect(await ask(['audit', 'verify'], 0)).toMatchObject({ holds: true });
    const report = await ask<Report>(['report', plan.id]);
    // Vault keeps the tokens that a destroyed secret-id gave out: it was logged in with above.
    expect(report.remains.map(({ target, what }) => [target, what])).toEqual([
      [inside.vault, 'sessions that were issued before'],
    ]);
    expect(report.undo.filter(({ isPossible }) => isPossible)).toEqual([]);
  }, 240_000);
});
