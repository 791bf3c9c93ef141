/** The grammar of entity keys: `<provider>:<native id>`, as the provider writes it. A contract with users; extend, never rename. */

export const awsArn = (arn: string): string => `aws:${arn}`;
/** The ARN in a key that `awsArn` made. */
export const arnOf = (key: string): string => key.slice('aws:'.length);
export const awsAccount = (id: string): string => `aws:account/${id}`;
export const awsKey = (accessKeyId: string): string => `aws:${accessKeyId}`;
/** Shared rights; `digest`: of what they are. */
export const awsPermission = (digest: string): string => `aws:permission/${digest}`;
export const awsLoginProfile = (userArn: string): string => `aws:${userArn}/login-profile`;
export const awsSigningCertificate = (userArn: string, id: string): string => `aws:${userArn}/signing-certificate/${id}`;
export const awsService = (host: string): string => `external:aws-service/${host}`;
/** A service of the provider acts for whoever configured it: it is no way in of its own. */
export const isProviderService = (key: string): boolean => key.startsWith('external:aws-service/');
export const awsExternalAccount = (id: string): string => `external:aws/${id}`;

/** `issuer` is host and path without the scheme; `sub` may hold `*`. */
export const oidcSubject = (issuer: string, sub: string): string => `external:oidc/${issuer}/${sub}`;

export const githubOrg = (org: string): string => `github:org/${org}`;
export const githubRepository = (repository: string): string => `github:${repository}`;
export const githubJob = (repository: string, workflow: string, job: string): string => `github:${repository}/${workflow}#${job}`;
/** The job that anybody who may write the repository may add. */
export const githubAnyJob = (repository: string): string => `github:${repository}/*#any`;
/** Nobody has written such a job yet (`/*#any`, `/*#refs/heads/main`): it may reach, but it cannot break, and it consumes nothing. */
export const isHypotheticalJob = (key: string): boolean => key.includes('/*#');
export const githubSecret = (repository: string, name: string): string => `github:${repository}/actions/secrets/${name}`;
export const githubOrgSecret = (org: string, name: string): string => `github:org/${org}/actions/secrets/${name}`;

export const postgresRole = (source: string, role: string): string => `postgres:${source}/roles/${role}`;
export const postgresDatabase = (source: string, database: string): string => `postgres:${source}/databases/${database}`;
export const postgresSchema = (source: string, database: string, schema: string): string =>
  `${postgresDatabase(source, database)}/schemas/${schema}`;
export const postgresTable = (source: string, database: string, schema: string, table: string): string =>
  `${postgresSchema(source, database, schema)}/tables/${table}`;
/** The role's password: the one proof that PostgreSQL itself keeps. */
export const postgresPassword = (source: string, role: string): string => `${postgresRole(source, role)}/password`;
/** What every role is a member of. */
export const postgresPublic = (source: string): string => postgresRole(source, 'public');
/** The cluster: *control* of it is a superuser's power. */
export const postgresCluster = (source: string): string => `postgres:${source}`;
/** A logical consumer: one application of one role from one address, however many sessions it has. */
export const postgresSession = (source: string, role: string, application: string, address: string): string =>
  `postgres:${source}/sessions/${role}/${application}@${address}`;

/** The installation: *control* of it is the power of the master realm's administrators. */
export const keycloakServer = (source: string): string => `keycloak:${source}`;
export const keycloakRealm = (source: string, realm: string): string => `keycloak:${source}/realms/${realm}`;
/** All clients, users, assignable roles or client secrets of a realm together, also those to come. */
export const keycloakAll = (realm: string, what: 'clients' | 'users' | 'roles' | 'client-secrets'): string => `${realm}/${what}`;
export const keycloakClient = (source: string, realm: string, clientId: string): string =>
  `${keycloakRealm(source, realm)}/clients/${clientId}`;
/** What a client proves itself by. A client id may hold `/`: what belongs to the client stands behind `#`. */
export const keycloakProof = (client: string, proof: 'secret' | 'rotated-secret' | 'signed-jwt' | 'x509'): string =>
  `${client}#${proof}`;
/** What a client's own roles are rights to. */
export const keycloakApplication = (client: string): string => `${client}#application`;
export const keycloakClientRole = (client: string, role: string): string => `${client}#roles/${role}`;
export const keycloakRole = (source: string, realm: string, role: string): string =>
  `${keycloakRealm(source, realm)}/roles/${role}`;
/** `path` begins with `/`. */
export const keycloakGroup = (source: string, realm: string, path: string): string =>
  `${keycloakRealm(source, realm)}/groups${path}`;
export const keycloakUser = (source: string, realm: string, username: string): string =>
  `${keycloakRealm(source, realm)}/users/${username}`;
export const keycloakSession = (source: string, realm: string, id: string): string =>
  `${keycloakRealm(source, realm)}/sessions/${id}`;
export const keycloakProvider = (source: string, realm: string, alias: string): string =>
  `${keycloakRealm(source, realm)}/identity-providers/${alias}`;
/** Shared rights; `digest`: of what they are. */
export const keycloakPermission = (source: string, digest: string): string => `keycloak:${source}/permissions/${digest}`;

/** A name of a provider that may hold `/`, as one part of a key. */
const part = (name: string): string => name.replaceAll('%', '%25').replaceAll('/', '%2F');
/** The name that a part of a key stands for. */
export const namedBy = (keyPart: string): string => keyPart.replaceAll('%2F', '/').replaceAll('%25', '%');

/** The server, or all nodes of a cluster: *control* of it is the power to give oneself every right. */
export const redisServer = (source: string): string => `redis:${source}`;
export const redisUser = (source: string, user: string): string => `redis:${source}/users/${part(user)}`;
/** One of a user's passwords; `id`: the begin of its hash's fingerprint. */
export const redisPassword = (source: string, user: string, id: string): string => `${redisUser(source, user)}/passwords/${id}`;
/** All keys that fit a pattern of an access rule. */
export const redisKeys = (source: string, pattern: string): string => `redis:${source}/keys/${pattern}`;
export const redisChannels = (source: string, pattern: string): string => `redis:${source}/channels/${pattern}`;
/** A setting that holds a password. */
export const redisSetting = (source: string, name: string): string => `redis:${source}/settings/${name}`;
/** Shared rights; `digest`: of what they are. */
export const redisPermission = (source: string, digest: string): string => `redis:${source}/permissions/${digest}`;
/** A logical consumer: clients of one name, user and address, however many connections they have. */
export const redisSession = (source: string, user: string, client: string, address: string): string =>
  `redis:${source}/sessions/${part(user)}/${part(client)}@${address}`;

/** The broker or cluster: *control* of it is an administrator's power. */
export const rabbitmqBroker = (source: string): string => `rabbitmq:${source}`;
export const rabbitmqUser = (source: string, user: string): string => `rabbitmq:${source}/users/${part(user)}`;
export const rabbitmqPassword = (source: string, user: string): string => `${rabbitmqUser(source, user)}/password`;
/** `/` is written `%2F`, as in the paths of the management API. */
export const rabbitmqVhost = (source: string, vhost: string): string => `rabbitmq:${source}/vhosts/${part(vhost)}`;
export const rabbitmqQueue = (source: string, vhost: string, name: string): string =>
  `${rabbitmqVhost(source, vhost)}/queues/${part(name)}`;
/** The exchange without a name is `amq.default`, as permissions write it. */
export const rabbitmqExchange = (source: string, vhost: string, name: string): string =>
  `${rabbitmqVhost(source, vhost)}/exchanges/${part(name)}`;
/** A shovel or a federation upstream: its addresses hold logins. `vhost` as `rabbitmqVhost` writes it. */
export const rabbitmqParameter = (vhost: string, component: string, name: string): string =>
  `${vhost}/parameters/${component}/${part(name)}`;
/** Who works with such a parameter: the broker's own link. */
export const rabbitmqLink = (vhost: string, component: string, name: string): string =>
  `${vhost}/links/${component}/${part(name)}`;
export const rabbitmqPermission = (source: string, digest: string): string => `rabbitmq:${source}/permissions/${digest}`;
export const rabbitmqSession = (source: string, user: string, client: string, address: string): string =>
  `rabbitmq:${source}/sessions/${part(user)}/${part(client)}@${address}`;

/** The cluster: *control* of it is cluster-admin's power. */
export const k8sCluster = (source: string): string => `k8s:${source}`;
/** `namespace` is empty for what belongs to the cluster as a whole; `plural` as in the API's paths. */
export const k8sObject = (source: string, namespace: string, plural: string, name: string): string =>
  `k8s:${source}/${namespace || '_'}/${plural}/${name}`;
export const k8sNamespace = (source: string, namespace: string): string => k8sObject(source, '', 'namespaces', namespace);
/** All nodes together, also those to come. */
export const k8sNodes = (source: string): string => `k8s:${source}/_/nodes`;
/** One value inside a Secret, a ConfigMap or a workload's environment: `…/secrets/db#password`. */
export const k8sValue = (object: string, name: string): string => `${object}#${name}`;
/** Shared rights; `digest`: of what they are. */
export const k8sPermission = (source: string, digest: string): string => k8sObject(source, '', 'permissions', digest);
/** An issued token; `id`: its JTI. */
export const k8sToken = (source: string, id: string): string => k8sObject(source, '', 'tokens', id);
/** A client certificate; `digest`: its SHA-256, as the audit log writes it. */
export const k8sCertificate = (source: string, digest: string): string => k8sObject(source, '', 'certificates', digest);

/** The server: *control* of it is the root policy's power. */
export const vaultServer = (source: string): string => `vault:${source}`;
/** `mount` without slashes at its ends: `secret`, `team/kv`. */
export const vaultMount = (source: string, mount: string): string => `vault:${source}/${mount}`;
/** A place below a mount, as `kv get` names it: without the `data/` of the API. */
export const vaultPlace = (source: string, mount: string, path: string): string => `${vaultMount(source, mount)}/${path}`;
export const vaultPolicy = (source: string, name: string): string => `vault:${source}/policies/${name}`;
/** Shared rights; `digest`: of what they are. */
export const vaultPermission = (source: string, digest: string): string => `vault:${source}/permissions/${digest}`;
export const vaultEntity = (source: string, id: string): string => `vault:${source}/identity/entity/${id}`;
export const vaultGroup = (source: string, id: string): string => `vault:${source}/identity/group/${id}`;
export const vaultAuthRole = (source: string, mount: string, role: string): string =>
  `vault:${source}/auth/${mount}/role/${role}`;
export const vaultSecretId = (role: string, accessor: string): string => `${role}/secret-id/${accessor}`;
/** A token by its accessor, which is no secret; as an audit device writes it, it may be a hash of it. */
export const vaultToken = (source: string, accessor: string): string => `vault:${source}/auth/token/accessor/${accessor}`;
export const vaultLease = (source: string, leaseId: string): string => `vault:${source}/leases/${leaseId}`;

export const backstageEntity = (
  source: string,
  { kind, namespace, name }: { readonly kind: string; readonly namespace: string; readonly name: string },
): string => `backstage:${source}/${kind}/${namespace}/${name}`;

export const scannedPlace = (source: string, path: string, line: number): string => `file:${source}/${path}#L${line}`;
export const leak = (fingerprint: string): string => `leak:${fingerprint}`;
/** Never equal to another: a redacted value says nothing of the secret. */
export const redactedLeak = (source: string, file: string, line: number, commit: string): string =>
  `leak:redacted/${source}/${file}:${line}@${commit || '-'}`;

export const owner = (kind: string, name: string): string => `owner:${kind}/${name}`;
export const origin = (address: string, client: string): string => `origin:${address}/${client}`;

/** Providers that ignore case in native ids; everything else is looked up as written. */
const CASELESS = /^(github|owner)(@[^:]+)?:/i;

/** The form under which a key is looked up. */
export const foldKey = (key: string): string => (CASELESS.test(key) ? key.toLowerCase() : key);
