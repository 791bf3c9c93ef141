/**
 * `interlock.yaml` and the environment, checked. The only reader of process.env.
 *
 * The environment wins over the file; `${NAME}` in a text expands; paths are relative to the file. What is wrong is a UsageError
 * that names the file, the place in it and what to do.
 */
import { existsSync, readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { parseDocument } from 'yaml';
import { z } from 'zod';
import { messageOf, UsageError } from './model/errors.ts';
import { ENVIRONMENTS, TIERS } from './model/kinds.ts';
import { DEFAULT_WEIGHTS } from './model/weights.ts';

const name = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9._-]*$/, 'letters, digits, dots, dashes and underscores, beginning with a letter or digit');
const tier = z.literal([...TIERS]);
const weight = z.number().min(0);

const environmentName = z.enum(ENVIRONMENTS);
/** What a rule speaks of: keys by `match` (`*` is any text), tags and labels by name and value; all that is given must hold. */
const thingPattern = {
  match: z.string().min(1).optional(),
  tag: z.string().min(1).optional(),
  value: z.string().min(1).optional(),
};
const saysWhich = [
  ({ match, tag }: { match?: string | undefined; tag?: string | undefined }) => match !== undefined || tag !== undefined,
  'needs a match of keys or a tag',
] as const;

const fileSchema = z.strictObject({
  store: z.string().default('sqlite:./interlock.db'),
  queue: z.string().default('inline'),
  sources: z.array(z.looseObject({ name, type: z.string() })).default([]),
  /** What a thing is worth: `{ match: "aws:arn:aws:s3:::*customer*", tier: 0 }`, `{ tag: data-class, value: restricted, tier: 0 }`. */
  tiers: z.array(z.strictObject({ ...thingPattern, tier }).refine(...saysWhich)).default([]),
  /** Where a thing belongs: `{ tag: env }`, `{ tag: stage, values: { live: prod } }`, `{ match: "k8s:prod/*", environment: prod }`. */
  environments: z
    .array(
      z
        .strictObject({
          ...thingPattern,
          environment: environmentName.optional(),
          values: z.record(z.string(), environmentName).optional(),
        })
        .refine(...saysWhich)
        .refine(
          ({ tag, environment: fixed }) => tag !== undefined || fixed !== undefined,
          'needs a tag to read, or an environment',
        ),
    )
    .default([]),
  /** Who answers for a thing: `{ tag: team }`, `{ match: "aws:arn:aws:lambda:*:shop-*", owner: team/shop }`. */
  owners: z
    .array(
      z
        .strictObject({ ...thingPattern, owner: z.string().min(1).optional() })
        .refine(...saysWhich)
        .refine(({ tag, owner }) => tag !== undefined || owner !== undefined, 'needs a tag to read, or an owner'),
    )
    .default([]),
  weights: z
    .strictObject({
      tiers: z.tuple([weight, weight, weight, weight]).default([...DEFAULT_WEIGHTS.tiers]),
      unknownTier: tier.default(DEFAULT_WEIGHTS.unknownTier),
      levels: z
        .strictObject({ read: weight, put: weight, write: weight, control: weight })
        .default({ ...DEFAULT_WEIGHTS.levels }),
    })
    .prefault({}),
  /** What a deny layer that was not collected may deny: as sure as it is without it, or `possible`. */
  unknownLayers: z.literal(['definite', 'possible']).default('definite'),
  window: z
    .strictObject({ days: z.number().positive().default(90), halfLifeDays: z.number().positive().default(30) })
    .prefault({}),
  schedules: z
    .array(
      z.strictObject({
        cron: z.string(),
        tz: z.string().default('UTC'),
        job: z.literal(['collect', 'analyze', 'reconcile']),
        sources: z.array(name).default([]),
      }),
    )
    .default([]),
  budgets: z
    .strictObject({
      down: z.int().min(0).default(0),
      /** Things of tier 0 that a plan may act on without two people. */
      tier0: z.int().min(0).default(0),
      /** Steps of a plan that cannot be undone: two people must agree to any, three to more than this. 0: two always suffice. */
      irreversible: z.int().min(0).default(0),
      /** Doubt about who used a credential, above which two people must agree to end it. */
      ambiguityBits: z.number().min(0).default(1),
      actionsPerHour: z.int().min(0).default(20),
      /** On things of one owner; without it, as many as in all. */
      actionsPerOwnerPerHour: z.int().min(0).optional(),
      maxGraphAgeMinutes: z.number().positive().default(60),
    })
    .prefault({}),
  denyList: z.array(z.string().min(1)).default([]),
  /** What interlock itself works by, as the graph knows it: no plan takes it away. */
  self: z.array(z.string().min(1)).default([]),
  enforcers: z
    .record(
      name,
      z.looseObject({
        type: z.string(),
        source: name,
        /** Steps at once. */
        concurrency: z.int().min(1).max(64).default(1),
        /** Steps begun in a minute; without it, as fast as they go. */
        perMinute: z.number().positive().optional(),
      }),
    )
    .default({}),
  /** `holdHours`: after which holds expire; without it they stay. `drift`: what becomes of a control that somebody has removed. */
  execution: z
    .strictObject({ holdHours: z.number().positive().optional(), drift: z.literal(['report', 'restore']).default('report') })
    .prefault({}),
  /** How long closed versions and changes of the graph are kept; without it, for good. */
  retention: z.strictObject({ historyDays: z.number().positive().optional() }).prefault({}),
  http: z.strictObject({ host: z.string().default('127.0.0.1'), port: z.int().min(0).max(65535).default(4680) }).prefault({}),
  /** A fixed clock, for estates that are a day in the past, such as the sample. */
  clock: z.iso.datetime().optional(),
});

export type FileConfig = z.infer<typeof fileSchema>;

export interface Secrets {
  readonly fingerprintKey: string | undefined;
  /** 32 bytes in base64, or `<id>:<base64>`, several separated by commas, the first seals. */
  readonly sealKey: string | undefined;
  /** Who the CLI acts as; else the local user. */
  readonly token: string | undefined;
}

export interface Config extends FileConfig {
  /** Absolute; the folder that relative paths start from. */
  readonly folder: string;
  /** Absolute, or undefined when there is no file and the defaults hold. */
  readonly file: string | undefined;
  readonly secrets: Secrets;
  /** For programs that sources start: the environment without interlock's own variables. Never shown. */
  readonly environment: Environment;
  readonly development: boolean;
}

export const DEFAULT_CONFIG_FILE = 'interlock.yaml';

type Environment = Readonly<Record<string, string | undefined>>;

export interface LoadOptions {
  /** As given on the command line; must exist then. */
  readonly file?: string | undefined;
  readonly cwd?: string;
  readonly environment?: Environment;
}

export function loadConfig({ file, cwd = process.cwd(), environment = process.env }: LoadOptions = {}): Config {
  const path = resolve(cwd, file ?? DEFAULT_CONFIG_FILE);
  const exists = existsSync(path);
  if (file !== undefined && !exists) throw new UsageError(`${file}: no such configuration file; give another with --config`);
  const shown = file ?? DEFAULT_CONFIG_FILE;
  const raw = exists ? readYaml(path, shown) : {};
  const parsed = fileSchema.safeParse(expand(raw, environment, shown, ''));
  if (!parsed.success) throw new UsageError(explain(shown, parsed.error));
  const folder = dirname(path);
  return {
    ...checkNames(parsed.data, shown),
    store: environment['INTERLOCK_STORE'] ?? parsed.data.store,
    queue: environment['INTERLOCK_QUEUE'] ?? parsed.data.queue,
    folder,
    file: exists ? path : undefined,
    secrets: {
      fingerprintKey: environment['INTERLOCK_FINGERPRINT_KEY'],
      sealKey: environment['INTERLOCK_SEAL_KEY'],
      token: environment['INTERLOCK_TOKEN'],
    },
    environment: Object.fromEntries(Object.entries(environment).filter(([variable]) => !variable.startsWith('INTERLOCK_'))),
    development: environment['INTERLOCK_DEVELOPMENT'] === '1',
  };
}

function readYaml(path: string, shown: string): unknown {
  const document = parseDocument(readText(path, shown), { prettyErrors: true });
  const problem = document.errors[0];
  // After a colon come lines that show the text, which may hold a secret.
  if (problem) throw new UsageError(`${shown}: ${problem.message.split(/:?\n/, 1)[0]}`);
  try {
    return document.toJS({ maxAliasCount: 100 }) ?? {};
  } catch (error) {
    throw new UsageError(`${shown}: ${messageOf(error)}`);
  }
}

function readText(path: string, shown: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw new UsageError(`${shown}: the configuration cannot be read (${messageOf(error)})`);
  }
}

/** Deeper than any setting: what an alias makes that holds itself. */
const MOST_DEPTH = 32;

/** `${NAME}` anywhere in a text; an undefined name is an error, never an empty text. */
function expand(value: unknown, environment: Environment, file: string, place: string, depth = 0): unknown {
  if (depth > MOST_DEPTH) throw new UsageError(`${file}: ${place.slice(0, 60)}…: nested too deep, or an alias holds itself`);
  if (typeof value === 'string') {
    return value.replace(/\$\{([A-Za-z_][A-Za-z0-9_]*)\}/g, (_, variable: string) => {
      const found = environment[variable];
      if (found === undefined) throw new UsageError(`${file}: ${place}: \${${variable}} is not set in the environment`);
      return found;
    });
  }
  if (Array.isArray(value)) return value.map((item, i) => expand(item, environment, file, `${place}[${i}]`, depth + 1));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [
      key,
      expand(item, environment, file, place === '' ? key : `${place}.${key}`, depth + 1),
    ]),
  );
}

/** The first problem, as `file: place: what`. */
export function explain(file: string, error: z.ZodError): string {
  const [issue] = error.issues;
  if (!issue) return `${file}: not valid`;
  const path = issue.path.map((part) => (typeof part === 'number' ? `[${part}]` : `.${String(part)}`)).join('');
  return `${file}: ${path === '' ? 'top level' : path.replace(/^\./, '')}: ${issue.message}`;
}

function checkNames(config: FileConfig, file: string): FileConfig {
  const seen = new Set<string>();
  for (const [i, source] of config.sources.entries()) {
    if (seen.has(source.name))
      throw new UsageError(`${file}: sources[${i}].name: ${source.name} is there twice; names are part of keys`);
    seen.add(source.name);
  }
  for (const [i, schedule] of config.schedules.entries()) {
    const unknown = schedule.sources.find((wanted) => !seen.has(wanted));
    if (unknown) throw new UsageError(`${file}: schedules[${i}].sources: ${unknown} is not a configured source`);
  }
  for (const [connector, { source }] of Object.entries(config.enforcers)) {
    if (!seen.has(source)) throw new UsageError(`${file}: enforcers.${connector}.source: ${source} is not a configured source`);
  }
  return config;
}
