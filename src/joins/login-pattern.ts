/**
 * Who fits what a login role of Vault or OpenBao accepts, where it does not say whose they are by a key of their own:
 *
 *     role of AWS ──MEMBER_OF──► External (`arn:aws:iam::…:role/ci-*`) ──CAN_ASSUME──► login role
 *     service account ──MEMBER_OF──► External (of the cluster at an address) ──CAN_ASSUME──► login role
 *
 * Which collected cluster answers at that address is not known: such a membership is possible.
 */
import type { RelationshipFact } from '../model/entity.ts';
import { matchedBy } from '../model/wildcard.ts';
import type { Derived, Join, JoinEntity, JoinInput } from './join.ts';

export const loginPatternJoin: Join = {
  name: 'login-pattern',
  needs: { entities: ['External', 'Role', 'User', 'ServiceAccount'], relationships: [], essential: [] },
  derives: ['MEMBER_OF'],
  looksAt: ({ key }) => /^(?:external:(?:aws|kubernetes)\/|aws:arn:)/.test(key) || ACCOUNT.test(key),
  isIdle: (entities) => !entities.some(isPattern),
  run,
};

const ACCOUNT = /^k8s:([^/]+)\/([^/]+)\/serviceaccounts\/([^/]+)$/;

const isPattern = ({ key }: Pick<JoinEntity, 'key'>): boolean => /^external:(?:aws\/[^/]+\/|kubernetes\/)/.test(key);

function run({ entities }: JoinInput): Derived {
  const patterns = entities.filter(({ kind }) => kind === 'External');
  const principals = patterns.filter(
    ({ key, properties }) => key.startsWith('external:aws/') && isText(properties['principals']),
  );
  const accounts = patterns.filter(({ key }) => key.startsWith('external:kubernetes/'));
  if (principals.length + accounts.length === 0) return { entities: [], relationships: [] };
  const relationships = entities.flatMap(({ key }): RelationshipFact[] => {
    if (key.startsWith('aws:arn:')) return principals.flatMap((pattern) => principalIn(key, pattern));
    const account = ACCOUNT.exec(key);
    return account ? accounts.flatMap((pattern) => accountIn(key, account, pattern)) : [];
  });
  return { entities: [], relationships };
}

const isText = (value: unknown): value is string => typeof value === 'string';

function principalIn(key: string, { key: target, properties }: JoinEntity): RelationshipFact[] {
  const pattern = properties['principals'] as string;
  if (matchedBy(key.slice('aws:'.length), pattern) !== 'all') return [];
  return [
    { source: key, kind: 'MEMBER_OF', target, basis: 'entitled', certainty: 'definite', reason: `its ARN fits ${pattern}` },
  ];
}

function accountIn(
  key: string,
  [, cluster = '', namespace = '', name = '']: RegExpExecArray,
  pattern: JoinEntity,
): RelationshipFact[] {
  const { namespace: wantedNamespace, serviceAccount, kubernetesHost } = pattern.properties;
  if (!isText(wantedNamespace) || !isText(serviceAccount)) return [];
  if (matchedBy(namespace, wantedNamespace) !== 'all' || matchedBy(name, serviceAccount) !== 'all') return [];
  const reason = `a login role takes such an account of the cluster at ${isText(kubernetesHost) ? kubernetesHost : 'an unknown address'}, which may be ${cluster}`;
  return [{ source: key, kind: 'MEMBER_OF', target: pattern.key, basis: 'inferred', certainty: 'possible', reason }];
}
