/** Who controls whom, as far as it is known by now: principals and accounts. Of a workload, the roles that it runs as count. */
import { arnOf } from '../../../model/keys.ts';
import type { Estate } from '../estate.ts';
import { both, type Held, rankOf, SURE, surer } from '../held.ts';

export class ControlMap {
  readonly #estate: Estate;
  readonly #control = new Map<string, Map<string, Held>>();

  constructor(estate: Estate) {
    this.#estate = estate;
  }

  connect(from: string, target: string, held: Held): void {
    const targets = this.#control.get(from) ?? new Map<string, Held>();
    for (const to of this.#behind(target)) targets.set(to, surer(targets.get(to), held) as Held);
    this.#control.set(from, targets);
  }

  #behind(target: string): readonly string[] {
    const thing = this.#estate.things.get(arnOf(target));
    if (!thing) return [target];
    return thing.runsAs.flatMap((arn) => this.#estate.roleBehind(arn)?.key ?? []);
  }

  /**
   * What is controlled over steps no less sure than the ceiling, and how surely; the start included. Undefined when that is the
   * account already.
   */
  reach(start: string, account: string, ceiling: number): Map<string, Held> | undefined {
    const reached = new Map<string, Held>([[start, SURE]]);
    for (const [key, held] of reached)
      for (const [target, step] of this.#control.get(key) ?? []) {
        if (rankOf(step) > ceiling || reached.has(target)) continue;
        if (target === account) return undefined;
        reached.set(target, both(held, step));
      }
    return reached;
  }
}
