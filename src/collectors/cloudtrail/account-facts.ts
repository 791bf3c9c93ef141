/**
 * Events of one account → facts, in memory that grows with the estate and not with the log.
 *
 *     Origin ──USES──► Credential, Session ──AUTHENTICATES_AS──► User, Role ──ACCESSED──► thing
 *                            └──MINTED──► Session, Credential        └──CAN_ASSUME──► Role
 */
import { isIP } from 'node:net';
import type { EntityFact, RelationshipFact, RelationshipName, Time } from '../../model/entity.ts';
import { awsArn, awsKey, awsLoginProfile, origin } from '../../model/keys.ts';
import type { Certainty } from '../../model/kinds.ts';
import { relationshipId } from '../../model/relationship-id.ts';
import { Tally } from '../files/tally.ts';
import { isChange } from './changes.ts';
import { clientFamily } from './client-family.ts';
import type { TrailEvent } from './event.ts';
import { callerEntity, sessionNameOf } from './identity.ts';
import { type Issuance, issuanceOf } from './issuance.ts';
import { SessionNotes } from './session-notes.ts';
import { stubOf, type Touched, touchedBy } from './touched.ts';

/** User agents that are remembered, so that the table is not walked for each event. */
const MOST_AGENTS = 1000;

interface Call {
  readonly event: TrailEvent;
  /** 1, or 0 when the other account's record of the same call was counted. */
  readonly uses: number;
  readonly identity: EntityFact | undefined;
  /** Key of the proof that was used. */
  readonly proof: string | undefined;
  readonly issued: Issuance | undefined;
}

/** What a login profile's key has behind its user's. */
const PASSWORD = '/login-profile';
const ownerOf = (key: string): string => (key.endsWith(PASSWORD) ? key.slice(0, -PASSWORD.length) : key);

export class AccountFacts {
  readonly #entities = new Map<string, EntityFact>();
  readonly #tallies = new Map<string, Tally>();
  readonly #families = new Map<string, string>();
  readonly #sessions = new SessionNotes();
  /** `user/<name>` and `role/<name>` → ARN, from records that spell it. */
  readonly #arns = new Map<string, string>();
  /** Keys that were built from a name alone. */
  readonly #guessed = new Map<string, string>();

  add(event: TrailEvent, uses: number): void {
    const { key } = event.caller;
    const identity = callerEntity(event.caller);
    const call: Call = { event, uses, identity, proof: key && awsKey(key), issued: issuanceOf(event) };
    if (identity) this.#learn(identity);
    if (key) this.#use(key, call);
    if (call.issued) this.#issue(call.issued, call);
    if (event.service === 'iam' && event.name === 'CreateLoginProfile' && !event.failed) this.#password(call);
    if (event.service === 'signin') this.#login(call);
    else if (event.service !== 'sts' && !event.failed) this.#access(call);
  }

  entities(): EntityFact[] {
    const resolved = [...this.#entities.values()].flatMap((entity) => {
      const key = this.#resolved(entity.key);
      return key === entity.key ? entity : this.#entities.has(key) ? [] : { ...entity, key };
    });
    return resolved.map((entity) => this.#sessions.describe(entity)).sort((a, b) => (a.key < b.key ? -1 : 1));
  }

  relationships(): RelationshipFact[] {
    const byName = new Map<string, Tally>();
    for (const tally of this.#tallies.values()) {
      for (const one of this.#settled(tally)) {
        const name = relationshipId(one);
        const other = byName.get(name);
        if (other) other.merge(one);
        else byName.set(name, one);
      }
    }
    return [...byName].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, tally]) => tally.fact());
  }

  /** A tally as all records together tell it: with the true ARN of a name, and the ceiling of a limited session. */
  #settled(tally: Tally): Tally[] {
    const guess = this.#guessed.get(ownerOf(tally.target));
    if (guess !== undefined && !this.#arns.has(guess)) {
      return [tally.weakened(`the log has the name ${guess.replace('/', ' ')} without its path`)];
    }
    const [source, target] = [this.#resolved(tally.source), this.#resolved(tally.target)];
    if (tally.kind !== 'AUTHENTICATES_AS' || !this.#sessions.isLimited(tally.source)) return [tally.renamed({ source, target })];
    return [
      tally.renamed({ kind: 'ACTS_FOR', target }),
      tally.weakened('a session policy limits it; what that leaves is not computed', target),
    ];
  }

  #learn(entity: EntityFact): void {
    this.#entities.set(entity.key, entity);
    const found = /:iam::\d{12}:(user|role)\/(?:.*\/)?([^/]+)$/.exec(entity.key);
    if (found) this.#arns.set(`${found[1]}/${found[2]}`, entity.key);
  }

  /** A guessed key's true one, once a record has told the path. */
  #resolved(key: string): string {
    const arn = this.#arns.get(this.#guessed.get(ownerOf(key)) ?? '');
    return arn === undefined ? key : `${arn}${key.slice(ownerOf(key).length)}`;
  }

  #tally(name: RelationshipName, { event, uses }: Call, certainty?: Certainty): Tally {
    const id = relationshipId(name);
    const tally = this.#tallies.get(id) ?? new Tally(name, event.at, certainty);
    this.#tallies.set(id, tally);
    tally.seen(event.at, uses);
    return tally;
  }

  #proof(key: string): void {
    if (this.#entities.has(awsKey(key))) return;
    const common = { key: awsKey(key), name: key, provider: 'aws' } as const;
    this.#entities.set(
      common.key,
      key.startsWith('ASIA') ? { ...common, kind: 'Session', state: 'active' } : { ...common, kind: 'Credential', stub: true },
    );
  }

  #use(key: string, call: Call): void {
    const { caller } = call.event;
    const sessionName = sessionNameOf(caller.arn);
    this.#proof(key);
    if (key.startsWith('ASIA')) this.#sessions.used(awsKey(key), caller);
    if (call.identity) this.#actsAs(key, call.identity.key, call, caller.type === 'FederatedUser');
    this.#from(awsKey(key), call)?.note('sessionNames', sessionName);
  }

  #family(agent: string): string {
    const family = this.#families.get(agent) ?? clientFamily(agent);
    if (this.#families.size < MOST_AGENTS) this.#families.set(agent, family);
    return family;
  }

  /** The use of a proof from where the call came; service hosts and `AWS Internal` are no origins. */
  #from(proof: string, call: Call): Tally | undefined {
    const { address, agent, failed } = call.event;
    if (isIP(address) === 0) return undefined;
    const family = this.#family(agent);
    const key = origin(address, family);
    this.#entities.set(key, {
      key,
      kind: 'Origin',
      name: `${address} (${family})`,
      provider: 'origin',
      properties: { address, client: family },
    });
    const tally = this.#tally({ source: key, kind: 'USES', target: proof }, call);
    if (failed) tally.failed += call.uses;
    return tally;
  }

  #actsAs(key: string, identity: string, call: Call, limited: boolean): void {
    if (limited) this.#sessions.limited(awsKey(key));
    this.#tally({ source: awsKey(key), kind: 'AUTHENTICATES_AS', target: identity }, call);
  }

  #issue(issued: Issuance, call: Call): void {
    const { event, proof, identity } = call;
    this.#proof(issued.key);
    if (issued.key.startsWith('ASIA')) this.#sessions.issued(awsKey(issued.key), issued);
    this.#actsAsIssued(issued, call);
    const source = proof ?? identity?.key;
    if (source) {
      const minted = this.#tally({ source, kind: 'MINTED', target: awsKey(issued.key) }, call, 'possible');
      Object.assign(minted.properties, { at: event.at, eventID: event.eventId, action: `${event.service}:${event.name}` });
    }
    if (identity && typeof issued.actsAs === 'object' && 'roleArn' in issued.actsAs) {
      this.#tally({ source: identity.key, kind: 'CAN_ASSUME', target: awsArn(issued.actsAs.roleArn) }, call);
    }
  }

  #actsAsIssued({ key, actsAs, limited }: Issuance, call: Call): void {
    if (actsAs === 'caller') {
      if (call.identity) this.#actsAs(key, call.identity.key, call, limited);
    } else if ('roleArn' in actsAs) {
      this.#learn(stubOf(actsAs.roleArn));
      this.#actsAs(key, awsArn(actsAs.roleArn), call, limited);
    } else if ('rootArn' in actsAs) {
      this.#learn({ ...stubOf(actsAs.rootArn), kind: 'User' });
      this.#actsAs(key, awsArn(actsAs.rootArn), call, limited);
    } else {
      const user = touchedBy(call.event).find(({ entity }) => entity.kind === 'User');
      if (!user) return;
      this.#note(user);
      this.#actsAs(key, user.entity.key, call, limited);
    }
  }

  /** A password was set for a user that had none: whoever set it knows it. */
  #password(call: Call): void {
    const user = touchedBy(call.event).find(({ entity }) => entity.kind === 'User');
    const source = call.proof ?? call.identity?.key;
    if (!user || !source) return;
    this.#note(user);
    const key = `${user.entity.key}${PASSWORD}`;
    this.#entities.set(key, { key, kind: 'Credential', name: `password of ${user.entity.name}`, provider: 'aws', stub: true });
    this.#tally({ source: key, kind: 'AUTHENTICATES_AS', target: user.entity.key }, call);
    const minted = this.#tally({ source, kind: 'MINTED', target: key }, call, 'possible');
    Object.assign(minted.properties, { at: call.event.at, eventID: call.event.eventId, action: 'iam:CreateLoginProfile' });
  }

  #note({ entity, guessed }: Touched): void {
    if (!guessed) {
      this.#learn(entity);
      return;
    }
    this.#guessed.set(entity.key, `${guessed.kind}/${guessed.name}`);
    if (!this.#entities.has(entity.key)) this.#entities.set(entity.key, entity);
  }

  #login(call: Call): void {
    const { event, identity } = call;
    if (event.name !== 'ConsoleLogin' || event.failed || event.response['ConsoleLogin'] !== 'Success') return;
    if (!identity || event.caller.type !== 'IAMUser') return;
    const key = awsLoginProfile(event.caller.arn ?? '');
    this.#entities.set(key, { key, kind: 'Credential', name: `password of ${identity.name}`, provider: 'aws', stub: true });
    this.#tally({ source: key, kind: 'AUTHENTICATES_AS', target: identity.key }, call);
    this.#from(key, call);
  }

  #access(call: Call): void {
    const { event, identity, proof } = call;
    const isExternal = identity?.kind === 'External';
    const source = isExternal
      ? undefined
      : (identity?.key ?? (proof && this.#entities.get(proof)?.kind === 'Session' ? proof : undefined));
    if (!source) return;
    const action = `${event.service}:${event.name}`;
    for (const touched of touchedBy(event)) {
      const tally = this.#tally({ source, kind: 'ACCESSED', target: touched.entity.key }, call);
      this.#note(touched);
      tally.note('actions', action);
      tally.note('credentials', proof);
      if (isChange(action)) tally.changes.push(changeOf(action, source, call));
    }
  }
}

function changeOf(action: string, by: string, { event, proof, issued }: Call): Tally['changes'][number] {
  const at: Time = event.at;
  return { action, at, by, ...(proof !== undefined && { credential: proof }), ...(issued && { created: awsKey(issued.key) }) };
}
