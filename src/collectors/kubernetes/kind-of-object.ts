/** Which kinds are read, which are known to say nothing of identities, and which are strangers. */

/** Controllers that hold a pod template, by kind, with the plural that the API's paths have. */
export const CONTROLLERS: Readonly<Record<string, string>> = {
  Deployment: 'deployments',
  StatefulSet: 'statefulsets',
  DaemonSet: 'daemonsets',
  ReplicaSet: 'replicasets',
  ReplicationController: 'replicationcontrollers',
  Job: 'jobs',
  CronJob: 'cronjobs',
};

/** The API group of an apiVersion: empty for the core group. */
export const groupOf = (apiVersion: string): string =>
  apiVersion.includes('/') ? apiVersion.slice(0, apiVersion.lastIndexOf('/')) : '';

const BUILT_IN = /^(?:apps|batch|autoscaling|policy|extensions|[\w.-]+\.k8s\.io|)$/;
/** Groups under k8s.io that are add-ons, not part of the API server. */
const ADD_ON = /\.x-k8s\.io$/;

export const isBuiltIn = (apiVersion: string): boolean => BUILT_IN.test(groupOf(apiVersion)) && !ADD_ON.test(groupOf(apiVersion));

/** A controller's kind in an owner reference, as its plural: strangers too follow the English rule. */
export function pluralOf(kind: string): string {
  const known = Object.hasOwn(CONTROLLERS, kind) ? CONTROLLERS[kind] : undefined;
  if (known !== undefined) return known;
  const word = kind.toLowerCase();
  if (/(?:s|x|z|ch|sh)$/.test(word)) return `${word}es`;
  return /[^aeiou]y$/.test(word) ? `${word.slice(0, -1)}ies` : `${word}s`;
}
