/**
 * Which server a kubeconfig means, and how to prove who one is there.
 * https://kubernetes.io/docs/reference/config-api/kubeconfig.v1/
 */
import { readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { parseDocument } from 'yaml';
import { z } from 'zod';
import { InputError, messageOf } from '../../model/errors.ts';

const text = z.string().min(1).optional();

const cluster = z.object({
  server: z
    .url()
    .refine(
      (url) => !/^[^:]*:\/\/[^/?#]*@/.test(url),
      'holds a login, which messages would show; give it as `username` and `password` of its user',
    ),
  'certificate-authority': text,
  'certificate-authority-data': text,
  'insecure-skip-tls-verify': z.boolean().optional(),
  'tls-server-name': text,
});

const execPlugin = z.object({
  apiVersion: z.enum(['client.authentication.k8s.io/v1', 'client.authentication.k8s.io/v1beta1']),
  command: z.string().min(1),
  args: z.array(z.string()).nullish(),
  env: z.array(z.object({ name: z.string(), value: z.string() })).nullish(),
});
export type ExecPlugin = z.infer<typeof execPlugin>;

const user = z.object({
  token: text,
  tokenFile: text,
  'client-certificate': text,
  'client-certificate-data': text,
  'client-key': text,
  'client-key-data': text,
  username: text,
  password: text,
  exec: execPlugin.nullish(),
  'auth-provider': z.unknown().optional(),
});

const named = <T extends z.ZodType, K extends string>(key: K, value: T) =>
  z.array(z.object({ name: z.string(), [key]: value } as { name: z.ZodString } & Record<K, T>)).nullish();

const kubeconfig = z.object({
  'current-context': text,
  clusters: named('cluster', cluster),
  users: named('user', user),
  contexts: named('context', z.object({ cluster: z.string(), user: z.string().optional() })),
});

/** A file, or its content in base64. */
export type Material = { readonly file: string } | { readonly data: string };

/** Where to call, and as whom. */
export interface ClusterAccess {
  readonly server: string;
  readonly authority?: Material;
  /** The server's certificate is not looked at. */
  readonly isUnverified: boolean;
  readonly serverName?: string;
  readonly certificate?: Material;
  readonly key?: Material;
  readonly token?: string;
  readonly tokenFile?: string;
  readonly basic?: { readonly username: string; readonly password: string };
  readonly exec?: ExecPlugin;
}

/** Throws an InputError that names the file and the place; never a value. Paths in it are relative to the file. */
function clusterAccess(content: string, file: string, context?: string): ClusterAccess {
  const config = configIn(content, file);
  const name = context ?? config['current-context'];
  if (name === undefined) throw new InputError(`${file}: current-context: is not set; name a context in the source's settings`);
  const chosen = find(config.contexts, name, `${file}: contexts`).context;
  const server = find(config.clusters, chosen.cluster, `${file}: context ${name}: clusters`).cluster;
  const who = chosen.user === undefined ? {} : find(config.users, chosen.user, `${file}: context ${name}: users`).user;
  if (who['auth-provider'] !== undefined && !who.exec)
    throw new InputError(`${file}: user ${chosen.user}: auth-provider: was taken out of Kubernetes in 1.26; use an exec plugin`);
  const at = (path: string): string => resolve(dirname(file), path);
  return {
    server: server.server.replace(/\/$/, ''),
    isUnverified: server['insecure-skip-tls-verify'] === true,
    ...material('authority', server['certificate-authority-data'], server['certificate-authority'], at),
    ...material('certificate', who['client-certificate-data'], who['client-certificate'], at),
    ...material('key', who['client-key-data'], who['client-key'], at),
    ...(server['tls-server-name'] && { serverName: server['tls-server-name'] }),
    ...(who.token && { token: who.token }),
    ...(who.tokenFile && { tokenFile: at(who.tokenFile) }),
    ...(who.username && who.password && { basic: { username: who.username, password: who.password } }),
    ...(who.exec && { exec: who.exec }),
  };
}

/** Messages quote nothing: a kubeconfig holds credentials. */
function configIn(content: string, file: string): z.infer<typeof kubeconfig> {
  const document = parseDocument(content, { prettyErrors: false, logLevel: 'silent' });
  const [fault] = document.errors;
  if (fault) throw new InputError(`${file}: not YAML: ${fault.code.toLowerCase().replaceAll('_', ' ')}`);
  const parsed = kubeconfig.safeParse(document.toJS({ maxAliasCount: 100 }) ?? {});
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const place = (issue?.path ?? []).reduce<string>(
    (text, part) => (typeof part === 'number' ? `${text}[${part}]` : `${text}${text && '.'}${String(part)}`),
    '',
  );
  throw new InputError(`${file}: ${place}: ${issue?.message ?? 'is no kubeconfig'}`);
}

function find<T extends { readonly name: string }>(list: readonly T[] | null | undefined, name: string, place: string): T {
  const found = list?.find((one) => one.name === name);
  if (!found)
    throw new InputError(`${place}: there is no ${name}; there are ${list?.map((one) => one.name).join(', ') || 'none'}`);
  return found;
}

function material<K extends string>(
  key: K,
  data: string | undefined,
  file: string | undefined,
  at: (path: string) => string,
): { [P in K]?: Material } {
  const held: Material | undefined = data !== undefined ? { data } : file !== undefined ? { file: at(file) } : undefined;
  return held ? ({ [key]: held } as { [P in K]: Material }) : {};
}

const SERVICE_ACCOUNT = '/var/run/secrets/kubernetes.io/serviceaccount';

/**
 * As a pod's own service account. The token's file is read anew for each collection: kubelet changes it.
 * https://kubernetes.io/docs/tasks/run-application/access-api-from-pod/
 */
const inClusterAccess = (): ClusterAccess => ({
  server: 'https://kubernetes.default.svc',
  authority: { file: `${SERVICE_ACCOUNT}/ca.crt` },
  tokenFile: `${SERVICE_ACCOUNT}/token`,
  isUnverified: false,
});

/** How a cluster is reached: by a kubeconfig (`~/.kube/config` unless told), or as the pod that interlock runs in. */
export interface AccessSettings {
  readonly kubeconfig?: string | undefined;
  readonly context?: string | undefined;
  readonly inCluster?: true | undefined;
}

/** Throws an InputError that names what cannot be read. */
export async function readAccess({ kubeconfig: path, context, inCluster }: AccessSettings): Promise<ClusterAccess> {
  if (inCluster) return inClusterAccess();
  const file = path ?? join(homedir(), '.kube', 'config');
  let content: string;
  try {
    content = await readFile(file, 'utf8');
  } catch (error) {
    throw new InputError(`${file}: the kubeconfig cannot be read (${messageOf(error)})`);
  }
  return clusterAccess(content, file, context);
}
