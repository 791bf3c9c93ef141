/** A pod specification → what is used of it. Pure. */
import type { Fingerprinter } from '../../model/fingerprint.ts';
import { heldValues } from './held-values.ts';
import { containersOf, hostAccessOf } from './host-access.ts';
import { mountedKeys } from './mounted-keys.ts';
import type { HeldValue, PodTemplate, ProjectedToken, SecretUse } from './records.ts';
import type { PodSpec } from './shapes.ts';

/** The API server's default lifetime of a projected token, in seconds. */
const DEFAULT_EXPIRY_SECONDS = 3600;
const DEFAULT_VAULT_MOUNT = 'auth/kubernetes';

export function podTemplate(spec: PodSpec, annotations: ReadonlyMap<string, string>, fingerprint: Fingerprinter): PodTemplate {
  const vaultRole = annotations.get('vault.hashicorp.com/role');
  return {
    serviceAccount: spec.serviceAccountName || spec.serviceAccount || 'default',
    automount: spec.automountServiceAccountToken,
    secrets: distinct([...volumeUses(spec, 'secret'), ...environmentUses(spec, 'secret')]),
    configMaps: distinct([...volumeUses(spec, 'configMap'), ...environmentUses(spec, 'configMap')]),
    pullSecrets: spec.imagePullSecrets.flatMap(({ name }) => name ?? []),
    projected: projectedTokens(spec),
    hostAccess: hostAccessOf(spec),
    literals: literalsOf(spec, fingerprint),
    ...(vaultRole !== undefined && {
      vault: { role: vaultRole, mount: annotations.get('vault.hashicorp.com/auth-path') ?? DEFAULT_VAULT_MOUNT },
    }),
  };
}

type Kept = 'secret' | 'configMap';

/** Of all volumes: one that no container mounts may be mounted by a container that is added to the pod. */
function volumeUses(spec: PodSpec, kept: Kept): SecretUse[] {
  const mounts = containersOf(spec).flatMap(({ volumeMounts }) => volumeMounts);
  return spec.volumes.flatMap((volume) => {
    const how = `mounted as volume ${volume.name}`;
    const here = mounts.filter(({ name }) => name === volume.name);
    const own = kept === 'secret' ? { ...volume.secret, name: volume.secret?.secretName } : { ...volume.configMap, items: [] };
    const projected = (volume.projected?.sources ?? []).map(({ secret, configMap }) =>
      kept === 'secret' ? { ...secret } : { ...configMap, items: [] },
    );
    return [own, ...projected].flatMap(({ name, items = [] }) => {
      const keys = kept === 'secret' ? mountedKeys(items, here) : undefined;
      return name ? [{ name, how, ...(keys && { keys }) }] : [];
    });
  });
}

function environmentUses(spec: PodSpec, kept: Kept): SecretUse[] {
  return containersOf(spec).flatMap(({ env, envFrom }) => [
    ...env.flatMap(({ name, valueFrom }) => {
      const how = `in the environment as ${name}`;
      const { name: secret, key } = valueFrom?.secretKeyRef ?? {};
      if (kept === 'secret') return secret ? [{ name: secret, how, ...(key && { keys: [key] }) }] : [];
      const from = valueFrom?.configMapKeyRef?.name;
      return from ? [{ name: from, how }] : [];
    }),
    ...envFrom.flatMap(({ secretRef, configMapRef }) => {
      const from = (kept === 'secret' ? secretRef : configMapRef)?.name;
      return from ? [{ name: from, how: 'whole in the environment' }] : [];
    }),
  ]);
}

/** One of each; of what is used whole in one place, all keys count. */
function distinct(uses: readonly SecretUse[]): SecretUse[] {
  const found = new Map<string, SecretUse>();
  for (const use of uses) {
    const { how, ...known } = found.get(use.name) ?? use;
    const keys = known.keys && use.keys && [...new Set([...known.keys, ...use.keys])];
    found.set(use.name, { name: use.name, how, ...(keys && { keys }) });
  }
  return [...found.values()];
}

function projectedTokens({ volumes }: PodSpec): ProjectedToken[] {
  const sources = volumes.flatMap(({ projected }) => projected?.sources ?? []);
  return sources.flatMap(({ serviceAccountToken }) =>
    serviceAccountToken
      ? [
          {
            audience: serviceAccountToken.audience,
            expirationSeconds: serviceAccountToken.expirationSeconds ?? DEFAULT_EXPIRY_SECONDS,
          },
        ]
      : [],
  );
}

function literalsOf(spec: PodSpec, fingerprint: Fingerprinter): HeldValue[] {
  const found = containersOf(spec).flatMap(({ env }) => {
    const literals = env.flatMap(({ name, value }) => (typeof value === 'string' ? [[name, value] as const] : []));
    return heldValues(new Map(literals), fingerprint);
  });
  return [...new Map(found.map((held) => [held.type === 'aws-key' ? held.keyId : held.name, held])).values()];
}
