/**
 * The cases of `test/cases/iam-aws`, as `interlock evaluate` takes them. `npx tsx test/iam/aws/policy-cases.ts` prints them a line
 * each, with their group and the verdict that AWS's documentation gives.
 *
 * A file has `source`, the pages its cases are taken from; `given`, what its cases share; and `cases`. A policy may be written as
 * its statement or statements alone. `condition` is that of the first identity statement; `context` is that of the request.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';

export interface PolicyCase {
  readonly name: string;
  readonly group: string;
  readonly expected: string;
  readonly contextComplete?: boolean;
  readonly request: Readonly<Record<string, unknown>>;
  readonly policies: Policies;
  /** `<policy> <statement>` each. */
  readonly because?: readonly string[];
  /** The texts of the residual conditions. */
  readonly conditions?: readonly string[];
  /** A part of the message. */
  readonly error?: string;
}

interface Document {
  readonly Statement?: unknown;
}

interface Policies {
  readonly identity: readonly { readonly name: string; readonly document: Document | string }[];
  readonly [layer: string]: unknown;
}

interface Given {
  readonly request?: object;
  readonly policies?: Readonly<Record<string, unknown>>;
  readonly contextComplete?: boolean;
}

interface WrittenCase extends Given {
  readonly name: string;
  readonly expected: string;
  readonly condition?: object;
  readonly context?: object;
}

interface CaseFile {
  readonly source: string | readonly string[];
  readonly given?: Given;
  readonly cases: readonly WrittenCase[];
}

const folder = join(import.meta.dirname, '../../cases/iam-aws');

export const caseFiles: readonly string[] = readdirSync(folder).map((file) => basename(file, '.json'));

export const caseFile = (group: string): CaseFile => JSON.parse(readFileSync(join(folder, `${group}.json`), 'utf8')) as CaseFile;

export function casesOf(group: string): PolicyCase[] {
  const { given = {}, cases } = caseFile(group);
  return cases.map(({ condition, context, ...written }) => ({
    ...(given.contextComplete !== undefined && { contextComplete: given.contextComplete }),
    ...written,
    group,
    request: { ...given.request, ...written.request, ...(context && { context }) },
    policies: withCondition(policiesOf({ ...given.policies, ...written.policies }), condition),
  }));
}

function policiesOf(written: Readonly<Record<string, unknown>>): Policies {
  const policies: Record<string, unknown> = {};
  for (const [layer, value] of Object.entries(written)) policies[layer] = layerOf(layer, value);
  return { ...policies, identity: listOf(written['identity']).map(named) };
}

function layerOf(layer: string, value: unknown): unknown {
  if (value === null || layer === 'resource') return value && documentOf(value);
  return layer.endsWith('Control') ? listOf(value).map((level) => listOf(level).map(documentOf)) : listOf(value).map(documentOf);
}

const listOf = (value: unknown): unknown[] => (value === undefined ? [] : (value as unknown[]));

const named = (value: unknown, index: number): Policies['identity'][number] =>
  isObject(value) && 'document' in value
    ? (value as Policies['identity'][number])
    : { name: `p${index}`, document: documentOf(value) };

function documentOf(value: unknown): Document {
  if (isObject(value) && ('Statement' in value || 'Version' in value)) return value as Document;
  return { Version: '2012-10-17', Statement: [value].flat() } as Document;
}

const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null && !Array.isArray(value);

function withCondition(policies: Policies, condition: object | undefined): Policies {
  const [first, ...others] = policies.identity;
  if (!condition || !first) return policies;
  const document = first.document as Document;
  const [statement, ...rest] = document.Statement as object[];
  const changed = { ...first, document: { ...document, Statement: [{ ...statement, Condition: condition }, ...rest] } };
  return { ...policies, identity: [changed, ...others] };
}

if (import.meta.url === `file://${process.argv[1]}`)
  for (const { because: _, conditions: __, error: ___, ...one } of caseFiles.flatMap(casesOf))
    process.stdout.write(`${JSON.stringify(one)}\n`);
