/** Calls that leave something behind: proof, rights, code that runs, or ways in. The incident page lists them as "created since". */
const WRITES = ['create', 'update', 'patch'];

const LASTING: Readonly<Record<string, readonly string[]>> = {
  '': ['pods', 'secrets', 'serviceaccounts', 'configmaps', 'replicationcontrollers', 'persistentvolumes', 'namespaces'],
  apps: ['deployments', 'statefulsets', 'daemonsets', 'replicasets'],
  batch: ['jobs', 'cronjobs'],
  'rbac.authorization.k8s.io': ['roles', 'rolebindings', 'clusterroles', 'clusterrolebindings'],
  'admissionregistration.k8s.io': [
    'mutatingwebhookconfigurations',
    'validatingwebhookconfigurations',
    'mutatingadmissionpolicies',
    'mutatingadmissionpolicybindings',
    'validatingadmissionpolicies',
    'validatingadmissionpolicybindings',
  ],
  'certificates.k8s.io': ['certificatesigningrequests'],
};

/** Subresources that do something by themselves; the others tell of state. */
const ACTING = ['', 'token', 'exec', 'attach', 'portforward', 'ephemeralcontainers', 'approval', 'binding', 'proxy'];

interface Call {
  readonly verb: string;
  readonly group: string;
  readonly resource: string;
  readonly subresource: string;
}

export const isChange = ({ verb, group, resource, subresource }: Call): boolean =>
  (WRITES.includes(verb) || (verb === 'get' && /^(?:exec|attach|portforward)$/.test(subresource))) &&
  ACTING.includes(subresource) &&
  (Object.hasOwn(LASTING, group) ? LASTING[group] : undefined)?.includes(resource) === true;
