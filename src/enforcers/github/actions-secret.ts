/**
 * Secrets of Actions: of a repository, one of its environments, or an organisation. Nobody can read a value back.
 * https://docs.github.com/rest/guides/encrypting-secrets-for-the-rest-api
 */
import { RefusedError } from '../../model/errors.ts';
import { type GithubStepOf, githubSecretsPath } from '../../model/github-actions.ts';
import { sealedBox } from '../hand-out/sealed-box.ts';
import { alreadySo, type Handling, lacking, mustHavePlace, shownPlace, type Work } from './handling.ts';

type Step = GithubStepOf<'actions-secret'>;

interface SecretAnswer {
  readonly updated_at?: string;
  /** Of an organisation's secret. */
  readonly visibility?: string;
}

const permissionOf = ({ organization, environment }: Step, level: 'read' | 'write'): string =>
  `${organization !== undefined ? 'organization_secrets' : environment !== undefined ? 'environments' : 'secrets'}=${level}`;
const pathOf = (step: Step): string => `${githubSecretsPath(step)}/${encodeURIComponent(step.name)}`;
const shownOf = (step: Step): string =>
  `secret ${step.name} of ${shownPlace(step)}${step.environment === undefined ? '' : ` (${step.environment})`}`;

const read = ({ github, step }: Work<Step>) =>
  github.find<SecretAnswer>({ path: pathOf(step), permission: permissionOf(step, 'read') });

const replacedBy = ({ planned }: Work<Step>): string => planned.for ?? planned.target;

function newValue(work: Work<Step>, field: string): string {
  const credential = work.context.handOver.find(replacedBy(work));
  if (!credential)
    throw new RefusedError(
      `the new value of ${replacedBy(work)} is not known to this process: execute the step that issues it again`,
    );
  const value = credential[field];
  if (value !== undefined) return value;
  throw new RefusedError(`the new credential has no ${field}, only ${Object.keys(credential).sort().join(', ')}: plan again`);
}

/** Whom an organisation's secret is shown to stays as it is. */
async function audience({ github, step }: Work<Step>, { visibility }: SecretAnswer): Promise<object> {
  if (step.organization === undefined) return {};
  if (visibility !== 'selected') return { visibility: visibility ?? 'private' };
  const ids: number[] = [];
  for (let page = 1; ; page++) {
    const { data } = await github.send<{ readonly repositories?: readonly { readonly id: number }[] }>({
      path: `${pathOf(step)}/repositories?per_page=100&page=${page}`,
      permission: permissionOf(step, 'read'),
    });
    const found = data.repositories ?? [];
    ids.push(...found.map(({ id }) => id));
    if (found.length < 100) return { visibility, selected_repository_ids: ids };
  }
}

async function write(work: Work<Step>, field: string) {
  const { github, step, seen, context } = work;
  const value = newValue(work, field);
  const there = await read(work);
  if (!there) throw new RefusedError(`${shownOf(step)} is not there: collect again`);
  const { data: key } = await github.send<{ readonly key: string; readonly key_id: string }>({
    path: `${githubSecretsPath(step)}/public-key`,
    permission: permissionOf(step, 'read'),
  });
  const body = { encrypted_value: await sealedBox(value, key.key), key_id: key.key_id, ...(await audience(work, there.data)) };
  const { requestId } = await github.send({ method: 'PUT', path: pathOf(step), body, permission: permissionOf(step, 'write') });
  const at = (await read(work))?.data.updated_at ?? '';
  seen.set(context.idempotencyKey, at);
  return {
    evidence: [`${shownOf(step)} has the new value (request ${requestId}); jobs that run have the old one to their end`],
    traces: at === '' ? [] : [at],
  };
}

export const actionsSecret: Handling<Step> = {
  async preflight(work) {
    const { step } = work;
    const found = await read(work);
    if (!found) {
      await mustHavePlace(work, step);
      if (step.field === undefined) return alreadySo();
      throw new RefusedError(`${shownOf(step)} is not there: collect again`);
    }
    return { refusals: await lacking(work, permissionOf(step, 'write')), preImage: '', preexisting: false };
  },
  async apply(work) {
    const { github, step } = work;
    if (step.field !== undefined) return write(work, step.field);
    const done = await github.find({ method: 'DELETE', path: pathOf(step), permission: permissionOf(step, 'write') });
    if (done)
      return { evidence: [`deleted ${shownOf(step)} (request ${done.requestId}); what was in it lives on at its issuer`] };
    await mustHavePlace(work, step);
    return { evidence: [`${shownOf(step)} is not there any more`] };
  },
  /**
   * GitHub tells when a secret was written, never what was: the time after our own call is the step's trace (a write of somebody
   * else in the same second looks the same). A call whose answer was lost is not seen: to write the same once more does no harm.
   */
  async probe(work) {
    const { step, context, seen } = work;
    const found = await read(work);
    if (!found) {
      await mustHavePlace(work, step);
      if (step.field === undefined) return { state: 'effective', evidence: [`${shownOf(step)} is not there`] };
      return { state: 'not-effective', evidence: [`${shownOf(step)} is not there`] };
    }
    if (step.field === undefined) return { state: 'not-effective', evidence: [`${shownOf(step)} is there`] };
    const at = found.data.updated_at ?? '';
    const isOurs = seen.get(context.idempotencyKey) === at || context.recorded?.traces.includes(at) === true;
    const by = isOurs ? 'by this step' : 'not by this step, or by somebody else since';
    return { state: isOurs ? 'effective' : 'not-effective', evidence: [`${shownOf(step)} was written at ${at || '-'}, ${by}`] };
  },
};
