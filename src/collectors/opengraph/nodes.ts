/** The nodes of all files of a source, found as edges name them: by id, by name or by properties. */
import type { EntityFact } from '../../model/entity.ts';
import { grouped } from '../../model/grouped.ts';
import { kindOfKey, providerOfKey } from '../../model/kind-of-key.ts';
import { ENVIRONMENTS, type EntityKind, STATES, TIERS } from '../../model/kinds.ts';
import type { GraphEnd, GraphNode } from './graph-file.ts';
import { type NodeProperties, nodeRule, ownKind } from './node-kinds.ts';

interface Known {
  readonly key: string;
  readonly kinds: readonly string[];
  readonly properties: NodeProperties;
}

export class Nodes {
  readonly #source: string;
  readonly #byId = new Map<string, Known>();
  readonly #byName = new Map<string, Known[]>();
  readonly #byProperty = new Map<string, ReadonlyMap<string, readonly Known[]>>();
  readonly #facts = new Map<string, EntityFact>();
  /** Kinds of nodes that no rule knows, with their number. */
  readonly unknownKinds = new Map<string, number>();

  constructor(source: string) {
    this.#source = source;
  }

  add(node: GraphNode): void {
    const properties = node.properties ?? {};
    const fact = this.#factOf(node, properties);
    const known = { key: fact.key, kinds: node.kinds, properties };
    this.#byId.set(node.id, known);
    const namesakes = this.#byName.get(fact.name);
    if (namesakes) namesakes.push(known);
    else this.#byName.set(fact.name, [known]);
    this.#facts.set(fact.key, fact);
  }

  /**
   * The keys that an edge's end names: several nodes may have the properties. An id that no file describes is a node of another
   * collection: a stub. Empty where a name or properties fit nothing.
   */
  named(end: GraphEnd): readonly string[] {
    if (end.match_by === 'id') return [this.#byId.get(end.value as string)?.key ?? this.#stranger(end)];
    const fits = (one: Known): boolean => !end.kind || one.kinds.includes(end.kind);
    if (end.match_by === 'name') return (this.#byName.get(end.value as string) ?? []).filter(fits).map(({ key }) => key);
    const [first, ...rest] = end.property_matchers ?? [];
    const all = first ? (this.#having(first.key).get(valueName(first.value)) ?? []) : [];
    const matching = all.filter((one) => fits(one) && rest.every(({ key, value }) => one.properties[key] === value));
    return matching.map(({ key }) => key);
  }

  /** Nodes by the value of one property, indexed when it is first asked for: when all nodes are known. */
  #having(property: string): ReadonlyMap<string, readonly Known[]> {
    const index = this.#byProperty.get(property) ?? grouped(this.#byId.values(), (one) => valueName(one.properties[property]));
    this.#byProperty.set(property, index);
    return index;
  }

  kindOf(key: string): EntityKind | undefined {
    return this.#facts.get(key)?.kind;
  }

  put(fact: EntityFact): void {
    this.#facts.set(fact.key, fact);
  }

  entities(): EntityFact[] {
    return [...this.#facts.values()].sort((a, b) => (a.key < b.key ? -1 : 1));
  }

  #stranger(end: GraphEnd): string {
    const key = this.#keyOf(end.value as string);
    if (!this.#facts.has(key)) {
      const kind = ownKind([end.kind ?? '']) ?? nodeRule([end.kind ?? ''])?.kind ?? 'Resource';
      this.#facts.set(key, { key, kind, name: end.value as string, provider: providerOfKey(key), stub: true });
    }
    return key;
  }

  #keyOf(id: string): string {
    return `opengraph:${this.#source}/${id}`;
  }

  #factOf({ id, kinds }: GraphNode, properties: NodeProperties): EntityFact {
    const own = ownKind(kinds);
    if (own) return { ...described(properties, id), key: id, kind: own, provider: providerOfKey(id) };
    const rule = nodeRule(kinds);
    if (!rule) this.unknownKinds.set(kinds[0] ?? '', (this.unknownKinds.get(kinds[0] ?? '') ?? 0) + 1);
    const arn = properties['arn'];
    const key = rule?.key?.(properties) ?? (typeof arn === 'string' && arn.startsWith('arn:') ? `aws:${arn}` : this.#keyOf(id));
    return {
      ...described(properties, id),
      key,
      kind: rule?.kind ?? kindOfKey(key) ?? 'Resource',
      provider: providerOfKey(key),
      properties: { kinds: kinds.slice(0, 3) },
    };
  }
}

/** The context that our own export writes; other collectors' words for it differ and are left alone. */
function described(
  properties: NodeProperties,
  id: string,
): Pick<EntityFact, 'name' | 'tier' | 'environment' | 'state' | 'expiresAt' | 'owner'> {
  const text = (name: string): string | undefined => (typeof properties[name] === 'string' ? properties[name] : undefined);
  const environment = ENVIRONMENTS.find((one) => one === properties['environment']);
  const state = STATES.find((one) => one === properties['state']);
  const tier = TIERS.find((one) => one === properties['tier']);
  const expiresAt = text('expires_at');
  const owner = text('owner');
  return {
    name: text('name') ?? text('displayname') ?? id,
    ...(environment && { environment }),
    ...(state && state !== 'unknown' && { state }),
    ...(tier !== undefined && { tier }),
    ...(expiresAt && { expiresAt }),
    ...(owner && { owner }),
  };
}

/** `1` and `"1"` are two values. */
const valueName = (value: unknown): string => JSON.stringify(value) ?? '';
