/**
 * Live suites run on real servers, named by environment variables. Outside CI a missing server is skipped, aloud; in CI it fails.
 * `bash .ci/services.sh start` starts all of them on loopback and prints the variables.
 */
import { describe, it } from 'vitest';

export const LIVE_SERVERS = {
  neo4j: 'INTERLOCK_TEST_NEO4J',
  redis: 'INTERLOCK_TEST_REDIS',
  postgres: 'INTERLOCK_TEST_POSTGRES',
  aws: 'INTERLOCK_TEST_AWS',
  awsIam: 'INTERLOCK_TEST_AWS_IAM',
  kubernetes: 'INTERLOCK_TEST_KUBERNETES',
  rabbitmq: 'INTERLOCK_TEST_RABBITMQ',
  keycloak: 'INTERLOCK_TEST_KEYCLOAK',
  vault: 'INTERLOCK_TEST_VAULT',
} as const;

export function describeLive(server: keyof typeof LIVE_SERVERS, title: string, suite: (url: string) => void): void {
  const variable = LIVE_SERVERS[server];
  const url = process.env[variable];
  if (url) {
    describe(title, () => suite(url));
  } else if (process.env['CI']) {
    it(`${title} needs ${variable} in CI`, () => {
      throw new Error(`${variable} is not set: start the servers with .ci/services.sh`);
    });
  } else {
    console.warn(`SKIPPED: ${title}: ${variable} is not set (bash .ci/services.sh start)`);
    describe.skip(`${title} (no ${variable})`, () => suite(''));
  }
}
