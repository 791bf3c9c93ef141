/** A deploy key cannot be switched off, only deleted; its public half brings the same key back, under another id. */
import { createHash } from 'node:crypto';
import { RefusedError } from '../../model/errors.ts';
import { type GithubStepOf, githubPlacePath } from '../../model/github-actions.ts';
import { alreadySo, type Handling, lacking, mustHavePlace, type Work } from './handling.ts';

type Step = GithubStepOf<'deploy-key'>;

interface DeployKey {
  readonly id: number;
  readonly title: string;
  /** The public half. */
  readonly key: string;
  readonly read_only: boolean;
}

const PERMISSION = 'administration=write';
const listPath = (step: Step): string => `${githubPlacePath(step)}/keys`;
const pathOf = (step: Step, id: string | number = step.keyId): string => `${listPath(step)}/${id}`;
const shownOf = ({ repository, keyId }: Step): string => `deploy key ${keyId} of ${repository}`;

/** Type and blob, without the comment. */
const half = (key: string): string => key.trim().split(/\s+/, 2).join(' ');
const fingerprintOf = (key: string): string =>
  createHash('sha256')
    .update(Buffer.from(half(key).split(' ')[1] ?? '', 'base64'))
    .digest('base64')
    .replace(/=+$/, '');

const read = ({ github, step }: Work<Step>, id?: string) =>
  github.find<DeployKey>({ path: pathOf(step, id), permission: 'administration=read' });

export const deployKey: Handling<Step> = {
  async preflight(work) {
    const found = await read(work);
    if (!found) {
      await mustHavePlace(work, work.step);
      return alreadySo('{}');
    }
    const { title, key, read_only } = found.data;
    const refusals = await lacking(work, PERMISSION);
    return { refusals, preImage: JSON.stringify({ title, key, read_only }), preexisting: false };
  },
  async apply(work) {
    const { github, step, seen, context } = work;
    seen.delete(context.idempotencyKey);
    const done = await github.find({ method: 'DELETE', path: pathOf(step), permission: PERMISSION });
    if (done)
      return { evidence: [`deleted ${shownOf(step)} (request ${done.requestId}); a session that is open goes on to its end`] };
    await mustHavePlace(work, step);
    return { evidence: [`${shownOf(step)} is not there any more`] };
  },
  /** The same key under another id is as good as before. */
  async probe(work) {
    const { github, step, seen, context } = work;
    if (await read(work)) return { state: 'not-effective', evidence: [`${shownOf(step)} is there`] };
    await mustHavePlace(work, step);
    const again = seen.get(context.idempotencyKey);
    if (again !== undefined && (await read(work, again)))
      return { state: 'not-effective', evidence: [`${shownOf(step)} is there again, as ${again}`] };
    const { sshFingerprint } = step;
    const same =
      sshFingerprint === undefined
        ? undefined
        : await github.findIn<DeployKey>(
            { path: listPath(step), permission: 'administration=read' },
            ({ key }) => fingerprintOf(key) === sshFingerprint,
          );
    if (same) return { state: 'not-effective', evidence: [`the same key is there again, as ${same.id}`] };
    return { state: 'effective', evidence: [`${shownOf(step)} is not there`] };
  },
  async undo(work, preImage) {
    const { github, step, seen, context } = work;
    const { title, key, read_only } = JSON.parse(preImage) as Partial<DeployKey>;
    if (key === undefined) throw new RefusedError(`${shownOf(step)}: what it was is not known: it cannot be added again`);
    const there = await github.findIn<DeployKey>(
      { path: listPath(step), permission: 'administration=read' },
      (other) => half(other.key) === half(key),
    );
    if (there) {
      seen.set(context.idempotencyKey, String(there.id));
      return { evidence: [`the key is there already, as ${there.id}`] };
    }
    const added = await github.send<DeployKey>({
      method: 'POST',
      path: listPath(step),
      body: { title, key, read_only },
      permission: PERMISSION,
    });
    seen.set(context.idempotencyKey, String(added.data.id));
    return { evidence: [`added again as deploy key ${added.data.id} of ${step.repository} (request ${added.requestId})`] };
  },
};
