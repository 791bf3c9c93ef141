/** Objects of a cluster as they are kept until all are read: small, without secret values, equal parts shared. */
import type { BindingObject, RoleObject } from '../../iam/kubernetes/objects.ts';
import type { Json } from '../../model/entity.ts';
import type { Fingerprint } from '../../model/fingerprint.ts';
import type { Certainty } from '../../model/kinds.ts';

export interface Place {
  readonly namespace: string;
  readonly name: string;
}

/** A credential inside a Secret, a ConfigMap or an environment. */
export type HeldValue =
  | { readonly type: 'value'; readonly name: string; readonly fingerprint: Fingerprint; readonly what: string }
  /** Without a fingerprint where the value was not in the file. */
  | { readonly type: 'token'; readonly name: string; readonly fingerprint?: Fingerprint; readonly identity: TokenIdentity }
  /** Both halves of an AWS key. */
  | { readonly type: 'aws-key'; readonly keyId: string };

export type TokenIdentity = { readonly serviceAccount: string } | { readonly user: string };

export interface SecretUse {
  readonly name: string;
  readonly how: string;
  /** Of it, only these; undefined: all. */
  readonly keys?: readonly string[];
}

export interface ProjectedToken {
  /** Undefined: the API server's own. */
  readonly audience: string | undefined;
  readonly expirationSeconds: number;
}

/** A way from a pod to the node under it. */
export interface HostAccess {
  readonly way: string;
  readonly certainty: Certainty;
  readonly condition?: string;
}

/** What a pod template says, and every pod made of it. */
export interface PodTemplate {
  /** Undefined for a static pod: it has none. */
  readonly serviceAccount: string | undefined;
  /** Undefined: as the service account says. */
  readonly automount: boolean | undefined;
  readonly secrets: readonly SecretUse[];
  readonly configMaps: readonly SecretUse[];
  readonly pullSecrets: readonly string[];
  readonly projected: readonly ProjectedToken[];
  readonly hostAccess: readonly HostAccess[];
  readonly literals: readonly HeldValue[];
  /** Name of the Vault role that its agent logs in to, and the mount. */
  readonly vault?: { readonly role: string; readonly mount: string };
}

export interface Owner {
  readonly plural: string;
  readonly name: string;
}

export interface WorkloadRecord extends Place {
  readonly type: 'workload';
  /** `pods`, `deployments`, … */
  readonly plural: string;
  /** Its controller, into which it is folded. */
  readonly owner: Owner | undefined;
  /** Undefined for a controller without a template of its own. */
  readonly template: PodTemplate | undefined;
  /** Of a pod that was scheduled. */
  readonly node: string | undefined;
  /** False for pods that ended. */
  readonly runs: boolean;
  readonly labels: Json;
}

export interface ServiceAccountRecord extends Place {
  readonly type: 'service-account';
  readonly automount: boolean;
  readonly pullSecrets: readonly string[];
  /** IAM role of IRSA: `eks.amazonaws.com/role-arn`. */
  readonly awsRole: string | undefined;
  /** Audience that the role's tokens are asked for: `eks.amazonaws.com/audience`. */
  readonly awsAudience: string | undefined;
  /** E-mail of a Google service account: `iam.gke.io/gcp-service-account`. */
  readonly gcpAccount: string | undefined;
  /** Client id of a managed identity or app: `azure.workload.identity/client-id`. */
  readonly azureClient: string | undefined;
  readonly labels: Json;
}

export interface SecretRecord extends Place {
  readonly type: 'secret';
  readonly secretType: string;
  readonly keys: readonly string[];
  readonly values: readonly HeldValue[];
  readonly labels: Json;
}

export interface ConfigMapRecord extends Place {
  readonly type: 'config-map';
  readonly values: readonly HeldValue[];
  /** Who of AWS acts as whom here: `aws-auth`. */
  readonly mappings: readonly AwsMapping[];
}

export interface AwsMapping {
  readonly arn: string;
  /** Where it is said. */
  readonly by: string;
  /** Roles are named without their path. */
  readonly withoutPath?: boolean;
  readonly user: string | undefined;
  readonly groups: readonly string[];
}

export type PodSecurityLevel = 'privileged' | 'baseline' | 'restricted';

export interface NamespaceRecord {
  readonly type: 'namespace';
  readonly name: string;
  readonly enforce: PodSecurityLevel | undefined;
  readonly labels: Json;
}

export interface NodeRecord {
  readonly type: 'node';
  readonly name: string;
}

/** EKS Pod Identity. */
export interface PodIdentityRecord {
  readonly type: 'pod-identity';
  readonly namespace: string;
  readonly serviceAccount: string;
  readonly roleArn: string;
  readonly id: string | undefined;
}

/** Who of AWS is whom in an EKS cluster, by an access entry. */
export interface AccessEntryRecord {
  readonly type: 'access-entry';
  readonly mapping: AwsMapping;
  /** The access policy of cluster administrators, for the whole cluster. */
  readonly isAdministrator: boolean;
  /** The other policies that are worked out; `scope`: namespaces, or undefined for the whole cluster. */
  readonly policies: readonly { readonly policy: string; readonly scope: readonly string[] | undefined }[];
}

export type KubernetesRecord =
  | { readonly type: 'rbac'; readonly object: RoleObject | BindingObject }
  | WorkloadRecord
  | ServiceAccountRecord
  | SecretRecord
  | ConfigMapRecord
  | NamespaceRecord
  | NodeRecord
  | PodIdentityRecord
  | AccessEntryRecord
  /** Where EKS looks for who of AWS is who in the cluster. */
  | { readonly type: 'authentication-mode'; readonly mode: string }
  /** Host and path of the cluster's token issuer, without the scheme. */
  | { readonly type: 'issuer'; readonly issuer: string };
