/** What kind of client calls, from its user agent. The agent is the caller's own word: it separates, it proves nothing. */
const FAMILIES: readonly (readonly [pattern: RegExp, family: string])[] = [
  [/^kubectl/i, 'kubectl'],
  [/^kubelet\//i, 'kubelet'],
  [/^kube-(?:apiserver|controller-manager|scheduler|proxy)\//i, 'control-plane'],
  [/^helm\//i, 'helm'],
  [/argocd|argo-cd/i, 'argocd'],
  [/(?:kustomize|helm|source|notification|image-\w+)-controller|flux/i, 'flux'],
  [/terraform|opentofu|hashicorp/i, 'terraform'],
  [/pulumi/i, 'pulumi'],
  [/^k9s|lens|octant|headlamp|dashboard/i, 'console'],
  [/python/i, 'python'],
  [/kubernetes-client|node-fetch|undici|axios/i, 'javascript'],
  [/java|okhttp|fabric8/i, 'java'],
  [/curl\/|wget\/|httpie|postman/i, 'http-client'],
  [/\(\w+\/\w+\) kubernetes\//i, 'client-go'],
  [/go-http-client/i, 'go'],
];

/** A word of the table; `other` for what it does not know. */
export const agentFamily = (agent: string): string => FAMILIES.find(([pattern]) => pattern.test(agent))?.[1] ?? 'other';
