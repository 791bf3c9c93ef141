import { describe, expect, it } from 'vitest';
import { type JobRuns, oidcSubjects, unprotectedSubjects } from '../../../src/iam/github/oidc-subjects.ts';
import { subjectClaimsOf } from '../../../src/iam/github/repository-settings.ts';
import type { Trigger } from '../../../src/iam/github/triggers.ts';

const on = (event: string, more: Partial<Trigger> = {}): Trigger => ({
  event,
  branchesIgnore: false,
  tagsIgnore: false,
  cron: [],
  ...more,
});
const main = on('push', { branches: ['main'] });
const subs = (job: Partial<JobRuns>) =>
  oidcSubjects({ repository: 'acme/shop', triggers: [main], environments: [], ...job }).map(({ sub }) => sub);

describe('a customised subject', () => {
  it.each<[string, Partial<JobRuns>, readonly string[]]>([
    [
      'owner and visibility',
      { settings: { subjectClaims: ['repository_owner', 'repository_visibility'], visibility: 'private' } },
      ['repository_owner:acme:repository_visibility:private'],
    ],
    ['the repository alone', { settings: { subjectClaims: ['repo'] } }, ['repo:acme/shop']],
    [
      'context and the called workflow',
      {
        settings: { subjectClaims: ['repo', 'context', 'job_workflow_ref'] },
        environments: ['prod:eu'],
        claims: { job_workflow_ref: 'acme/ci/.github/workflows/d.yml@refs/heads/main' },
      },
      ['repo:acme/shop:environment:prod%3Aeu:job_workflow_ref:acme/ci/.github/workflows/d.yml@refs/heads/main'],
    ],
    [
      'the ref of the run in a workflow',
      { settings: { subjectClaims: ['workflow_ref'] }, claims: { workflow_ref: 'acme/shop/a.yml@{ref}' } },
      ['workflow_ref:acme/shop/a.yml@refs/heads/main'],
    ],
    [
      'ids, where they are known',
      { settings: { subjectClaims: ['repository_id', 'repository_owner_id'], id: '7' } },
      ['repository_id:7:repository_owner_id:*'],
    ],
    [
      'event, ref and its type',
      { settings: { subjectClaims: ['event_name', 'ref', 'ref_type'] } },
      ['event_name:push:ref:refs/heads/main:ref_type:branch'],
    ],
    [
      'for a pull request the ref that GitHub makes of it, which is no branch that anybody trusts',
      { settings: { subjectClaims: ['repo', 'ref'] }, triggers: [on('pull_request')] },
      ['repo:acme/shop:ref:refs/pull/*/merge'],
    ],
    [
      'for a closed pull request no ref that is known before it runs',
      { settings: { subjectClaims: ['repo', 'ref'] }, triggers: [on('pull_request', { types: ['closed'] })] },
      ['repo:acme/shop:ref:*'],
    ],
    ['who started it, which only the run decides', { settings: { subjectClaims: ['actor'] } }, ['actor:*']],
  ])('says %s', (_, job, expected) => expect(subs(job)).toEqual(expected));

  it('that asks for an environment is given to no job without one', () => {
    const settings = { subjectClaims: ['repo', 'environment'] };
    expect(subs({ settings })).toEqual([]);
    expect(subs({ settings, environments: ['prod'] })).toEqual(['repo:acme/shop:environment:prod']);
    expect(unprotectedSubjects('acme/shop', settings)).toEqual([]);
  });

  it('with ids names owner and repository by them, in the default template too', () => {
    const settings = { immutableSubject: true, id: '456', ownerId: '123' };
    expect(subs({ settings })).toEqual(['repo:acme@123/shop@456:ref:refs/heads/main']);
  });
});

describe('the default branch', () => {
  it('is the ref of what no ref starts, where it is known', () => {
    expect(subs({ triggers: [on('schedule'), on('issue_comment')], settings: { defaultBranch: 'trunk' } })).toEqual([
      'repo:acme/shop:ref:refs/heads/trunk',
    ]);
    expect(subs({ triggers: [on('schedule')] })).toEqual(['repo:acme/shop:ref:refs/heads/*']);
  });
});

describe('the template in force', () => {
  const organisation = { include_claim_keys: ['repo', 'context'] };
  it.each([
    ['is the default where the repository says nothing', undefined, undefined],
    ['is the default where the repository keeps it', { use_default: true, include_claim_keys: ['actor'] }, undefined],
    ["is the organisation's where the repository opted out", { use_default: false }, ['repo', 'context']],
    ["is the repository's own first", { use_default: false, include_claim_keys: ['repo'] }, ['repo']],
  ])('%s', (_, repository, expected) => expect(subjectClaimsOf(repository, organisation)).toEqual(expected));

  it('is the default where neither has claims', () => expect(subjectClaimsOf({ use_default: false }, undefined)).toBeUndefined());
});
