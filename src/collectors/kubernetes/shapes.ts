/** The parts of Kubernetes objects that are used here. What is not named is dropped; `null` counts as absent, as the API has it. */
import { z } from 'zod';

const text = z
  .string()
  .nullish()
  .transform((value) => value ?? undefined);
const flag = z
  .boolean()
  .nullish()
  .transform((value) => value ?? undefined);
const listOf = <T extends z.ZodType>(item: T) =>
  z
    .array(item)
    .nullish()
    .transform((list) => list ?? []);
const words = listOf(z.string());
/** Values that are not text are left out: templates write numbers and booleans without quotes. */
const texts = z
  .record(z.string(), z.unknown())
  .nullish()
  .transform((map) => new Map(Object.entries(map ?? {}).filter((pair): pair is [string, string] => typeof pair[1] === 'string')));

const owner = z.object({ apiVersion: text, kind: z.string(), name: z.string(), controller: flag });

export const metadataShape = z.object({
  name: z.string().min(1),
  namespace: text,
  labels: texts,
  annotations: texts,
  ownerReferences: listOf(owner),
});

const named = z.object({ name: text, optional: flag });
const items = listOf(z.object({ key: z.string(), path: text }));

const volume = z.object({
  name: z.string(),
  secret: z.object({ secretName: text, optional: flag, items }).nullish(),
  configMap: named.nullish(),
  hostPath: z.object({ path: z.string() }).nullish(),
  projected: z
    .object({
      sources: listOf(
        z.object({
          secret: named.extend({ items }).nullish(),
          configMap: named.nullish(),
          serviceAccountToken: z.object({ audience: text, expirationSeconds: z.number().nullish() }).nullish(),
        }),
      ),
    })
    .nullish(),
});

const container = z.object({
  name: text,
  args: words,
  command: words,
  env: listOf(
    z.object({
      name: z.string(),
      value: z.unknown().optional(),
      valueFrom: z
        .object({
          secretKeyRef: named.extend({ key: text }).nullish(),
          configMapKeyRef: named.nullish(),
        })
        .nullish(),
    }),
  ),
  envFrom: listOf(z.object({ secretRef: named.nullish(), configMapRef: named.nullish() })),
  volumeMounts: listOf(z.object({ name: z.string(), readOnly: flag, subPath: text, subPathExpr: text })),
  securityContext: z
    .object({
      privileged: flag,
      capabilities: z.object({ add: words }).nullish(),
      appArmorProfile: z.object({ type: text }).nullish(),
      windowsOptions: z.object({ hostProcess: flag }).nullish(),
    })
    .nullish(),
});

export const podSpecShape = z.object({
  serviceAccountName: text,
  serviceAccount: text,
  automountServiceAccountToken: flag,
  nodeName: text,
  hostPID: flag,
  hostNetwork: flag,
  hostUsers: flag,
  volumes: listOf(volume),
  containers: listOf(container),
  initContainers: listOf(container),
  ephemeralContainers: listOf(container),
  imagePullSecrets: listOf(named),
  securityContext: z
    .object({ appArmorProfile: z.object({ type: text }).nullish(), windowsOptions: z.object({ hostProcess: flag }).nullish() })
    .nullish(),
});

export type PodSpec = z.infer<typeof podSpecShape>;
export type Container = PodSpec['containers'][number];

export const podShape = z.object({
  metadata: metadataShape,
  spec: podSpecShape,
  status: z.object({ phase: text }).nullish(),
});

const template = z.object({ metadata: z.object({ annotations: texts }).nullish(), spec: podSpecShape });

/** A controller; a CronJob keeps its template one level deeper. */
export const controllerShape = z.object({
  metadata: metadataShape,
  spec: z.object({ template: template.nullish(), jobTemplate: z.object({ spec: z.object({ template }) }).nullish() }),
});

export const serviceAccountShape = z.object({
  metadata: metadataShape,
  automountServiceAccountToken: flag,
  imagePullSecrets: listOf(named),
});

export const secretShape = z.object({ metadata: metadataShape, type: text, data: texts, stringData: texts });
export const configMapShape = z.object({ metadata: metadataShape, data: texts });
export const plainShape = z.object({ metadata: metadataShape });

export const typeShape = z.object({ apiVersion: z.string().min(1), kind: z.string().min(1) });
