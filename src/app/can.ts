/** Whether one principal may do something: the verdict on the collected estate, and what decided it. */
import { UnknownEntityError, UsageError } from '../model/errors.ts';
import type { AccessProvider, AccessRequest, AccessVerdict } from '../ports/access-questions.ts';
import type { AccessAsking } from './access-asking.ts';
import { type Completeness, completenessOf } from './coverage.ts';
import { resolveKey } from './resolve-keys.ts';

export interface Can extends AccessVerdict, Completeness {
  readonly principal: string;
}

/** `text`: a principal's key, a unique suffix of one, or its name. Throws for what is no principal. */
export async function askCan(app: AccessAsking, text: string, request: AccessRequest): Promise<Can> {
  const providers = await app.accessProviders();
  const principal = await principalKey(app, text, providers);
  const provider =
    providers.find((one) => one.knows(principal) && one.speaks(request.action)) ?? providers.find((one) => one.knows(principal));
  const answer = provider && (await app.questionsOf(provider)).can(principal, request);
  if (!answer)
    throw new UsageError(`${principal}: not a principal whose permissions were collected${await worksAs(app, principal)}`);
  const { touched, gaps, ...verdict } = answer;
  return { principal, ...verdict, ...(await completenessWith(app, touched, gaps)) };
}

/** Of a key or a session: whose it is, so that it can be asked of that. */
async function worksAs({ store }: AccessAsking, key: string): Promise<string> {
  const found = await store.neighbours({ keys: [key], direction: 'out', kinds: ['AUTHENTICATES_AS'], limit: 2 });
  const [identity] = found;
  return identity && found.length === 1 ? `; it works as ${identity.target}: ask of that` : '';
}

/** Sessions, roots and the like are no entities, and can be asked about by their whole key. */
async function principalKey(app: AccessAsking, text: string, providers: readonly AccessProvider[]): Promise<string> {
  try {
    return await resolveKey(app.store, text);
  } catch (error) {
    if (!(error instanceof UnknownEntityError) || error.candidates.length > 0) throw error;
    if (providers.some((one) => one.knows(text))) return text;
    throw error;
  }
}

export async function completenessWith(
  app: AccessAsking,
  touched: readonly string[],
  gaps: readonly string[],
): Promise<Completeness> {
  const coverage = await completenessOf(app.store, touched);
  const all = [...coverage.gaps, ...gaps];
  return { complete: all.length === 0, gaps: all };
}
