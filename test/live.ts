/**
 * Live suites run on real servers, named by environment variables. Outside CI a missing server is skipped, aloud; in CI it fails.
 * `bash .ci/services.sh start` starts all of them on loopback and prints the variables.
 */
import { describe, it } from 'vitest';

export const LIVE_SERVERS = {
  neo4j: 'INTERLOCK_TEST_NEO4J',
  redis: 'INTERLOCK_TEST_REDIS',
  redisTls: 'INTERLOCK_TEST_REDIS_TLS',
  postgres: 'INTERLOCK_TEST_POSTGRES',
  aws: 'INTERLOCK_TEST_AWS',
  awsIam: 'INTERLOCK_TEST_AWS_IAM',
  kubernetes: 'INTERLOCK_TEST_KUBERNETES',
  rabbitmq: 'INTERLOCK_TEST_RABBITMQ',
  rabbitmqTls: 'INTERLOCK_TEST_RABBITMQ_TLS',
  keycloak: 'INTERLOCK_TEST_KEYCLOAK',
  vault: 'INTERLOCK_TEST_VAULT',
} as const;

type Server = keyof typeof LIVE_SERVERS;

export const describeLive = (server: Server, title: string, suite: (url: string) => void): void =>
  describeLiveOn([server], title, (urls) => suite(urls[server]));

/** One story on several servers: all of them must be there. */
export function describeLiveOn<S extends Server>(
  servers: readonly S[],
  title: string,
  suite: (urls: Readonly<Record<S, string>>) => void,
): void {
  const missing = servers.map((server) => LIVE_SERVERS[server]).filter((variable) => !process.env[variable]);
  const urls = Object.fromEntries(servers.map((server) => [server, process.env[LIVE_SERVERS[server]] ?? '']));
  if (missing.length === 0) {
    describe(title, () => suite(urls as Record<S, string>));
  } else if (process.env['CI']) {
    it(`${title} needs ${missing.join(', ')} in CI`, () => {
      throw new Error(`${missing.join(', ')} not set: start the servers with .ci/services.sh`);
    });
  } else {
    console.warn(`SKIPPED: ${title}: ${missing.join(', ')} not set (bash .ci/services.sh start)`);
    describe.skip(`${title} (no ${missing.join(', ')})`, () => suite(urls as Record<S, string>));
  }
}
