/**
 * Ways from inside a pod to the node under it, read off its specification.
 * https://kubernetes.io/docs/concepts/security/pod-security-standards/ names what must be refused to prevent them.
 */
import type { HostAccess } from './records.ts';
import type { Container, PodSpec } from './shapes.ts';

/** Capabilities that undo the container by themselves (capabilities(7)). */
const STRONG: Readonly<Record<string, string>> = {
  ALL: 'has every capability',
  SYS_MODULE: 'may load kernel modules (SYS_MODULE)',
  SYS_RAWIO: 'may write raw devices and memory (SYS_RAWIO)',
  DAC_READ_SEARCH: 'may open any file of the host by its handle (DAC_READ_SEARCH)',
};

/** Folders that decide what runs on a node, or hold what it is known by. Sockets of container runtimes count as files in them. */
const DECISIVE = [
  '/etc',
  '/root',
  '/home',
  '/proc',
  '/sys',
  '/dev',
  '/boot',
  '/bin',
  '/sbin',
  '/lib',
  '/lib64',
  '/usr',
  '/opt/cni',
  '/var/lib/kubelet',
  '/var/lib/docker',
  '/var/lib/containerd',
  '/var/lib/containers',
  '/var/lib/etcd',
  '/var/lib/rancher',
  '/var/spool/cron',
];
const SOCKETS = /\.sock$|^\/(?:var\/)?run\/?$|^\/(?:var\/)?run\/(?:containerd|crio|cri-dockerd|docker|k3s)(?:\/|$)|^\/run\/k3s/;
/** Reading them is enough: tokens of every pod on the node, the node's own key, the cluster's keys. */
const TELLING = ['/var/lib/kubelet', '/etc/kubernetes', '/var/lib/etcd', '/var/lib/rancher'];
/** Reading them may be enough. */
const KEYS = ['/root', '/home', '/etc/ssh', '/etc/shadow'];
/** Pseudo files below them that only show. */
const HARMLESS =
  /^\/(?:sys\/class|sys\/fs\/cgroup|sys\/devices|dev\/(?:null|shm|log|fuse|net)|etc\/(?:localtime|timezone|machine-id|os-release|ssl|pki|hosts|resolv\.conf))(?:\/|$)/;

export function hostAccessOf(spec: PodSpec): HostAccess[] {
  const found = new Map<string, HostAccess>();
  const note = (access: HostAccess): void => void (found.get(access.way) ?? found.set(access.way, access));
  const ownUsers = spec.hostUsers === false;
  for (const container of containersOf(spec)) {
    if (!ownUsers) for (const access of powersOf(container, spec)) note(access);
    for (const access of mountsOf(container, spec)) note(access);
  }
  if (!ownUsers && spec.hostPID)
    note({
      way: "shares the node's processes (hostPID)",
      certainty: 'conditional',
      condition: 'a process of the node that the container may enter: one of the same user without more capabilities',
    });
  if (spec.hostNetwork)
    note({ way: "shares the node's network (hostNetwork): what listens there and asks for no proof", certainty: 'possible' });
  return [...found.values()];
}

export const containersOf = ({ containers, initContainers, ephemeralContainers }: PodSpec): Container[] => [
  ...containers,
  ...initContainers,
  ...ephemeralContainers,
];

function* powersOf({ name, securityContext }: Container, spec: PodSpec): Generator<HostAccess> {
  const who = `container ${name ?? ''}`;
  if (securityContext?.privileged) yield { way: `${who} is privileged`, certainty: 'definite' };
  if (securityContext?.windowsOptions?.hostProcess ?? spec.securityContext?.windowsOptions?.hostProcess)
    yield { way: `${who} is a process of the host`, certainty: 'definite' };
  const capabilities = (securityContext?.capabilities?.add ?? []).map((word) => word.toUpperCase().replace(/^CAP_/, ''));
  for (const capability of capabilities) {
    const strong = Object.hasOwn(STRONG, capability) ? STRONG[capability] : undefined;
    if (strong !== undefined) yield { way: `${who} ${strong}`, certainty: 'definite' };
    if (capability === 'SYS_PTRACE' && spec.hostPID)
      yield { way: `${who} may trace the node's processes (SYS_PTRACE and hostPID)`, certainty: 'definite' };
    if (capability === 'SYS_ADMIN')
      yield sysAdmin(who, (securityContext?.appArmorProfile ?? spec.securityContext?.appArmorProfile)?.type);
  }
}

const sysAdmin = (who: string, appArmor: string | undefined): HostAccess => ({
  way: `${who} may mount (SYS_ADMIN)`,
  ...(appArmor === 'Unconfined'
    ? { certainty: 'definite' }
    : { certainty: 'conditional', condition: 'no AppArmor or seccomp profile of the runtime stops the mount' }),
});

function* mountsOf({ volumeMounts }: Container, { volumes }: PodSpec): Generator<HostAccess> {
  for (const { name, readOnly, subPath } of volumeMounts) {
    const volume = volumes.find((one) => one.name === name);
    if (!volume?.hostPath) continue;
    const path = normalised(subPath === undefined ? volume.hostPath.path : `${volume.hostPath.path}/${subPath}`);
    const certainty = gradeOf(path, readOnly === true);
    if (!certainty) continue;
    const way = `volume ${name} is ${path} of the node, ${readOnly ? 'readable' : 'writable'}`;
    yield certainty === 'conditional'
      ? { way, certainty, condition: `a key or password that opens the node lies in ${path}` }
      : { way, certainty };
  }
}

function gradeOf(path: string, readOnly: boolean): 'definite' | 'conditional' | undefined {
  if (SOCKETS.test(path)) return 'definite';
  if (HARMLESS.test(path)) return undefined;
  if (!readOnly) return meets(path, DECISIVE) ? 'definite' : undefined;
  if (meets(path, TELLING)) return 'definite';
  return meets(path, KEYS) ? 'conditional' : undefined;
}

/** Whether the path lies in one of the folders, or holds one. */
const meets = (path: string, folders: readonly string[]): boolean =>
  folders.some((folder) => path === '/' || path === folder || path.startsWith(`${folder}/`) || folder.startsWith(`${path}/`));

function normalised(path: string): string {
  const parts: string[] = [];
  for (const part of path.split('/')) {
    if (part === '..') parts.pop();
    else if (part !== '' && part !== '.') parts.push(part);
  }
  return `/${parts.join('/')}`;
}
