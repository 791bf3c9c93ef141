/** Where events are sent. The address is cut to its host: the rest of it is often a secret. */
import type { Properties } from '../../../model/entity.ts';
import * as shapes from '../answers/shapes.ts';
import type { RepositoryFactsTo } from './access.ts';
import { listed } from './access.ts';
import type { OrganisationFacts } from './people.ts';
import { containedAtControl } from './secrets.ts';

export function addOrganisationHooks(to: OrganisationFacts): void {
  const { answers, login } = to.organisation;
  for (const hook of answers.all(shapes.hook, '/orgs/{org}/hooks', login) ?? []) addHook(to, login, hook);
}

export function addRepositoryHooks({ facts, keys, repository }: RepositoryFactsTo): void {
  const to = { facts, keys, organisation: repository.organisation };
  for (const hook of repository.all(shapes.hook, 'hooks') ?? []) addHook(to, repository.name, hook);
}

function addHook(to: OrganisationFacts, place: string, hook: shapes.HookAnswer): void {
  const host = hostOf(hook.config?.url);
  const key = to.facts.entity({
    key: to.keys.hook(place, String(hook.id)),
    kind: 'Resource',
    name: `webhook of ${place} to ${host ?? 'an unknown host'}`,
    provider: 'github',
    properties: propertiesOf(hook, host),
  });
  containedAtControl(to, key, 'who controls the organisation sets where its events go');
}

const propertiesOf = ({ active, events, config }: shapes.HookAnswer, host: string | undefined): Properties => ({
  type: 'webhook',
  ...(host === undefined ? {} : { host }),
  ...(active == null ? {} : { active }),
  ...listed('events', events ?? undefined),
  signed: Boolean(config?.secret),
  insecureTls: config?.insecure_ssl === '1' || config?.insecure_ssl === 1,
});

function hostOf(url: string | null | undefined): string | undefined {
  try {
    return url ? new URL(url).host : undefined;
  } catch {
    return undefined;
  }
}
