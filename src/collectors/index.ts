/** Source types, loaded when first used. A new source is a folder and a line here. */
import type { AccessProvider } from '../ports/access-questions.ts';
import type { Collector } from '../ports/collector.ts';

export const collectors: Readonly<Record<string, () => Promise<Collector>>> = {
  aws: async () => (await import('./aws/collector.ts')).awsCollector,
  github: async () => (await import('./github/collector.ts')).githubCollector,
  kubernetes: async () => (await import('./kubernetes/collector.ts')).kubernetesCollector,
  cloudtrail: async () => (await import('./cloudtrail/collector.ts')).cloudtrailCollector,
  declared: async () => (await import('./declared/collector.ts')).declaredCollector,
  scanner: async () => (await import('./scanner/collector.ts')).scannerCollector,
  opengraph: async () => (await import('./opengraph/collector.ts')).opengraphCollector,
  postgres: async () => (await import('./postgres/collector.ts')).postgresCollector,
  keycloak: async () => (await import('./keycloak/collector.ts')).keycloakCollector,
  rabbitmq: async () => (await import('./rabbitmq/collector.ts')).rabbitmqCollector,
  redis: async () => (await import('./redis/collector.ts')).redisCollector,
  backstage: async () => (await import('./backstage/collector.ts')).backstageCollector,
  vault: async () => (await import('./vault/collector.ts')).vaultCollector,
};

/** Providers whose permissions can be asked about. Adding one: a file beside its collector, and a line here. */
export const accessProviders: Readonly<Record<string, () => Promise<AccessProvider>>> = {
  aws: async () => (await import('./aws/access.ts')).awsAccess,
  kubernetes: async () => (await import('./kubernetes/access.ts')).kubernetesAccess,
};
