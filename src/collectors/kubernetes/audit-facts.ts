/**
 * The audit log → facts, in memory that grows with the cluster and not with the log.
 *
 *     Origin, workload ─USES─► token, certificate ─AUTHENTICATES_AS─► service account, user ─ACCESSED─► thing
 *                                 └─MINTED─► token                          └─CAN_ASSUME─► whom it impersonated
 *
 * Whose proof it was and as whom the call was made are kept apart: what was touched is touched by the latter, `actors` names the former.
 */
import { isIP } from 'node:net';
import type { EntityFact, RelationshipFact, RelationshipName, Time } from '../../model/entity.ts';
import { k8sCertificate, k8sNamespace, k8sObject, k8sToken, origin } from '../../model/keys.ts';
import { kindOfKey } from '../../model/kind-of-key.ts';
import type { Certainty } from '../../model/kinds.ts';
import { relationshipId } from '../../model/relationship-id.ts';
import { SeenTexts } from '../../model/seen-texts.ts';
import { Tally } from '../files/tally.ts';
import { agentFamily } from './agent-family.ts';
import { isChange } from './audit-changes.ts';
import { type AuditEvent, type AuditObject, auditEvent, certificateDigest, tokenId } from './audit-event.ts';
import { type Identity, identityOfUser } from './identities.ts';
import type { FactStream } from './resolve.ts';

/** User agents that are remembered, so that the table is not walked for each event. */
const MOST_AGENTS = 1000;

interface Named {
  readonly name: string;
}

export class AuditFacts implements FactStream {
  newest: Time | undefined;
  readonly #source: string;
  readonly #ids = new SeenTexts();
  readonly #entities = new Map<string, EntityFact>();
  readonly #tallies = new Map<string, Tally>();
  readonly #families = new Map<string, string>();
  /** Tokens used by pods: `namespace/pod` by use. Pods are folded into their controllers when all is read. */
  readonly #podUses = new Map<string, { readonly tally: Tally; readonly namespace: string; readonly pod: string }>();

  constructor(source: string) {
    this.#source = source;
  }

  get isEmpty(): boolean {
    return this.newest === undefined;
  }

  /** False when it is no event. Events that were seen before count once. */
  add(value: unknown): boolean {
    const event = auditEvent(value);
    if (event === undefined) return false;
    if (event === 'early' || !this.#ids.add(event.id)) return true;
    if (this.newest === undefined || event.at > this.newest) this.newest = event.at;
    const actor = this.#identity(identityOfUser(event.user));
    const proof = this.#proof(event, actor);
    const actedAs = event.actedAs === undefined ? actor : this.#identity(identityOfUser(event.actedAs));
    if (!event.failed && actedAs !== actor) this.#impersonated(event, actor, actedAs);
    if (event.issued && !event.failed) this.#issued(event, proof ?? actor);
    if (event.object && !event.failed) this.#accessed(event, event.object, { actor, actedAs, proof });
    return true;
  }

  /** Where pods are folded to, once known: key of the workload by `namespace/pod`. */
  foldPods(workloadOf: (place: string) => (Named & { readonly key: string }) | undefined): void {
    for (const { tally, namespace, pod } of this.#podUses.values()) {
      const workload = workloadOf(`${namespace}/${pod}`);
      const key = workload?.key ?? k8sObject(this.#source, namespace, 'pods', pod);
      if (!this.#entities.has(key))
        this.#entities.set(key, {
          key,
          kind: 'Workload',
          name: `${namespace}/${workload?.name ?? pod}`,
          provider: 'k8s',
          stub: true,
        });
      const id = relationshipId({ source: key, kind: 'USES', target: tally.target });
      const known = this.#tallies.get(id);
      const renamed = renamedSource(tally, key);
      if (known) known.merge(renamed);
      else this.#tallies.set(id, renamed);
    }
    this.#podUses.clear();
  }

  *entities(): Generator<EntityFact> {
    yield* [...this.#entities.values()].sort((a, b) => (a.key < b.key ? -1 : 1));
  }

  *relationships(): Generator<RelationshipFact> {
    for (const [, tally] of [...this.#tallies].sort(([a], [b]) => (a < b ? -1 : 1))) yield tally.fact();
  }

  #tally(name: RelationshipName, { at }: AuditEvent, certainty?: Certainty): Tally {
    const id = relationshipId(name);
    const tally = this.#tallies.get(id) ?? new Tally(name, at, certainty);
    this.#tallies.set(id, tally);
    tally.seen(at, 1);
    return tally;
  }

  #identity({ type, namespace, name }: Identity): string {
    const key = k8sObject(this.#source, namespace, type, name);
    if (!this.#entities.has(key)) {
      const isAccount = type === 'serviceaccounts';
      const kind = isAccount ? 'ServiceAccount' : 'User';
      this.#entities.set(key, { key, kind, name: isAccount ? `${namespace}/${name}` : name, provider: 'k8s', stub: true });
    }
    return key;
  }

  /** The key of what was shown, if the log tells; and from where. */
  #proof(event: AuditEvent, actor: string): string | undefined {
    const token = tokenId(event.credential);
    const certificate = certificateDigest(event.credential);
    if (token !== undefined) this.#token(token);
    const key = token !== undefined ? k8sToken(this.#source, token) : certificate && k8sCertificate(this.#source, certificate);
    if (key === undefined || key === '') return undefined;
    if (certificate !== undefined && !this.#entities.has(key))
      this.#entities.set(key, {
        key,
        kind: 'Credential',
        name: `certificate of ${event.user}`,
        provider: 'k8s',
        state: 'active',
      });
    this.#tally({ source: key, kind: 'AUTHENTICATES_AS', target: actor }, event);
    this.#usedFrom(key, event);
    return key;
  }

  #token(id: string): string {
    const key = k8sToken(this.#source, id);
    if (!this.#entities.has(key)) this.#entities.set(key, { key, kind: 'Session', name: id, provider: 'k8s', state: 'active' });
    return key;
  }

  #usedFrom(proof: string, event: AuditEvent): void {
    const namespace = podNamespace(event);
    if (event.pod !== undefined && namespace !== undefined) this.#usedByPod(proof, event, { namespace, pod: event.pod });
    if (isIP(event.address) === 0) return;
    const family = this.#families.get(event.agent) ?? agentFamily(event.agent);
    if (this.#families.size < MOST_AGENTS) this.#families.set(event.agent, family);
    const key = origin(event.address, family);
    if (!this.#entities.has(key)) {
      const properties = { address: event.address, client: family };
      this.#entities.set(key, { key, kind: 'Origin', name: `${event.address} (${family})`, provider: 'origin', properties });
    }
    const tally = this.#tally({ source: key, kind: 'USES', target: proof }, event);
    if (event.failed) tally.failed++;
    tally.note('pods', event.pod);
  }

  #usedByPod(proof: string, event: AuditEvent, { namespace, pod }: { namespace: string; pod: string }): void {
    const id = `${namespace}/${pod}\n${proof}`;
    const use = this.#podUses.get(id) ?? {
      tally: new Tally({ source: pod, kind: 'USES', target: proof }, event.at),
      namespace,
      pod,
    };
    this.#podUses.set(id, use);
    use.tally.seen(event.at, 1);
  }

  #impersonated(event: AuditEvent, actor: string, actedAs: string): void {
    this.#tally({ source: actor, kind: 'CAN_ASSUME', target: actedAs }, event).note('how', 'impersonation');
  }

  #issued(event: AuditEvent, source: string): void {
    const { issued, object } = event;
    if (!issued || object?.resource !== 'serviceaccounts' || object.subresource !== 'token' || object.namespace === '') return;
    const key = this.#token(issued.id);
    const { expiresAt, audiences } = issued;
    const known = this.#entities.get(key) as EntityFact;
    this.#entities.set(key, {
      ...known,
      ...(expiresAt !== undefined && { expiresAt }),
      ...(audiences.length > 0 && { properties: { audiences: [...audiences].sort() } }),
    });
    const account = this.#identity({ type: 'serviceaccounts', namespace: object.namespace, name: object.name });
    this.#tally({ source: key, kind: 'AUTHENTICATES_AS', target: account }, event);
    const minted = this.#tally({ source, kind: 'MINTED', target: key }, event, 'possible');
    Object.assign(minted.properties, { at: event.at, eventID: event.id, action: 'create serviceaccounts/token' });
  }

  #accessed(event: AuditEvent, object: AuditObject, who: { actor: string; actedAs: string; proof: string | undefined }): void {
    const target = this.#thing(object);
    if (target === undefined || target === who.actedAs) return;
    const tally = this.#tally({ source: who.actedAs, kind: 'ACCESSED', target }, event);
    const action = `${event.verb} ${object.resource}${object.subresource ? `/${object.subresource}` : ''}`;
    tally.note('actions', action);
    tally.note('credentials', who.proof);
    if (who.actedAs !== who.actor) tally.note('actors', who.actor);
    if (!isChange({ ...object, verb: event.verb })) return;
    const created = event.issued && k8sToken(this.#source, event.issued.id);
    tally.changes.push({
      action,
      at: event.at,
      by: who.actedAs,
      ...(who.proof !== undefined && { credential: who.proof }),
      ...(created !== undefined && { created }),
    });
  }

  /** What was touched: by name where it has one, else the namespace, else the cluster. */
  #thing({ resource, namespace, name, group }: AuditObject): string | undefined {
    if (IGNORED.has(resource) || group === 'authorization.k8s.io' || group === 'authentication.k8s.io') return undefined;
    if (name === '' && namespace === '') return undefined;
    const key =
      name === ''
        ? k8sNamespace(this.#source, namespace)
        : k8sObject(this.#source, resource === 'namespaces' ? '' : namespace, resource, name);
    if (!this.#entities.has(key)) {
      const kind = kindOfKey(key) ?? 'Resource';
      const said = name === '' ? namespace : namespace && resource !== 'namespaces' ? `${namespace}/${name}` : name;
      this.#entities.set(key, { key, kind, name: said, provider: 'k8s', stub: true });
    }
    return key;
  }
}

/** Bookkeeping of the cluster itself, in great numbers. */
const IGNORED: ReadonlySet<string> = new Set([
  'leases',
  'events',
  'endpoints',
  'endpointslices',
  'nodes',
  'csinodes',
  'componentstatuses',
]);

/** A bound token's pod lives where its service account does. */
function podNamespace({ user }: AuditEvent): string | undefined {
  const { type, namespace } = identityOfUser(user);
  return type === 'serviceaccounts' ? namespace : undefined;
}

function renamedSource(tally: Tally, source: string): Tally {
  const renamed = new Tally({ source, kind: tally.kind, target: tally.target }, tally.first);
  renamed.merge(tally);
  return renamed;
}
