import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { collectors } from '../../src/collectors/index.ts';
import { loadConfig } from '../../src/config.ts';
import { UsageError } from '../../src/model/errors.ts';

function load(text: string, environment: Record<string, string> = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'interlock-config-'));
  writeFileSync(join(folder, 'interlock.yaml'), text);
  return { folder, config: () => loadConfig({ file: join(folder, 'interlock.yaml'), environment }) };
}

describe('the configuration', () => {
  it('has defaults for everything, so that no file is needed', () => {
    const config = loadConfig({ cwd: mkdtempSync(join(tmpdir(), 'interlock-config-')), environment: {} });
    expect(config).toMatchObject({
      store: 'sqlite:./interlock.db',
      queue: 'inline',
      sources: [],
      http: { host: '127.0.0.1', port: 4680 },
    });
  });

  it('lets the environment win over the file', () => {
    const { config } = load('store: sqlite:./a.db\nqueue: inline\n', {
      INTERLOCK_STORE: 'sqlite:./b.db',
      INTERLOCK_QUEUE: 'redis://h:1/0',
    });
    expect(config()).toMatchObject({ store: 'sqlite:./b.db', queue: 'redis://h:1/0' });
  });

  it('expands the environment in any text, also inside one', () => {
    const { config } = load('store: "neo4j://u:${SECRET}@h:7687/d"\n', { SECRET: 'xyz' });
    expect(config().store).toBe('neo4j://u:xyz@h:7687/d');
  });

  it('keeps the settings of a source as they are, for the collector to check', () => {
    const { config } = load('sources:\n  - { name: prod, type: aws, files: ./x }\n');
    expect(config().sources).toEqual([{ name: 'prod', type: 'aws', files: './x' }]);
  });

  it.each([
    ['an undefined variable', 'store: "sqlite:${NOWHERE}"', /store: \$\{NOWHERE\} is not set in the environment/],
    ['an unknown key', 'stroe: x', /Unrecognized key.*stroe/],
    ['a wrong type, with its place', 'http: { port: many }', /http\.port: /],
    [
      'two sources of one name',
      'sources: [{name: a, type: aws}, {name: a, type: github}]',
      /sources\[1\]\.name: a is there twice/,
    ],
    [
      'a schedule of a source that is not there',
      'schedules: [{cron: "* * * * *", job: collect, sources: [x]}]',
      /schedules\[0\]\.sources: x is not a configured source/,
    ],
    ['a rule that says of nothing', 'tiers: [{ tier: 0 }]', /tiers\[0\]: needs a match of keys or a tag/],
    ['a rule that says no owner', 'owners: [{ match: "*" }]', /owners\[0\]: needs a tag to read, or an owner/],
    ['a rule that says no environment', 'environments: [{ match: "*" }]', /environments\[0\]: needs a tag to read, or an env/],
    ['an environment that is none', 'environments: [{ tag: x, values: { a: live } }]', /environments\[0\]\.values\.a: /],
    [
      'an enforcer of a source that is not there',
      'enforcers: {db: {type: postgres, source: nope, url: x}}',
      /enforcers\.db\.source: nope/,
    ],
    ['broken YAML', 'store: [', /interlock\.yaml: .* at line 1, column \d+$/],
    [
      'an alias bomb',
      `a: &a [x,x,x,x,x,x,x,x,x]\n${Array.from({ length: 12 }, (_, i) => `b${i}: &b${i} [${`*${i === 0 ? 'a' : `b${i - 1}`},`.repeat(9)}]`).join('\n')}`,
      /interlock\.yaml: /,
    ],
  ])('refuses %s', (_, text, message) => {
    const { config } = load(text);
    expect(config).toThrow(UsageError);
    expect(config).toThrow(message);
  });

  it('accepts the example that shows everything', () => {
    const file = join(import.meta.dirname, '../../examples/interlock.yaml');
    const named = [...readFileSync(file, 'utf8').matchAll(/\$\{(\w+)\}/g)].map(([, name]) => [name as string, 'x'] as const);
    const config = loadConfig({ file, environment: Object.fromEntries(named) });
    expect(config.sources.map(({ type }) => type).sort()).toEqual(Object.keys(collectors).sort());
    const shown = Object.keys(parse(readFileSync(file, 'utf8')) as object);
    expect(
      Object.keys(config)
        .filter((key) => !['folder', 'file', 'secrets', 'environment', 'development', 'clock'].includes(key))
        .sort(),
    ).toEqual(shown.sort());
  });

  it('says which file is missing when one was named', () => {
    expect(() => loadConfig({ file: 'nowhere.yaml', cwd: tmpdir(), environment: {} })).toThrow(
      /nowhere\.yaml: no such configuration file/,
    );
  });
});
