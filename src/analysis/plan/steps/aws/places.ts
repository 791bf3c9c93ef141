/** Where a new value goes: places of AWS itself, and the secrets of GitHub that hold an AWS key. */
import { awsSecretPlaceOf } from '../../../../model/aws-principal.ts';
import { SECOND_MS } from '../../../../model/durations.ts';
import { githubSecretOf, githubSetSecret } from '../../../../model/github-actions.ts';
import { shellComment, shellQuote } from '../../../../model/shell.ts';
import type { Control } from '../../input.ts';
import { credentialField } from '../credential-field.ts';
import type { Subject } from '../subject.ts';
import { awsControl } from './control.ts';

/**
 * A new secret works with its own id only, and the id is public: no fact says where it is kept. It goes beside the secret under the
 * name that AWS tools read, unless that place is among those known.
 */
export const placeLines =
  (file: string, places: readonly string[]) =>
  (place: string): string[] => {
    const secret = githubSecretOf(place);
    if (!secret) return [shellComment(`put the new key id and secret into ${place}`)];
    const field = (name: string): string => `jq -j .AccessKey.${name} ${shellQuote(file)}`;
    if (credentialField(secret.name, 'aws:') === 'accessKeyId') return [githubSetSecret(secret, field('AccessKeyId'))];
    const value = githubSetSecret(secret, field('SecretAccessKey'));
    const name = secret.name.replace(/SECRET_ACCESS_KEY$/i, 'ACCESS_KEY_ID');
    if (places.includes(`${place.slice(0, -secret.name.length)}${name}`)) return [value];
    const idLine = name === secret.name ? [] : [githubSetSecret({ ...secret, name }, field('AccessKeyId'))];
    return [
      value,
      shellComment('the new id goes with it, before the next run: where the job reads it from elsewhere, change it there'),
      ...idLine,
    ];
  };

/** Into a secret of Secrets Manager or a parameter of Systems Manager. */
export function delivered({ key }: Subject, credential: Subject): Control | undefined {
  const place = awsSecretPlaceOf(key);
  if (!place) return undefined;
  const { account, region, arn, name, service } = place;
  // Secrets Manager ends each name with a dash and six characters of its own.
  const field = credentialField(service === 'ssm' ? name : name.replace(/-\w{6}$/, ''), credential.key);
  const parts = {
    action: 'distribute',
    reversibility: 'R1',
    probe: 'the version in force is the one that was written; consumers that cached the old value are restarted',
    callMs: 5 * SECOND_MS,
    settleMs: 5 * SECOND_MS,
  } as const;
  return service === 'ssm'
    ? awsControl({ ...parts, control: 'parameter-value', parameters: { account, region, parameter: name, field } })
    : awsControl({ ...parts, control: 'secret-value', parameters: { account, region, secret: arn, field } });
}
