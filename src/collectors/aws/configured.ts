/**
 * What AWS Config records of a thing's own settings: values that it was given, secrets that it names, and where its code is loaded
 * from. Config writes some things as the API does (`containerDefinitions`), some as CloudFormation does (`ContainerDefinitions`).
 */
import { gunzipSync } from 'node:zlib';
import { isRecord } from './shapes.ts';
import type { Setting } from './value-search.ts';

export interface Reference {
  /** The name under which the thing sees the value. */
  readonly name: string;
  /** An ARN (of a JSON key of the secret, perhaps), or a name in the thing's own account and region. */
  readonly from: string;
  readonly store: 'secretsmanager' | 'ssm';
}

export interface Source {
  readonly kind: 's3' | 'image' | 'github';
  /** `<bucket>/<key>`, an image's address, or `<owner>/<name>`. */
  readonly place: string;
  /** Whether each run loads it anew, or only the next deployment. */
  readonly loads: 'each run' | 'next deployment';
}

export interface Configured {
  readonly settings: readonly Setting[];
  readonly references: readonly Reference[];
  readonly sources: readonly Source[];
  /** What settings without a name are. */
  readonly place: string;
  /** Whether the settings are there for the thing's own work. */
  readonly consumed: boolean;
}

type Part = Partial<Configured>;
type Reader = (configuration: Fields) => Part;

/** Looks a field up as the API and as CloudFormation write it. */
class Fields {
  readonly #record: Readonly<Record<string, unknown>>;

  constructor(value: unknown) {
    this.#record = isRecord(value) ? value : {};
  }

  value(name: string): unknown {
    const pascal = name.charAt(0).toUpperCase() + name.slice(1);
    if (Object.hasOwn(this.#record, name)) return this.#record[name];
    return Object.hasOwn(this.#record, pascal) ? this.#record[pascal] : undefined;
  }

  text(...names: readonly string[]): string {
    const found = names.map((name) => this.value(name)).find((value) => typeof value === 'string');
    return (found as string | undefined) ?? '';
  }

  /** A part of its own; also where it is kept as JSON in a text. */
  part(name: string): Fields {
    return new Fields(parsed(this.value(name)));
  }

  list(name: string): Fields[] {
    const value = parsed(this.value(name));
    return Array.isArray(value) ? value.map((one) => new Fields(one)) : [];
  }

  /** A map of names to texts, or a list of `{name, value}`. */
  settings(name: string): Required<Setting>[] {
    const value = parsed(this.value(name));
    if (isRecord(value))
      return Object.entries(value).flatMap(([key, text]) => (typeof text === 'string' ? [{ name: key, value: text }] : []));
    return this.list(name).map((one) => ({
      name: one.text('name', 'parameterKey', 'outputKey', 'optionName', 'key'),
      value: one.text('value', 'parameterValue', 'outputValue'),
    }));
  }

  /** Words of a command line. */
  words(...names: readonly string[]): Setting[] {
    return names.flatMap((name) => {
      const value = this.value(name);
      return Array.isArray(value) && value.length > 0
        ? [{ value: value.filter((one) => typeof one === 'string').join('\n') }]
        : [];
    });
  }
}

function parsed(value: unknown): unknown {
  if (typeof value !== 'string' || !/^\s*[[{]/.test(value)) return value;
  try {
    return JSON.parse(value);
  } catch {
    return value;
  }
}

const referenceTo = (name: string, from: string): Reference[] =>
  from === '' ? [] : [{ name, from, store: from.includes(':secretsmanager:') ? 'secretsmanager' : 'ssm' }];

const imageOf = (place: string, loads: Source['loads']): Source[] => (place === '' ? [] : [{ kind: 'image', place, loads }]);

const objectAt = (place: string, loads: Source['loads']): Source[] => {
  const path = place.replace(/^(?:s3:\/\/|arn:[a-z-]+:s3:::)/, '');
  return /^[^/]+\/.+/.test(path) ? [{ kind: 's3', place: path, loads }] : [];
};

function container(one: Fields): Part {
  const hidden = [...one.list('secrets'), ...one.part('logConfiguration').list('secretOptions')];
  return {
    settings: [...one.settings('environment'), ...one.words('command', 'entryPoint')],
    references: [
      ...hidden.flatMap((secret) => referenceTo(secret.text('name'), secret.text('valueFrom'))),
      ...referenceTo('repository credentials', one.part('repositoryCredentials').text('credentialsParameter')),
    ],
    sources: imageOf(one.text('image'), 'each run'),
  };
}

const joined = (parts: readonly Part[]): Part => ({
  settings: parts.flatMap(({ settings = [] }) => settings),
  references: parts.flatMap(({ references = [] }) => references),
  sources: parts.flatMap(({ sources = [] }) => sources),
});

function codeBuild(configuration: Fields): Part {
  const variables = configuration.part('environment').list('environmentVariables');
  const plain = variables.filter((one) => !/^(?:PARAMETER_STORE|SECRETS_MANAGER)$/.test(one.text('type')));
  const source = configuration.part('source');
  const [type, location] = [source.text('type'), source.text('location')];
  const repository = /^https:\/\/(?:[^@/]*@)?github\.com\/([\w.-]+\/[\w.-]+?)(?:\.git)?$/.exec(location)?.[1];
  return {
    settings: [
      ...plain.map((one) => ({ name: one.text('name'), value: one.text('value') })),
      ...(source.text('buildspec') === '' ? [] : [{ value: source.text('buildspec') }]),
    ],
    references: variables
      .filter((one) => !plain.includes(one))
      .map((one) => ({
        name: one.text('name'),
        from: one.text('value'),
        store: one.text('type') === 'SECRETS_MANAGER' ? 'secretsmanager' : 'ssm',
      })),
    sources: [
      ...(type === 'S3' ? objectAt(location, 'each run') : []),
      ...(type === 'GITHUB' && repository ? [{ kind: 'github', place: repository, loads: 'each run' } as const] : []),
      ...imageOf(configuration.part('environment').text('image'), 'each run'),
    ],
  };
}

function appRunner(configuration: Fields): Part {
  const source = configuration.part('sourceConfiguration');
  const image = source.part('imageRepository');
  const held = [
    image.part('imageConfiguration'),
    source.part('codeRepository').part('codeConfiguration').part('codeConfigurationValues'),
  ];
  const deploysItself = source.value('autoDeploymentsEnabled') ?? source.value('AutoDeploymentsEnabled');
  return {
    settings: held.flatMap((one) => one.settings('runtimeEnvironmentVariables')),
    references: held
      .flatMap((one) => one.settings('runtimeEnvironmentSecrets'))
      .flatMap(({ name, value }) => referenceTo(name, value)),
    sources: imageOf(image.text('imageIdentifier'), deploysItself === true ? 'each run' : 'next deployment'),
  };
}

function lambda(configuration: Fields): Part {
  const code = configuration.part('code');
  const [bucket, object] = [code.text('s3Bucket'), code.text('s3Key')];
  return {
    settings: configuration.part('environment').settings('variables'),
    sources: [
      ...(bucket && object ? objectAt(`${bucket}/${object}`, 'next deployment') : []),
      ...imageOf(code.text('imageUri'), 'next deployment'),
    ],
  };
}

const text = (value: string): Part => ({ settings: value === '' ? [] : [{ value }] });

const READERS: Readonly<Record<string, Omit<Configured, 'settings' | 'references' | 'sources'> & { readonly read: Reader }>> = {
  'AWS::Lambda::Function': { place: 'environment', consumed: true, read: lambda },
  'AWS::ECS::TaskDefinition': {
    place: 'command',
    consumed: true,
    read: (configuration) => joined(configuration.list('containerDefinitions').map(container)),
  },
  'AWS::Batch::JobDefinition': {
    place: 'command',
    consumed: true,
    read: (configuration) => container(configuration.part('containerProperties')),
  },
  'AWS::CodeBuild::Project': { place: 'buildspec', consumed: true, read: codeBuild },
  'AWS::AppRunner::Service': { place: 'environment', consumed: true, read: appRunner },
  'AWS::Glue::Job': {
    place: 'default arguments',
    consumed: true,
    read: (configuration) => ({
      settings: configuration.settings('defaultArguments'),
      sources: objectAt(configuration.part('command').text('scriptLocation'), 'each run'),
    }),
  },
  'AWS::Amplify::App': {
    place: 'environment',
    consumed: true,
    read: (one) => ({ settings: one.settings('environmentVariables') }),
  },
  'AWS::ElasticBeanstalk::Environment': {
    place: 'settings',
    consumed: true,
    read: (one) => ({ settings: one.settings('optionSettings') }),
  },
  'AWS::EC2::Instance': { place: 'user data', consumed: false, read: (one) => text(userData(one.text('userData'))) },
  'AWS::EC2::LaunchTemplate': {
    place: 'user data',
    consumed: false,
    read: (one) => text(userData(one.part('launchTemplateData').text('userData'))),
  },
  'AWS::AutoScaling::LaunchConfiguration': {
    place: 'user data',
    consumed: false,
    read: (one) => text(userData(one.text('userData'))),
  },
  'AWS::SageMaker::NotebookInstanceLifecycleConfig': {
    place: 'script',
    consumed: false,
    read: (one) =>
      joined([...one.list('onStart'), ...one.list('onCreate')].map((script) => text(userData(script.text('content'))))),
  },
  'AWS::SSM::Parameter': {
    place: 'value',
    consumed: false,
    read: (one) => (one.text('type') === 'SecureString' ? {} : named(one.text('name'), one.text('value'))),
  },
  'AWS::SSM::Document': { place: 'content', consumed: false, read: (one) => text(one.text('content')) },
  'AWS::StepFunctions::StateMachine': {
    place: 'definition',
    consumed: false,
    read: (one) => text(one.text('definitionString', 'definition')),
  },
  'AWS::CloudFormation::Stack': {
    place: 'parameters',
    consumed: false,
    read: (one) => ({ settings: [...one.settings('parameters'), ...one.settings('outputs')] }),
  },
};

/** A parameter's last name says what its value is. */
const named = (path: string, value: string): Part => ({
  settings: value === '' ? [] : [{ name: path.slice(path.lastIndexOf('/') + 1) || 'value', value }, { value }],
});

/** EC2 takes 16 KB; a bomb is not worth more. */
const MOST_USER_DATA = 1 << 20;

/** Base64, of text or of gzip; text as it is where it is no base64. */
function userData(value: string): string {
  if (value === '' || !/^[A-Za-z0-9+/\s]+={0,2}\s*$/.test(value)) return value;
  const bytes = Buffer.from(value, 'base64');
  if (bytes[0] !== 0x1f || bytes[1] !== 0x8b) return bytes.toString('utf8');
  try {
    return gunzipSync(bytes, { maxOutputLength: MOST_USER_DATA }).toString('utf8');
  } catch {
    return '';
  }
}

/** Undefined for a thing whose settings are not read. */
export function configuredOf(type: string, configuration: Readonly<Record<string, unknown>>): Configured | undefined {
  const reader = Object.hasOwn(READERS, type) ? READERS[type] : undefined;
  if (!reader) return undefined;
  const { place, consumed, read } = reader;
  return { settings: [], references: [], sources: [], ...read(new Fields(configuration)), place, consumed };
}

const HOLDERS =
  /^(?:environment|environmentVariables|runtimeEnvironmentVariables|variables|optionSettings|userData|defaultArguments|parameters|outputs|value|content|definition|definitionString|command|entryPoint|buildspec|description)$/i;

/** The configuration without the fields that may hold values. What was given stays as it was. */
export function withoutValues(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutValues);
  if (!isRecord(value)) return value;
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, inner]) =>
      HOLDERS.test(key) || key === '__proto__' ? [] : [[key, withoutValues(inner)]],
    ),
  );
}
