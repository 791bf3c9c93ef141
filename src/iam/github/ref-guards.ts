/**
 * Who can put a commit of their own on a branch or tag without anybody else's consent.
 *
 * A guard is one branch protection or one ruleset. It demands something of whoever may not bypass it; a push must satisfy all guards
 * of its ref, so whether somebody passes is decided for one actor and all guards together.
 */
import { isAtLeast, type RepositoryRole } from './repository-role.ts';

export interface Actor {
  readonly type: 'user' | 'team' | 'app' | 'deploy-key' | 'role' | 'organisation-owner';
  /** Login, team id or slug, app id or slug, or the role's name, as the guard names it; empty where all of the type are meant. */
  readonly name: string;
}

/** `consent`: somebody else must agree or do it; `check`: a system that the writer does not control must agree. */
export interface Demand {
  readonly kind: 'consent' | 'check';
  /** Ends the sentence "unless …". */
  readonly text: string;
}

export interface RefGuard {
  /** `branch protection of main`, `ruleset Protect releases`. */
  readonly name: string;
  readonly covers: (ref: string) => boolean;
  /** Of an update; undefined when the guard asks for nothing that a writer cannot do alone. */
  readonly update?: Demand | undefined;
  /** Of the creation of a ref. */
  readonly create?: Demand | undefined;
  readonly bypass: readonly Actor[];
  /** Who administers the repository may change or lift it. */
  readonly adminsMayLift: boolean;
  /** Custom permissions that lead past it. */
  readonly liftedBy: readonly string[];
}

/** Somebody with a role in the repository: alone, or with all the teams they are in. */
export interface Writer {
  readonly role: RepositoryRole;
  readonly actors: readonly Actor[];
}

export interface PushedRef {
  /** `refs/heads/main`. */
  readonly ref: string;
  /** A name of a writer's own choosing: whoever pushes to it creates it. */
  readonly isNew: boolean;
}

export interface Passage {
  readonly passes: boolean;
  /** How, or what stands in the way. */
  readonly because: string;
}

export class RefGuards {
  readonly #guards: readonly RefGuard[];

  constructor(guards: readonly RefGuard[]) {
    this.#guards = guards;
  }

  /** What a push to this ref asks of a plain writer. */
  demandsOn(pushed: PushedRef): Demand[] {
    return this.#guards.flatMap((guard) => demandOf(guard, pushed) ?? []);
  }

  isGuarded = (ref: string): boolean => this.demandsOn({ ref, isNew: false }).length > 0;

  /** Whether a plain writer may create this ref, with content of their own. */
  isCreatable(ref: string): boolean {
    return this.#guards.every((guard) => !(guard.create && guard.covers(ref)));
  }

  passage(writer: Writer, pushed: PushedRef): Passage {
    const ways: string[] = [];
    for (const guard of this.#guards) {
      const demand = demandOf(guard, pushed);
      if (!demand) continue;
      const way = wayPast(guard, writer);
      if (way === undefined) return { passes: false, because: demand.text };
      ways.push(way);
    }
    return { passes: isAtLeast(writer.role, 'write'), because: ways.join('; ') || 'nothing guards the ref' };
  }

  /** Everybody that a guard of this ref names. */
  namedOn(pushed: PushedRef): Actor[] {
    return this.#guards.flatMap((guard) => (demandOf(guard, pushed) ? guard.bypass : []));
  }
}

const demandOf = ({ covers, update, create }: RefGuard, { ref, isNew }: PushedRef): Demand | undefined =>
  covers(ref) ? (update ?? (isNew ? create : undefined)) : undefined;

function wayPast(guard: RefGuard, { role, actors }: Writer): string | undefined {
  if (guard.adminsMayLift && isAtLeast(role, 'admin')) return `an administrator of the repository may lift the ${guard.name}`;
  const permission = guard.liftedBy.find((name) => role.adds.includes(name));
  if (permission) return `the role ${role.name} has ${permission}, which leads past the ${guard.name}`;
  const named = guard.bypass.find((actor) => isMeant(actor, role, actors));
  return named && `the ${guard.name} lets ${nameOf(named)} past`;
}

const isMeant = (named: Actor, role: RepositoryRole, actors: readonly Actor[]): boolean =>
  named.type === 'role' ? named.name.toLowerCase() === role.name.toLowerCase() : actors.some((actor) => sameActor(actor, named));

export const sameActor = (a: Actor, b: Actor): boolean =>
  a.type === b.type && (b.name === '' || a.name.toLowerCase() === b.name.toLowerCase());

const nameOf = ({ type, name }: Actor): string => (name === '' ? `every ${type}` : `the ${type} ${name}`);
