import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { Operation } from '../../../src/iam/vault/acl.ts';
import { evaluateCase } from '../../../src/iam/vault/evaluate-case.ts';
import { compileVaultPolicy } from '../../../src/iam/vault/policy.ts';

type Case = {
  readonly name: string;
  readonly is: string;
  readonly with?: Record<string, unknown>;
  readonly grantedBy?: readonly string[];
  readonly capabilities?: readonly string[];
} & Partial<Record<Operation, string>>;

interface Family {
  readonly source: string;
  readonly policies: Readonly<Record<string, string>>;
  readonly cases: readonly Case[];
}

const families = JSON.parse(
  readFileSync(new URL('../../cases/iam-vault/acl.json', import.meta.url), 'utf8'),
) as readonly Family[];

const OPERATIONS = ['read', 'update', 'delete', 'list', 'help'] as const;

describe.each(families)('$source', ({ policies, cases }) => {
  it.each(cases)('$name', (given) => {
    const operation = OPERATIONS.find((one) => given[one] !== undefined) as Operation;
    const answer = evaluateCase({
      name: given.name,
      policies: Object.entries(policies).map(([name, hcl]) => ({ name, hcl })),
      request: { path: given[operation] as string, operation, parameters: given.with },
    });
    expect(answer.verdict).toBe(given.is);
    if (given.grantedBy) expect(answer.grantedBy).toEqual(given.grantedBy);
    if (given.capabilities) expect(answer.capabilities).toEqual(given.capabilities);
  });
});

it.each([
  ['path "a" { capabilities = ["fly"] }', 'policy p: line 1: "fly" is no capability'],
  ['path "a" {\n  colour = "red"\n}', 'policy p: line 2: "colour" is no part of a path'],
  ['path "a/+*" { capabilities = ["read"] }', 'policy p: line 1: path "a/+*": "+*" is not allowed'],
  ['rule "a" {}', 'policy p: line 1: "rule" is no part of a policy'],
  ['path "a" {', 'policy p: line 1: the end is not expected here'],
  ['path "a" { policy = "all" }', 'policy p: line 1: policy is none of deny, read, write, sudo'],
  ['path "a" { capabilities = "read" }', 'policy p: line 1: expected a list of texts'],
  ['\n\n!', 'policy p: line 3: neither a name, a value nor a bracket'],
])('refuses %j as the server does, with the line', (text, message) => {
  expect(() => compileVaultPolicy('p', text)).toThrow(message);
});

it('refuses nesting without end', () => {
  expect(() => compileVaultPolicy('p', `path "a" { mfa_methods = ${'['.repeat(100)}`)).toThrow('nested deeper');
});

const published = new URL('../../../../shared/fixtures/vault/openbao-acl/', import.meta.url);

if (!existsSync(published)) console.warn("SKIPPED: OpenBao's own table of verdicts is not there");

describe.runIf(existsSync(published))("OpenBao's own table of verdicts", () => {
  const read = (name: string): string => readFileSync(new URL(name, published), 'utf8');
  const files = existsSync(published) ? readdirSync(new URL('policies', published)) : [];
  const texts = Object.fromEntries(files.map((file) => [file.replace(/\.hcl$/, ''), read(`policies/${file}`)]));
  interface Row {
    readonly operation: Operation;
    readonly path: string;
    readonly policies: readonly string[];
    readonly allowed: boolean;
    readonly sudo?: boolean;
  }
  const rows = files.length > 0 ? (JSON.parse(read('expected.json')) as { cases: readonly Row[] }).cases : [];
  it.each(rows)('$operation $path under $policies: $allowed', ({ operation, path, policies, allowed, sudo }) => {
    const answer = evaluateCase({
      name: path,
      policies: policies.map((name) => ({ name, hcl: texts[name] as string })),
      request: { operation, path },
    });
    expect(answer.verdict === 'allowed').toBe(allowed);
    if (sudo && operation !== 'help') expect(answer.capabilities).toContain('sudo');
  });
});
