/** What a person declared → facts. Everything of the key's own grammar is a stub: the inventory says what it is, the person says what it means. */
import type { EntityFact, RelationshipFact } from '../../model/entity.ts';
import { InputError } from '../../model/errors.ts';
import { identityOfProof } from '../../model/identity-of-proof.ts';
import { owner as ownerKey } from '../../model/keys.ts';
import { hasGrammar, kindOfKey, providerOfKey } from '../../model/kind-of-key.ts';
import { type EntityKind, IDENTITY_KINDS, PROOF_KINDS } from '../../model/kinds.ts';
import { relationshipId } from '../../model/relationship-id.ts';
import type { DeclaredEntity, FactsFile } from './facts-file.ts';

const CONSUMERS = ['Workload', 'Pipeline', 'Agent', 'User', 'Origin'] as const;
const PLACES = ['Secret', 'Repository', 'Workload', 'Resource'] as const;
const DEPENDENTS = ['Workload', 'Resource', 'Pipeline'] as const;
const RUNNERS = ['Workload', 'Pipeline', 'Agent'] as const;

/** The facts of one file. Throws an InputError that names the place (`uses[3].consumer`) of what cannot be. */
export class DeclaredFacts {
  readonly #path: string;
  readonly #entities = new Map<string, EntityFact>();
  readonly #relationships = new Map<string, RelationshipFact>();

  constructor(path: string) {
    this.#path = path;
  }

  add(file: FactsFile): void {
    for (const [at, entity] of (file.entities ?? []).entries()) this.#declare(entity, `entities[${at}]`);
    for (const [at, { consumer, credential, alternative }] of (file.uses ?? []).entries()) {
      this.#use(consumer, credential, alternative, `uses[${at}]`);
    }
    for (const [at, { place, credential, version }] of (file.copies ?? []).entries()) {
      this.#named(place, { allowed: PLACES, otherwise: 'Secret', at: `copies[${at}].place` });
      this.#named(credential, { allowed: PROOF_KINDS, otherwise: 'Credential', at: `copies[${at}].credential` });
      this.#relate(
        { source: place, kind: 'EXPOSES', target: credential, ...declared, ...(version && { version }) },
        `copies[${at}]`,
      );
    }
    for (const [at, { from, to }] of (file.dependsOn ?? []).entries()) {
      this.#named(from, { allowed: DEPENDENTS, otherwise: 'Workload', at: `dependsOn[${at}].from` });
      this.#named(to, { allowed: DEPENDENTS, otherwise: 'Workload', at: `dependsOn[${at}].to` });
      this.#relate({ source: from, kind: 'DEPENDS_ON', target: to, ...declared }, `dependsOn[${at}]`);
    }
  }

  entities(): EntityFact[] {
    return [...this.#entities.values()];
  }

  relationships(): RelationshipFact[] {
    return [...this.#relationships.values()];
  }

  #declare(entity: DeclaredEntity, at: string): void {
    const { key, kind: said, name, contact, owner, ...context } = entity;
    if (this.#entities.get(key)?.overlay) throw this.#error(at, `${key} is declared twice`);
    const kind = said ?? kindOfKey(key);
    if (!kind) throw this.#error(`${at}.kind`, `${key} does not tell its kind; give one, such as Workload`);
    const { expiresAt, ...rest } = context;
    this.#entities.set(key, {
      ...stub(key, kind),
      ...withoutGaps(rest),
      ...(name !== undefined && { name }),
      ...(expiresAt !== undefined && { expiresAt: new Date(expiresAt).toISOString() }),
      ...(owner !== undefined && { owner }),
      ...(contact !== undefined && { properties: { contact } }),
      overlay: true,
    });
    if (owner !== undefined) this.#own(key, owner, at);
  }

  #own(key: string, owner: string, at: string): void {
    const target = owner.startsWith('owner:') ? owner : owner.includes('/') ? `owner:${owner}` : ownerKey('team', owner);
    if (!this.#entities.has(target)) this.#entities.set(target, stub(target, 'Owner'));
    this.#relate({ source: key, kind: 'OWNED_BY', target, ...declared }, at);
  }

  /** A use of a credential; reading it from a place, or running as an identity, when the key names one of those. */
  #use(consumer: string, credential: string, alternative: RelationshipFact['alternative'], at: string): void {
    const target = this.#named(credential, {
      allowed: [...PROOF_KINDS, ...IDENTITY_KINDS, 'Secret'],
      otherwise: 'Credential',
      at: `${at}.credential`,
    });
    const isIdentity = (IDENTITY_KINDS as readonly EntityKind[]).includes(target);
    const isPlace = target === 'Secret';
    const allowed = isIdentity ? RUNNERS : isPlace ? RUNNERS : CONSUMERS;
    this.#named(consumer, { allowed, otherwise: 'Workload', at: `${at}.consumer` });
    if (isIdentity && alternative)
      throw this.#error(`${at}.alternative`, 'alternatives are of credentials and places, not of identities');
    const kind = isIdentity ? 'RUNS_AS' : isPlace ? 'READS' : 'USES';
    this.#relate({ source: consumer, kind, target: credential, ...declared, ...(alternative && { alternative }) }, at);
  }

  /** The kind of a named thing: as declared in this file, as its key tells, or what it must be here. */
  #named(
    key: string,
    { allowed, otherwise, at }: { allowed: readonly EntityKind[]; otherwise: EntityKind; at: string },
  ): EntityKind {
    const kind = this.#entities.get(key)?.kind ?? kindOfKey(key) ?? otherwise;
    if (!allowed.includes(kind)) throw this.#error(at, `${key} is a ${kind}; expected ${allowed.join(', ')}`);
    if (!this.#entities.has(key)) this.#entities.set(key, stub(key, kind));
    this.#authenticate(key);
    return kind;
  }

  /** A password's key says whose it is, whether or not the system that keeps it was asked. */
  #authenticate(key: string): void {
    const target = identityOfProof(key);
    const kind = target === undefined ? undefined : kindOfKey(target);
    if (target === undefined || !kind) return;
    if (!this.#entities.has(target)) this.#entities.set(target, stub(target, kind));
    const fact: RelationshipFact = { source: key, kind: 'AUTHENTICATES_AS', target, ...declared, reason: 'the key names it' };
    this.#relationships.set(relationshipId(fact), fact);
  }

  #relate(fact: RelationshipFact, at: string): void {
    const name = relationshipId(fact);
    if (this.#relationships.has(name)) throw this.#error(at, `${fact.source} and ${fact.target} are declared twice`);
    this.#relationships.set(name, { ...fact, reason: `declared in ${this.#path}` });
  }

  #error(at: string, text: string): InputError {
    return new InputError(`${this.#path}: ${at}: ${text}`);
  }
}

const declared = { basis: 'declared', certainty: 'definite' } as const;

function stub(key: string, kind: EntityKind): EntityFact {
  const isOwned = hasGrammar(key) && kind !== 'Owner';
  return { key, kind, name: key.slice(key.indexOf(':') + 1), provider: providerOfKey(key), ...(isOwned && { stub: true }) };
}

type Given<T> = { [K in keyof T]-?: Exclude<T[K], undefined> };

/** Absent fields left out, not undefined. */
const withoutGaps = <T extends object>(fields: T): Partial<Given<T>> =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as Partial<Given<T>>;
