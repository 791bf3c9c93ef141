/** The kind of thing that a key names, as far as the grammar of `keys.ts` tells; for stubs of things that another source owns. */
import type { EntityKind } from './kinds.ts';

type Rule = readonly [form: RegExp, kind: EntityKind];

/** By provider; the first rule that fits the native id counts. */
const RULES: Readonly<Record<string, readonly Rule[]>> = {
  aws: [
    [/^account\//, 'Scope'],
    // Access keys, SSH public keys and service-specific credentials.
    [/^A(?:[A-Z]IA|PKA|CCA)[A-Za-z0-9]+$/, 'Credential'],
    [/\/(?:login-profile|signing-certificate\/[^/]+)$/, 'Credential'],
    [/^arn:[^:]*:iam::\d*:(?:user\/|root$)/, 'User'],
    [/^arn:[^:]*:iam::\d*:role\//, 'Role'],
    [/^arn:[^:]*:iam::\d*:group\//, 'Group'],
    [/^arn:[^:]*:identitystore:::user\//, 'User'],
    [/^arn:[^:]*:identitystore:::group\//, 'Group'],
    [/^arn:[^:]*:organizations::\d*:(?:organization|root|ou)\//, 'Scope'],
    [/^arn:[^:]*:sts::\d*:assumed-role\//, 'Role'],
    [/^arn:[^:]*:(?:secretsmanager:[^:]*:\d*:secret:|ssm:[^:]*:\d*:parameter\/)/, 'Secret'],
    [
      /^arn:[^:]*:(?:lambda:[^:]*:\d*:function:|ec2:[^:]*:\d*:instance\/|ecs:[^:]*:\d*:service\/|states:[^:]*:\d*:stateMachine:)/,
      'Workload',
    ],
    [/^arn:/, 'Resource'],
  ],
  external: [[/./, 'External']],
  github: [
    [/^org\/[^/]+$/, 'Scope'],
    [/\/secrets\/[^/]+$/, 'Secret'],
    [/^(?:hashed-)?tokens\/[^/]+$/, 'Credential'],
    [/^org\/[^/]+\/credential-authorizations\/[^/]+$/, 'Credential'],
    [/^[^/]+\/[^/]+\/keys\/[^/]+$/, 'Credential'],
    [/\/(?:roles|entries|installations)\/.+$|\/grant$/, 'Permission'],
    [/^org\/[^/]+\/(?:teams\/|members$)/, 'Group'],
    [/^users\//, 'User'],
    [/^apps\//, 'ServiceAccount'],
    [/#/, 'Pipeline'],
    [/\/actions\/runners\/[^/]+$/, 'Workload'],
    [/\/hooks\/[^/]+$|^[^/]+\/[^/]+\/contents$/, 'Resource'],
    [/^[^/]+\/[^/]+$/, 'Repository'],
  ],
  k8s: [
    [/^[^/]+(?:\/_\/namespaces\/[^/]+|\/_\/nodes)?$/, 'Scope'],
    [/^[^/]+\/[^/]+\/serviceaccounts\//, 'ServiceAccount'],
    [/^[^/]+\/[^/]+\/users\//, 'User'],
    [/^[^/]+\/[^/]+\/groups\//, 'Group'],
    [/^[^/]+\/_\/permissions\//, 'Permission'],
    [/^[^/]+\/_\/tokens\//, 'Session'],
    [/^[^/]+\/_\/certificates\//, 'Credential'],
    [/^[^/]+\/[^/]+\/[^/]+\/[^/#]+#/, 'Credential'],
    [/^[^/]+\/[^/]+\/secrets\//, 'Secret'],
    [
      /^[^/]+\/[^/]+\/(?:pods|deployments|statefulsets|daemonsets|replicasets|replicationcontrollers|jobs|cronjobs|nodes)\//,
      'Workload',
    ],
    [/^[^/]+\/[^/]+\/[^/]+\//, 'Resource'],
  ],
  postgres: [
    [/\/roles\/.+\/password$/, 'Credential'],
    [/\/roles\//, 'ServiceAccount'],
    [/\/databases\//, 'Resource'],
    [/\/sessions\//, 'Workload'],
    [/^[^/]+$/, 'Scope'],
  ],
  keycloak: [
    [/^[^/]+(?:\/realms\/[^/]+(?:\/(?:clients|users|roles|client-secrets))?)?$/, 'Scope'],
    [/^[^/]+\/permissions\//, 'Permission'],
    [/^[^/]+\/realms\/[^/]+\/clients\/.+#(?:secret|rotated-secret|signed-jwt|x509)$/, 'Credential'],
    [/^[^/]+\/realms\/[^/]+\/clients\/.+#application$/, 'Resource'],
    [/^[^/]+\/realms\/[^/]+\/(?:clients\/.+#)?roles\//, 'Role'],
    [/^[^/]+\/realms\/[^/]+\/clients\//, 'ServiceAccount'],
    [/^[^/]+\/realms\/[^/]+\/users\//, 'User'],
    [/^[^/]+\/realms\/[^/]+\/groups\//, 'Group'],
    [/^[^/]+\/realms\/[^/]+\/sessions\//, 'Session'],
    [/^[^/]+\/realms\/[^/]+\/identity-providers\//, 'External'],
  ],
  redis: [
    [/^[^/]+\/(?:users\/[^/]+\/passwords\/[^/]+$|settings\/[^/]+#)/, 'Credential'],
    [/^[^/]+\/users\/[^/]+$/, 'ServiceAccount'],
    [/^[^/]+\/settings\/[^/]+$/, 'Secret'],
    [/^[^/]+\/(?:keys|channels)\//, 'Resource'],
    [/^[^/]+\/sessions\//, 'Workload'],
    [/^[^/]+\/permissions\//, 'Permission'],
    [/^[^/]+$/, 'Scope'],
  ],
  rabbitmq: [
    [/^[^/]+\/(?:users\/[^/]+\/password$|vhosts\/[^/]+\/parameters\/[^/]+\/[^/]+#)/, 'Credential'],
    [/^[^/]+\/users\/[^/]+$/, 'ServiceAccount'],
    [/^[^/]+\/vhosts\/[^/]+\/parameters\//, 'Secret'],
    [/^[^/]+\/vhosts\/[^/]+\/(?:queues|exchanges)\//, 'Resource'],
    [/^[^/]+\/(?:vhosts\/[^/]+\/links|sessions)\//, 'Workload'],
    [/^[^/]+\/permissions\//, 'Permission'],
    [/^[^/]+(?:\/vhosts\/[^/]+)?$/, 'Scope'],
  ],
  vault: [
    [/^[^/]+$/, 'Scope'],
    [/^[^/]+\/identity\/entity\//, 'ServiceAccount'],
    [/^[^/]+\/identity\/group\//, 'Group'],
    [/^[^/]+\/(?:policies|permissions)\//, 'Permission'],
    [/^[^/]+\/auth\/token\/accessor\//, 'Session'],
    [/^[^/]+\/auth\/.+\/role\/[^/]+\/secret-id\//, 'Credential'],
    [/^[^/]+\/auth\/.+\/role\/[^/]+$/, 'Role'],
    [/^[^/]+\/leases\//, 'Session'],
    [/\/creds\/[^/]+\/issued$|\/static-roles\/[^/]+\/password$/, 'Credential'],
    [/\/.+\//, 'Secret'],
  ],
  file: [[/./, 'Secret']],
  leak: [[/./, 'Credential']],
  backstage: [
    [/^[^/]+\/component\//, 'Workload'],
    [/^[^/]+\/resource\//, 'Resource'],
  ],
  owner: [[/./, 'Owner']],
  origin: [[/./, 'Origin']],
};

/** The provider that a key belongs to, without the host of another installation: `github@ghe.example:…` → `github`. */
export const providerOfKey = (key: string): string => key.split(/[:@]/, 1)[0] ?? '';

/** Undefined for a provider whose keys have no grammar here, and for a form that it does not have. */
export function kindOfKey(key: string): EntityKind | undefined {
  const native = key.slice(key.indexOf(':') + 1);
  if (/^aws:ASIA[A-Z0-9]+$/.test(key)) return 'Session';
  const rules = hasGrammar(key) ? RULES[providerOfKey(key)] : undefined;
  return rules?.find(([form]) => form.test(native))?.[1];
}

/** Whether keys of this provider are owned by a source that inventories them. */
export const hasGrammar = (key: string): boolean => Object.hasOwn(RULES, providerOfKey(key));
