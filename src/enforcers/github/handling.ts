import { RefusedError } from '../../model/errors.ts';
import type { GithubStep } from '../../model/github-actions.ts';
import { githubPlacePath } from '../../model/github-actions.ts';
import type { PlanStep } from '../../model/plan.ts';
import type { EnforcerContext, Preflight } from '../../ports/enforcer.ts';
import type { StepHandling } from '../step/handling.ts';
import type { GithubCalls } from './calls.ts';

/** One call of the enforcer. */
export interface Work<S> {
  readonly step: S;
  readonly planned: PlanStep;
  readonly github: GithubCalls;
  readonly context: EnforcerContext;
  readonly settings: {
    /** The folder of leaked tokens. */
    readonly tokens?: string | undefined;
    readonly oauthApp?: { readonly clientId: string; readonly clientSecret: string } | undefined;
  };
  /** What this process has seen of the step, by its idempotency key: lost with it. */
  readonly seen: Map<string, string>;
}

/** How the steps of one control are carried out. */
export type Handling<S extends GithubStep> = StepHandling<Work<S>>;
/** Somebody was faster: there is nothing left to do, and nothing of ours to bring back. */
export const alreadySo = (preImage = ''): Preflight => ({ refusals: [], preImage, preexisting: true });

const LEVELS = ['read', 'write', 'admin'];

/** What the app's installation lacks of a permission (`administration=write`); a token is only known by trying. */
export async function lacking({ github }: Pick<Work<unknown>, 'github'>, permission: string): Promise<string[]> {
  const granted = await github.granted();
  if (!granted) return [];
  const [name = '', level = ''] = permission.split('=');
  if (LEVELS.indexOf(granted.permissions[name] ?? '') >= LEVELS.indexOf(level)) return [];
  return [`the app ${github.login.appId} needs ${permission}: grant it, and accept it in ${github.login.org}`];
}

interface Place {
  readonly repository?: string | undefined;
  readonly organization?: string | undefined;
}

/** What is not there was perhaps taken away by us; where its place is not there either, it was never known. */
export async function mustHavePlace({ github }: Pick<Work<unknown>, 'github'>, place: Place): Promise<void> {
  const shown = place.repository ?? place.organization ?? '';
  if (await github.find({ path: githubPlacePath(place), permission: 'metadata=read' })) return;
  throw new RefusedError(`${shown} is not there, or GitHub does not let the enforcer know: collect again`);
}

export const shownPlace = ({ repository, organization }: Place): string => repository ?? organization ?? '';
