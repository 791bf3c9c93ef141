import { z } from 'zod';

/** `live` of a `kubernetes` source. */
export const liveSettings = z
  .strictObject({
    /** A kubeconfig; `~/.kube/config` unless told. */
    kubeconfig: z.string().min(1).optional(),
    /** A context of the kubeconfig; its current one unless told. */
    context: z.string().min(1).optional(),
    /** As the service account of the pod that interlock runs in. */
    inCluster: z.literal(true).optional(),
    /**
     * Reads what Secrets and ConfigMaps hold, for its fingerprints: equal values are known as one. Without it only their names are
     * asked for, and no value leaves the cluster.
     */
    values: z.boolean().default(false),
  })
  .refine(({ inCluster, kubeconfig, context }) => !inCluster || (kubeconfig ?? context) === undefined, {
    message: 'give either `inCluster` or a kubeconfig',
  });

export type LiveSettings = z.infer<typeof liveSettings>;
