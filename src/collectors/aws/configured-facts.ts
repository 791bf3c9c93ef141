/**
 * What things were configured with → facts. A value is known by its fingerprint alone.
 *
 *     thing ──EXPOSES──► Credential        whoever reads its configuration has the value
 *     Workload ──USES──► Credential        a setting of its own; HOLDS where a script has it
 *     Workload ──READS──► Secret           it names the secret or the parameter
 *     object, image, repository ──DEFINES──► Workload       its code is loaded from there
 */
import type { EntityFact, RelationshipFact } from '../../model/entity.ts';
import { awsArn, awsKey, leak } from '../../model/keys.ts';
import type { Estate } from './estate.ts';
import { emptyFacts, type Facts } from './identities.ts';
import type { HeldSettings } from './inventory.ts';
import { secretArn } from './secret-names.ts';
import { definitions } from './sources.ts';
import type { Thing } from './things.ts';
import { type FoundCredential, stemOf } from './value-search.ts';

export function configuredFacts(estate: Estate, thing: Thing): Facts {
  const facts = emptyFacts();
  const { held } = thing.item;
  if (!held) return facts;
  for (const credential of held.credentials) addCredential(facts, thing, { held, credential });
  if (thing.kind === 'Workload') {
    addReads(facts, estate, { thing, held });
    for (const { source, relationship } of definitions(estate, thing, held.sources)) {
      if (source) facts.entities.push(source);
      facts.relationships.push(relationship);
    }
  }
  return facts;
}

interface Held {
  readonly held: HeldSettings;
  readonly credential: FoundCredential;
}

function addCredential(facts: Facts, thing: Thing, { held, credential }: Held): void {
  const entity = credentialEntity(credential, thing);
  const inSetting = `${credential.name} in its configuration`;
  facts.entities.push(entity);
  if (credential.fingerprint) {
    facts.relationships.push({ ...tie(thing.key, 'EXPOSES', entity.key), reason: inSetting });
    if (thing.kind === 'Workload')
      facts.relationships.push({ ...tie(thing.key, held.consumed ? 'USES' : 'HOLDS', entity.key), reason: inSetting });
    return;
  }
  // The id alone is no proof: the secret comes from elsewhere.
  if (thing.kind !== 'Workload' || !held.consumed) return;
  facts.relationships.push({
    ...tie(thing.key, 'USES', entity.key),
    basis: 'inferred',
    certainty: 'possible',
    reason: `the id of the key is ${credential.name} in its configuration; where its secret comes from is not known`,
  });
}

const tie = (source: string, kind: RelationshipFact['kind'], target: string): RelationshipFact => ({
  source,
  kind,
  target,
  basis: 'declared',
  certainty: 'definite',
});

/** Who issued it knows more: a stub. What nobody's inventory knows has the key that a scanner's report of it would have. */
function credentialEntity({ keyId, fingerprint, rule, name }: FoundCredential, thing: Thing): EntityFact {
  const place = `${name} of ${thing.item.name}`;
  if (keyId) {
    const kind = keyId.startsWith('ASIA') ? 'Session' : 'Credential';
    return { key: awsKey(keyId), kind, name: keyId, provider: 'aws', stub: true };
  }
  const key = leak(fingerprint as string);
  return { key, kind: 'Credential', name: place, provider: 'leak', properties: { redacted: false, rule } };
}

function addReads(facts: Facts, estate: Estate, { thing, held }: { thing: Thing; held: HeldSettings }): void {
  const ids = held.credentials.filter(({ keyId, fingerprint }) => keyId !== undefined && !fingerprint);
  for (const reference of held.references) {
    const arn = secretArn(estate, thing, reference);
    if (!arn) continue;
    const target = awsArn(arn);
    if (estate.things.get(arn)?.item.account !== thing.item.account)
      facts.entities.push({ key: target, kind: 'Secret', name: arn.split(':').slice(5).join(':'), provider: 'aws', stub: true });
    facts.relationships.push({ ...tie(thing.key, 'READS', target), reason: `${reference.name} in its configuration` });
    for (const { keyId = '', name } of ids)
      if (/secret/i.test(reference.name) && stemOf(reference.name) === stemOf(name))
        facts.relationships.push({
          ...tie(target, 'EXPOSES', awsKey(keyId)),
          basis: 'inferred',
          reason: `${thing.item.name} takes the secret of this key from it: ${reference.name} beside ${name}`,
        });
  }
}
