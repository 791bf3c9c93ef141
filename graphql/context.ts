import type { AccessAsking } from '../src/app/access-asking.ts';
import type { App } from '../src/app/app.ts';
import type { Asking } from '../src/app/reach.ts';
import type { RoleName } from '../src/ports/store.ts';
import type { Loaders } from './loaders.ts';

/** Who asks. */
export interface Viewer {
  readonly name: string;
  readonly role: RoleName;
}

export interface Context {
  /** Acts as the viewer. */
  readonly app: App & Asking & AccessAsking;
  readonly viewer: Viewer;
  readonly loaders: Loaders;
  /** Aborted when the request is over or the server stops. */
  readonly signal: AbortSignal;
}
