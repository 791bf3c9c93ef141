/** Who called, as an entity. The inventory owns users and roles, so they are stubs here. */
import type { EntityFact } from '../../model/entity.ts';
import { awsArn, awsService, oidcSubject } from '../../model/keys.ts';
import type { EntityKind } from '../../model/kinds.ts';
import type { Caller } from './event.ts';

/** Undefined when the record does not tell whom the call acted as, such as another account's principal. */
export function callerEntity(caller: Caller): EntityFact | undefined {
  const { type, arn, issuerArn } = caller;
  if ((type === 'IAMUser' || type === 'Root') && arn) return named('User', arn);
  if (type === 'AssumedRole') return issuerArn ? named('Role', issuerArn) : arn ? named('Role', arn) : undefined;
  if (type === 'Role' && arn) return named('Role', issuerArn ?? arn);
  if (type === 'FederatedUser' && caller.issuerType === 'IAMUser' && issuerArn) return named('User', issuerArn);
  if (type === 'WebIdentityUser') return webIdentity(caller);
  if (type === 'AWSService' && caller.invokedBy) return service(caller.invokedBy);
  return undefined;
}

function named(kind: EntityKind, arn: string): EntityFact {
  return { key: awsArn(arn), kind, name: lastPart(arn), provider: 'aws', stub: true };
}

function service(host: string): EntityFact {
  return { key: awsService(host), kind: 'External', name: host, provider: 'external', stub: true };
}

/** `identityProvider` is the provider's ARN or its issuer; `userName` is the token's `sub`. */
function webIdentity({ identityProvider, userName }: Caller): EntityFact | undefined {
  const issuer = identityProvider?.replace(/^arn:[^/]*:oidc-provider\//, '').replace(/^https:\/\//, '');
  if (!issuer || !userName) return undefined;
  return { key: oidcSubject(issuer, userName), kind: 'External', name: userName, provider: 'external', stub: true };
}

/** The name that a role session was given: the last part of `…:assumed-role/<role>/<session>`. */
export function sessionNameOf(arn: string | undefined): string | undefined {
  const parts = arn?.split('/') ?? [];
  return arn?.includes(':assumed-role/') && parts.length === 3
    ? parts[2]
    : arn?.includes(':federated-user/')
      ? parts[1]
      : undefined;
}

export const partitionOf = (arn: string | undefined): string => arn?.split(':')[1] || 'aws';

export const lastPart = (arn: string): string => arn.split(/[/:]/).at(-1) || arn;
