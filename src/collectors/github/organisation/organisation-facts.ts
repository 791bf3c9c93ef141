/** All that an organisation's own answers say. */
import type { Time } from '../../../model/entity.ts';
import type { CollectContext } from '../../../ports/collector.ts';
import * as shapes from '../answers/shapes.ts';
import { FactSet } from '../fact-set.ts';
import { sshFingerprint } from './access.ts';
import { addAlert } from './alerts.ts';
import { addApplications } from './applications.ts';
import { AuditTally } from './audit-log.ts';
import { githubKeys as keys } from './keys.ts';
import type { OrganisationView } from './organisation-view.ts';
import { addPeople } from './people.ts';
import type { RepositoryView } from './repository-view.ts';
import { addOrganisationRunners } from './runners.ts';
import { addOrganisationSecrets } from './secrets.ts';
import { addOrganisationHooks } from './webhooks.ts';

export interface SaidOfOrganisation {
  readonly facts: FactSet;
  readonly newestEvent: Time | undefined;
}

export function organisationFacts(
  organisation: OrganisationView,
  repositories: readonly RepositoryView[],
  context: CollectContext,
): SaidOfOrganisation {
  const facts = new FactSet();
  const to = { facts, keys, organisation };
  addPeople(to);
  addOrganisationSecrets(to);
  addOrganisationHooks(to);
  addOrganisationRunners(to);
  addApplications({ ...to, repositories, now: context.now });
  const { answers, login } = organisation;
  for (const alert of answers.all(shapes.alert, '/orgs/{org}/secret-scanning/alerts', login) ?? []) {
    if (alert.repository) addAlert({ facts, keys, source: context.source }, alert.repository.full_name, alert);
  }
  const events = answers.pages(shapes.auditEvent, '/orgs/{org}/audit-log', login);
  const listed = new Set(facts.entities.flatMap(({ key, kind }) => (kind === 'Credential' ? [key] : [])));
  const tally = new AuditTally({ ...to, keyByFingerprint: keysByFingerprint(facts, repositories), listed });
  for (const { items } of events) for (const event of items) tally.add(event);
  tally.finish();
  return { facts, newestEvent: tally.newest };
}

/** Deploy keys of every repository, and SSH keys that were authorised. */
function keysByFingerprint(facts: FactSet, repositories: readonly RepositoryView[]): Map<string, string> {
  const found = new Map<string, string>();
  for (const { key, properties } of facts.entities) {
    const fingerprint = properties?.['sshFingerprint'];
    if (typeof fingerprint === 'string') found.set(fingerprint, key);
  }
  for (const repository of repositories) {
    for (const { id, key } of repository.all(shapes.deployKey, 'keys') ?? []) {
      const fingerprint = key ? sshFingerprint(key) : undefined;
      if (fingerprint) found.set(fingerprint, keys.deployKey(repository.name, String(id)));
    }
  }
  return found;
}
