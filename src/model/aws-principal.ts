export interface AwsPrincipal {
  readonly type: 'user' | 'role';
  readonly name: string;
}

export interface AwsPlacedPrincipal extends AwsPrincipal {
  readonly account: string;
  readonly path: string;
}

/** `aws:arn:aws:iam::111122223333:user/path/name` → its parts; undefined where the key names no user and no role. */
export function awsPrincipalOf(key: string): AwsPlacedPrincipal | undefined {
  const found = /^aws:arn:[\w-]+:iam::(\d*):(user|role)\/(.+)$/.exec(key);
  if (!found) return undefined;
  const [, account = '', type, rest = ''] = found;
  const cut = rest.lastIndexOf('/') + 1;
  return { type: type as 'user' | 'role', name: rest.slice(cut), account, path: `/${rest.slice(0, cut)}` };
}

/** Roles that a service made for itself: nobody else can change them, and service control policies do not bind them. */
export const isServiceLinked = ({ path }: Pick<AwsPlacedPrincipal, 'path'>): boolean => path.startsWith('/aws-service-role/');

/** `aws:arn:aws:secretsmanager:eu-west-1:111122223333:secret:shop/db-AbCdEf`, `aws:arn:aws:ssm:…:parameter/shop/db` → their parts. */
export interface AwsSecretPlace {
  readonly service: 'secretsmanager' | 'ssm';
  readonly region: string;
  readonly account: string;
  readonly arn: string;
  /** A parameter's name begins with a slash where it is a path. */
  readonly name: string;
}

export function awsSecretPlaceOf(key: string): AwsSecretPlace | undefined {
  const found = /^aws:(arn:[\w-]+:(secretsmanager|ssm):([\w-]+):(\d{12}):(secret:|parameter\/)(.+))$/.exec(key);
  if (!found) return undefined;
  const [, arn = '', service, region = '', account = '', kind, rest = ''] = found;
  if ((service === 'ssm') !== (kind === 'parameter/')) return undefined;
  const name = service === 'ssm' && rest.includes('/') ? `/${rest}` : rest;
  return { service: service as AwsSecretPlace['service'], region, account, arn, name };
}
