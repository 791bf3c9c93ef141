/** Facts of GitHub Enterprise Server: the same, under keys that name its host. */
import { GITHUB_ISSUER } from '../../iam/github/oidc-subjects.ts';
import type { EntityFact, RelationshipFact } from '../../model/entity.ts';

/** `github:acme/shop` → `github@ghe.example:acme/shop`; tokens of its jobs have an issuer of their own. */
export class OtherHost {
  readonly #host: string;

  constructor(host: string) {
    this.#host = host;
  }

  key(key: string): string {
    const oidc = `external:oidc/${GITHUB_ISSUER}/`;
    if (key.startsWith(oidc)) return `external:oidc/${this.#host}/_services/token/${key.slice(oidc.length)}`;
    return key.startsWith('github:') ? `github@${this.#host}:${key.slice('github:'.length)}` : key;
  }

  entity(fact: EntityFact): EntityFact {
    const issued = fact.properties?.['issuer'] === GITHUB_ISSUER;
    const properties = issued ? { ...fact.properties, issuer: `${this.#host}/_services/token` } : fact.properties;
    return { ...fact, key: this.key(fact.key), ...(properties && { properties }) };
  }

  relationship(fact: RelationshipFact): RelationshipFact {
    return { ...fact, source: this.key(fact.source), target: this.key(fact.target) };
  }
}
