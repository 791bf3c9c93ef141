/** A command of the CLI: what `--help` says of it, and where its code is. Code is loaded when the command runs. */
import type { Config } from '../config.ts';
import type { RoleName } from '../ports/store.ts';

export interface Io {
  /** For answers. */
  out(text: string): void;
  /** For progress, warnings and logs. */
  err(text: string): void;
  readonly isTerminal: boolean;
  /** Aborted by the first Ctrl-C. */
  readonly signal: AbortSignal;
}

export interface Invocation {
  readonly arguments: readonly string[];
  readonly options: Readonly<Record<string, unknown>>;
  /** Loaded on first use, so that commands without a configuration need none. */
  config(): Config;
  readonly io: Io;
  /** What the owner of INTERLOCK_TOKEN must at least be, as in the API. */
  readonly role?: RoleName | undefined;
}

export const EXIT = { done: 0, failed: 1, usage: 2, incomplete: 3 } as const;
export type Exit = (typeof EXIT)[keyof typeof EXIT];

export type Run = (invocation: Invocation) => Promise<Exit>;

export interface Command {
  readonly name: string;
  /** As commander writes them: `<key...>`, `[source...]`. */
  readonly usage?: string;
  readonly summary: string;
  /** As for the same in the API; without it, any token may. Who acts without a token is the owner of the store. */
  readonly role?: RoleName;
  readonly options?: readonly (readonly [flags: string, description: string, fallback?: string])[];
  load(): Promise<{ readonly run: Run }>;
}
