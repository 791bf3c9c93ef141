/** The calls of `aws-actions.ts` as lines for a shell with the AWS CLI and jq. No secret is ever shown or typed as a word. */

import { type AwsBefore, awsApply, awsHolderWord, awsInverse, awsOuterName, awsRead } from './aws-actions.ts';
import { awsCommandLine } from './aws-calls.ts';
import { type AwsStep, type AwsStepOf, parseAwsStep } from './aws-controls.ts';
import { trustStatement } from './aws-documents.ts';
import type { Action, StepCommands } from './plan.ts';
import { shellQuote as q, shellComment } from './shell.ts';

/** Where the new key is written: mode 0600, beside the shell, never on the screen. */
export const awsNewKeyFile = (accessKeyId: string): string => `replacement-of-${accessKeyId}.json`;

/**
 * The commands of a step. `before`: what the graph knows of the control, so that the inverse is what will bring it back; an active key,
 * and no policy and no boundary, when nothing is known. Throws a ZodError when the parameters are no such step.
 */
export function awsCommands(action: Action, parameters: unknown, before: AwsBefore = {}): StepCommands {
  const step = parseAwsStep(action, parameters);
  const probe = awsRead(step).map(awsCommandLine).join('\n');
  switch (step.control) {
    case 'access-key':
      return keyCommands(step, probe, before);
    case 'trust-policy':
      return trustCommands(step, probe);
    case 'max-session':
      return maxSessionCommands(step, probe, before);
    case 'service-control-policy':
      return outerCommands(step, probe);
    case 'existence':
      return existenceCommands(step, probe);
    case 'secret-value':
    case 'parameter-value':
      return valueCommands(step, probe);
    default:
      return { apply: lines(awsApply(step)), inverse: lines(awsInverse(step, before)), probe };
  }
}

const lines = (calls: ReturnType<typeof awsApply>): string => calls.map(awsCommandLine).join('\n');

function keyCommands(step: AwsStepOf<'access-key'>, probe: string, before: AwsBefore): StepCommands {
  const apply = lines(awsApply(step));
  if (step.action === 'save') return { apply, inverse: '', probe: apply };
  if (step.action !== 'issue') return { apply, inverse: lines(awsInverse(step, before)), probe };
  const { accessKeyId, userName } = step.parameters;
  const file = q(awsNewKeyFile(accessKeyId));
  const ofUser = userName === undefined ? '' : ` --user-name ${q(userName)}`;
  return {
    apply: `(umask 077 && ${apply} --output json > ${file})`,
    inverse: `aws iam delete-access-key${ofUser} --access-key-id "$(jq -r .AccessKey.AccessKeyId ${file})" && rm -f ${file}`,
    probe,
  };
}

/** The document is kept in a file, which is what the inverse puts back. */
function trustCommands({ parameters }: AwsStepOf<'trust-policy'>, probe: string): StepCommands {
  const { roleName } = parameters;
  const [file, changed] = [q(`trust-policy-of-${roleName}.json`), q(`new-trust-policy-of-${roleName}.json`)];
  const put = (from: string): string =>
    `aws iam update-assume-role-policy --role-name ${q(roleName)} --policy-document file://${from}`;
  const add = `.Statement |= (if type == "array" then . else [.] end) + [${JSON.stringify(trustStatement(parameters))}]`;
  return {
    apply: [
      `aws iam get-role --role-name ${q(roleName)} --query Role.AssumeRolePolicyDocument --output json > ${file}`,
      `jq -c ${q(add)} ${file} > ${changed} && ${put(changed)}`,
    ].join('\n'),
    inverse: put(file),
    probe,
  };
}

function maxSessionCommands(step: AwsStepOf<'max-session'>, probe: string, before: AwsBefore): StepCommands {
  const { roleName } = step.parameters;
  const file = q(`max-session-of-${roleName}.txt`);
  if (before.seconds !== undefined) return { apply: lines(awsApply(step)), inverse: lines(awsInverse(step, before)), probe };
  return {
    apply: `aws iam get-role --role-name ${q(roleName)} --query Role.MaxSessionDuration --output text > ${file}\n${lines(awsApply(step))}`,
    inverse: `aws iam update-role --role-name ${q(roleName)} --max-session-duration "$(cat ${file})"`,
    probe,
  };
}

/** With the credentials of the organization's management account. */
function outerCommands(step: AwsStepOf<'service-control-policy'>, probe: string): StepCommands {
  const [create, attach] = awsApply(step).map(awsCommandLine);
  const named = q(`Policies[?Name=='${awsOuterName(step.parameters.principal)}'].Id`);
  return {
    apply: `POLICY=$(${create} --query Policy.PolicySummary.Id --output text)\n${attach}`,
    inverse: `POLICY=$(aws organizations list-policies --filter SERVICE_CONTROL_POLICY --query ${named} --output text)\n${lines(awsInverse(step, {}))}`,
    probe,
  };
}

const existenceCommands = (step: AwsStepOf<'existence'>, probe: string): StepCommands => ({
  apply: `${shellComment(
    awsHolderWord(step.parameters) === 'User'
      ? 'first detach its policies, leave its groups, delete its keys, certificates, MFA devices and password'
      : 'first detach its policies and leave its instance profiles',
  )}\n${lines(awsApply(step))}`,
  inverse: '',
  probe,
});

/** The new value comes from where it was issued, through a pipe. */
function valueCommands(step: AwsStep & { control: 'secret-value' | 'parameter-value' }, probe: string): StepCommands {
  const region = `--region ${q(step.parameters.region)}`;
  const ask = 'read -rs VALUE && printf %s "$VALUE" |';
  if (step.control === 'parameter-value') {
    const name = `--name ${q(step.parameters.parameter)} ${region}`;
    const old = `aws ssm get-parameter-history ${name} --with-decryption --output json | jq -j '.Parameters[-2].Value'`;
    return {
      apply: `${ask} aws ssm put-parameter ${name} --overwrite --value file:///dev/stdin; unset VALUE`,
      inverse: `${old} | aws ssm put-parameter ${name} --overwrite --value file:///dev/stdin`,
      probe,
    };
  }
  const { secret, jsonKey } = step.parameters;
  const id = `--secret-id ${q(secret)} ${region}`;
  const version = (stage: string): string =>
    `"$(aws secretsmanager list-secret-version-ids ${id} --query ${q(`Versions[?contains(VersionStages, '${stage}')].VersionId`)} --output text)"`;
  const put = `aws secretsmanager put-secret-value ${id} --secret-string file:///dev/stdin`;
  const field = `aws secretsmanager get-secret-value ${id} --query SecretString --output text | jq -c --rawfile value <(printf %s "$VALUE") ${q(`.[${JSON.stringify(jsonKey ?? '')}] = $value`)} | ${put}`;
  return {
    apply: jsonKey === undefined ? `${ask} ${put}; unset VALUE` : `read -rs VALUE && ${field}; unset VALUE`,
    inverse: `aws secretsmanager update-secret-version-stage ${id} --version-stage AWSCURRENT --move-to-version-id ${version('AWSPREVIOUS')} --remove-from-version-id ${version('AWSCURRENT')}`,
    probe,
  };
}

/** Reads only: the new key is used, the old one is not any more. */
export function awsConfirmKey(accessKeyId: string): StepCommands {
  const fresh = `"$(jq -r .AccessKey.AccessKeyId ${q(awsNewKeyFile(accessKeyId))})"`;
  const apply = `aws iam get-access-key-last-used --access-key-id ${fresh}\naws iam get-access-key-last-used --access-key-id ${q(accessKeyId)}`;
  return { apply, inverse: '', probe: apply };
}

export function awsSoakKey(accessKeyId: string, days: number): StepCommands {
  const look = `aws iam get-access-key-last-used --access-key-id ${q(accessKeyId)}`;
  return {
    apply: `${shellComment(`once a day for ${days} days: LastUsedDate must not move`)}\n${look}`,
    inverse: '',
    probe: look,
  };
}
