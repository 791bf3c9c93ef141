/** Reads the files of a source into an inventory. Each file is recognised by its content; a wrong entry is an error of its own. */
import type { z } from 'zod';
import { accountOfArn } from '../../iam/aws/principal.ts';
import { EVERY_SCOPE } from '../../model/collection.ts';
import { InputError } from '../../model/errors.ts';
import type { Collected } from '../../ports/collector.ts';
import { isLarge, readText } from '../files/content.ts';
import { parseJson, streamJson } from '../files/json.ts';
import { type FileHead, readFolder } from '../files/read-folder.ts';
import { firstKeys } from '../files/recognise.ts';
import { nameOf, shaped } from '../files/shape.ts';
import type { SourceFile } from '../files/walk.ts';
import { configItem, groupRecord, managedPolicy, organization, roleRecord, userRecord } from './convert.ts';
import { failed, failedEntry } from './failed.ts';
import { DIRECTORY_KEYS, readDirectory, speaksOfDirectory } from './identity-center.ts';
import { readKeys } from './read-keys.ts';
import { decodedReport, REPORT_HEADER, readReport, readReportText } from './read-report.ts';
import { type AnswerPlace, accountInPath, type Reading, type Row } from './row.ts';
import { takeServiceUses } from './service-uses.ts';
import { groupShape, isRecord, itemShape, organizationShape, policyShape, roleShape, userShape } from './shapes.ts';
import { readUserAnswer, speaksOfUsers } from './user-answers.ts';

/** Everything of the folder; yields warnings, errors and progress, and notes what is partial. */
export async function* readExports(reading: Reading): AsyncGenerator<Collected> {
  const answers = new AnswerReader(reading);
  yield* readFolder({
    root: reading.root,
    context: reading.context,
    read: (file, { form, head }) => {
      const isKnown = isExport({ form, head });
      if (form === 'text') return isKnown ? readReport(reading, file) : undefined;
      return isKnown ? readObject({ reading, file, answers }) : readUnknown(reading, file);
    },
    broken: (text, file) => reading.notes.missing(accountInPath(file?.path ?? '') ?? EVERY_SCOPE, text),
  });
  yield* answers.rest();
}

/** Whether the file, by its beginning, is an answer of AWS that is read here. */
export function isExport({ form, head }: FileHead): boolean {
  if (form === 'text') return head.toString('latin1').startsWith(REPORT_HEADER);
  return form === 'json-object' && firstKeys(head).some((key) => key in LISTS || key in WHOLE);
}

/** Takes AWS's answers, from files or as they come. */
export class AnswerReader {
  readonly #reading: Reading;
  /** Answers that speak of users without an account: read after those that tell whose the users are. */
  readonly #late: { readonly file: AnswerPlace; readonly value: Record<string, unknown> }[] = [];

  constructor(reading: Reading) {
    this.#reading = reading;
  }

  *take(file: AnswerPlace, value: Record<string, unknown>): Generator<Collected> {
    const reading = this.#reading;
    if (Object.hasOwn(value, 'Organization')) takeOrganization(reading, file, value);
    else if (Object.hasOwn(value, 'ReportFormat')) yield* readReportText(reading, file, decodedReport(file, value));
    else if (Object.hasOwn(value, 'AccessKeyMetadata') || Object.hasOwn(value, 'AccessKeyLastUsed') || speaksOfUsers(value))
      this.#late.push({ file, value });
    else if (Object.hasOwn(value, 'ServicesLastAccessed')) takeServiceUses({ reading, file }, value);
    else if (speaksOfDirectory(value))
      yield* readDirectory({ reading, file }, value, (error) => failedEntry({ reading, file }, error));
    else if (Object.keys(LISTS).some((key) => Object.hasOwn(value, key))) yield* readLists({ reading, file }, value);
    else yield { type: 'warning', text: `${file.path}: not recognised as anything that this source reads; ignored` };
  }

  /** To be called when everything was taken. */
  *rest(): Generator<Collected> {
    for (const { file, value } of this.#late) {
      const row = { reading: this.#reading, file };
      if (speaksOfUsers(value)) yield* readUserAnswer(row, value, (text) => failed(row, text));
      else yield* readKeys(this.#reading, file, value);
    }
  }
}

/** A file that no reader knows is only a warning, once it is sound. */
async function* readUnknown(reading: Reading, file: SourceFile): AsyncGenerator<Collected> {
  if (!(await isLarge(file))) parseJson(await readText(file, reading.context.signal), file.path);
  yield { type: 'warning', text: `${file.path}: not recognised as anything that this source reads; ignored` };
}

interface ListReader {
  readonly shape: z.ZodType;
  /** False when the row's account cannot be told. */
  readonly take: (row: never, place: Row) => void;
}

const listReader = <S extends z.ZodType>(shape: S, take: (row: z.infer<S>, place: Row) => void): ListReader => ({
  shape,
  take: take as ListReader['take'],
});

const accountOf = (arn: string): string => accountOfArn(arn) ?? '';

/** The lists that a document may hold, by key. */
const LISTS: Readonly<Record<string, ListReader>> = {
  UserDetailList: listReader(userShape, (raw, { reading }) => {
    reading.inventory.account(accountOf(raw.Arn)).users.set(raw.Arn, userRecord(raw));
  }),
  RoleDetailList: listReader(roleShape, (raw, { reading }) => {
    reading.inventory.account(accountOf(raw.Arn)).roles.set(raw.Arn, roleRecord(raw));
  }),
  GroupDetailList: listReader(groupShape, (raw, { reading }) => {
    reading.inventory.account(accountOf(raw.Arn)).groups.set(raw.Arn, groupRecord(raw));
  }),
  Policies: listReader(policyShape, takePolicy),
  configurationItems: listReader(itemShape, (raw, { reading, file }) => {
    const item = configItem(raw, { folderAccount: accountInPath(file.path), fingerprint: reading.context.fingerprint });
    if (item) reading.inventory.account(item.account).addItem(item);
  }),
};

/** AWS-managed policies belong to every account: they are kept under the account `aws`. */
function takePolicy(raw: z.infer<typeof policyShape>, { reading }: Row): void {
  const owner = accountOf(raw.Arn);
  const policy = managedPolicy(raw);
  if (policy.versions.length === 0) return;
  const policies = owner === 'aws' ? reading.inventory.awsPolicies : reading.inventory.account(owner).policies;
  policies.set(raw.Arn, policy);
}

const WHOLE: Readonly<Record<string, true>> = {
  ...Object.fromEntries(DIRECTORY_KEYS.map((key) => [key, true as const])),
  AccessKeyMetadata: true,
  AccessKeyLastUsed: true,
  Organization: true,
  Roots: true,
  OrganizationalUnits: true,
  Accounts: true,
  ReportFormat: true,
  ServicesLastAccessed: true,
  Certificates: true,
  ServiceSpecificCredentials: true,
  SSHPublicKeys: true,
  LoginProfile: true,
};

interface ObjectReading {
  readonly reading: Reading;
  readonly file: SourceFile;
  readonly answers: AnswerReader;
}

async function* readObject({ reading, file, answers }: ObjectReading): AsyncGenerator<Collected> {
  if (await isLarge(file)) {
    yield* readStreamed(reading, file);
    return;
  }
  const value = parseJson(await readText(file, reading.context.signal), file.path);
  if (!isRecord(value)) throw new InputError(`${file.path}: expected an object, found ${nameOf(value)}`);
  yield* answers.take(file, value);
}

function* readLists(row: Row, value: Record<string, unknown>): Generator<Collected> {
  for (const [key, list] of Object.entries(value)) {
    if (!Object.hasOwn(LISTS, key)) continue;
    if (!Array.isArray(list)) {
      yield failed(row, `${row.file.path}: ${key}: expected a list, found ${nameOf(list)}`);
      continue;
    }
    for (const [index, entry] of list.entries()) yield* readEntry(row, { key, index, entry });
  }
}

interface Entry {
  readonly key: string;
  readonly index: number;
  readonly entry: unknown;
}

function* readEntry(row: Row, { key, index, entry }: Entry): Generator<Collected> {
  const reader = LISTS[key] as ListReader;
  try {
    reader.take(shaped(reader.shape, entry, { path: row.file.path, at: `${key}[${index}]` }) as never, row);
  } catch (error) {
    yield failedEntry(row, error);
  }
}

async function* readStreamed(reading: Reading, file: SourceFile): AsyncGenerator<Collected> {
  const paths = Object.keys(LISTS).map((key) => `$.${key}.*`);
  const counts = new Map<string, number>();
  for await (const { path, value } of streamJson(file, paths, reading.context.signal)) {
    const key = path.slice(2, -2);
    const index = counts.get(key) ?? 0;
    counts.set(key, index + 1);
    yield* readEntry({ reading, file }, { key, index, entry: value });
  }
}

function takeOrganization(reading: Reading, file: AnswerPlace, value: unknown): void {
  const found = organization(shaped(organizationShape, value, { path: file.path }));
  const known = reading.inventory.organizations.get(found.id);
  reading.inventory.organizations.set(found.id, known ? merged(known, found) : found);
}

type Org = ReturnType<typeof organization>;

/** Several files of one organization are pages of one answer. */
function merged(a: Org, b: Org): Org {
  const policies = a.policies || b.policies ? [...(a.policies ?? []), ...(b.policies ?? [])] : undefined;
  return {
    ...a,
    ...b,
    parents: new Map([...a.parents, ...b.parents]),
    accounts: new Map([...a.accounts, ...b.accounts]),
    places: [...(a.places ?? []), ...(b.places ?? [])],
    ...((a.delegated || b.delegated) && { delegated: new Map([...(a.delegated ?? []), ...(b.delegated ?? [])]) }),
    ...((a.suspended || b.suspended) && { suspended: new Set([...(a.suspended ?? []), ...(b.suspended ?? [])]) }),
    ...(policies && { policies }),
  };
}
