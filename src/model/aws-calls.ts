/** Calls of AWS's API as data: the enforcer sends what the planner shows. */
import { shellQuote } from './shell.ts';

export type AwsCallService = 'iam' | 'organizations' | 'secretsmanager' | 'ssm';
export type AwsInput = Readonly<Record<string, string | number | boolean>>;

/** `operation` and the names of `input` as the API writes them: `UpdateAccessKey`, `UserName`. */
export interface AwsCall {
  readonly service: AwsCallService;
  readonly operation: string;
  readonly input: AwsInput;
  /** Where the thing is; absent for services that have one place. */
  readonly region?: string;
}

/** What is known only when a call is made stands in it as one of these, which no name of AWS can hold; a command line computes it. */
export const AWS_NOW = '<now>';
export const AWS_POLICY_ID = '<policy>';

const COMPUTED: Readonly<Record<string, string>> = {
  [AWS_NOW]: '"$(date -u +%Y-%m-%dT%H:%M:%SZ)"',
  [AWS_POLICY_ID]: '"$POLICY"',
};
const MARKS = new RegExp(`(${Object.keys(COMPUTED).join('|')})`);

/** Words of the API itself, read more easily bare. */
const BARE = /^(Active|Inactive|AWSCURRENT|SERVICE_CONTROL_POLICY)$/;

/** The call as a line for the AWS CLI, which names everything by one rule: `UpdateAccessKey` is `update-access-key`. */
export function awsCommandLine({ service, operation, input, region }: AwsCall): string {
  const options = Object.entries(input).map(([name, value]) =>
    typeof value === 'boolean' ? `--${value ? '' : 'no-'}${kebab(name)}` : `--${kebab(name)} ${word(String(value))}`,
  );
  const place = region === undefined ? [] : [`--region ${shellQuote(region)}`];
  return ['aws', service, kebab(operation), ...options, ...place].join(' ');
}

const kebab = (name: string): string => name.replaceAll(/([a-z0-9])([A-Z])/g, '$1-$2').toLowerCase();

function word(text: string): string {
  if (BARE.test(text) || /^\d+$/.test(text)) return text;
  return text
    .split(MARKS)
    .filter((part) => part !== '')
    .map((part) => COMPUTED[part] ?? shellQuote(part))
    .join('');
}
