import type { Reference } from './configured.ts';
import type { Estate } from './estate.ts';
import type { Thing } from './things.ts';

/**
 * The ARN of the secret or parameter that a thing's configuration names: in full, with a JSON key and a version behind it, without
 * the six characters that Secrets Manager adds, or by its name in the thing's own account and region.
 * https://docs.aws.amazon.com/AmazonECS/latest/developerguide/secrets-envvar-secrets-manager.html
 * Undefined where the text is neither.
 */
export function secretArn(estate: Estate, thing: Thing, { from, store }: Reference): string | undefined {
  const [, partition = 'aws', , region = ''] = thing.arn.split(':');
  const place = `${thing.item.region || region}:${thing.item.account}`;
  if (store === 'ssm') {
    if (from.startsWith('arn:')) return /^arn:[a-z-]+:ssm:[^:]*:\d{12}:parameter\/./.test(from) ? from : undefined;
    return /^[\w./-]+$/.test(from) ? `arn:${partition}:ssm:${place}:parameter/${from.replace(/^\//, '')}` : undefined;
  }
  const [name = ''] = from.startsWith('arn:') ? [from.split(':').slice(0, 7).join(':')] : from.split(':');
  if (!/^[\w/+=.@:-]+$/.test(name)) return undefined;
  return fullName(estate, name.startsWith('arn:') ? name : `arn:${partition}:secretsmanager:${place}:secret:${name}`);
}

const SUFFIX = /^-[A-Za-z0-9]{6}$/;

/** The collected secret of that name, where there is one; else the name as it is written. */
function fullName(estate: Estate, arn: string): string {
  if (estate.things.has(arn)) return arn;
  const found = [...estate.things.keys()].filter((one) => one.startsWith(arn) && SUFFIX.test(one.slice(arn.length)));
  return found.length === 1 ? (found[0] as string) : arn;
}
