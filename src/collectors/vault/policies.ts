/** The policies that were collected, and what several of them together come to for one caller. */
import { Acl } from '../../iam/vault/acl.ts';
import { compileVaultPolicy, type VaultPolicy } from '../../iam/vault/policy.ts';
import { policyFor, type TemplateIdentity } from '../../iam/vault/template.ts';
import { InputError } from '../../model/errors.ts';
import type { Inventory } from './inventory.ts';

/** `unknown`: whose tokens they are cannot be told, so that what a template gives stays open. */
export type Caller = TemplateIdentity | 'none' | 'unknown';

export interface Grant {
  readonly acl: Acl;
  readonly policies: readonly VaultPolicy[];
  /** Rules whose paths depend on who calls. */
  readonly isOpen: boolean;
}

export class Policies {
  readonly problems: string[] = [];
  readonly #inventory: Inventory;
  readonly #compiled = new Map<string, VaultPolicy>();
  readonly #missing = new Set<string>();
  readonly #shared = new Map<string, Grant>();

  constructor(inventory: Inventory) {
    this.#inventory = inventory;
    for (const [name, { text, place }] of inventory.policies) {
      try {
        this.#compiled.set(name, compileVaultPolicy(name, text));
      } catch (error) {
        if (!(error instanceof InputError)) throw error;
        this.problems.push(`${place}: ${error.message}`);
      }
    }
  }

  get names(): string[] {
    return [...this.#compiled.keys()].sort();
  }

  compiled(name: string): VaultPolicy | undefined {
    return this.#compiled.get(name);
  }

  /** Policies that somebody holds and whose text is not there; `default` is built in, and gives little. */
  get missing(): string[] {
    return [...this.#missing].sort();
  }

  /** What callers of equal policies come to is computed once, unless it depends on who calls. */
  grantOf(names: Iterable<string>, caller: Caller): Grant {
    const held = [...new Set(names)].sort();
    const policies = held.flatMap((name) => this.#policy(name) ?? []);
    const isTemplate = policies.some(({ rules }) => rules.some((rule) => rule.isTemplate));
    if (isTemplate && caller !== 'unknown')
      return grantOf(
        policies.map((policy) => this.#filled(policy, caller)),
        false,
      );
    const key = held.join('\n');
    const known = this.#shared.get(key) ?? grantOf(policies, isTemplate);
    this.#shared.set(key, known);
    return known;
  }

  #filled(policy: VaultPolicy, caller: Exclude<Caller, 'unknown'>): VaultPolicy {
    const stated = this.#inventory.policies.get(policy.name);
    return policyFor(policy, caller === 'none' ? undefined : caller, stated ?? {});
  }

  #policy(name: string): VaultPolicy | undefined {
    if (name === 'root') return { name, rules: [] };
    const found = this.#compiled.get(name);
    if (!found && !this.#isAbsent(name)) this.#missing.add(name);
    return found;
  }

  /** The server lists all that there are: a name that it does not list gives nothing. */
  #isAbsent(name: string): boolean {
    if (this.#inventory.policies.has(name) || name === 'default') return true;
    return this.#inventory.policyNames !== undefined && !this.#inventory.policyNames.has(name);
  }
}

const grantOf = (policies: readonly VaultPolicy[], isOpen: boolean): Grant => ({ acl: new Acl(policies), policies, isOpen });
