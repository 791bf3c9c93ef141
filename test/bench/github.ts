/** An organisation with many repositories, as trees and REST answers in files: what `collect` is measured on. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const WORKFLOWS = 8;
const USERS = 400;
const TEAMS = 40;

/** Writes them below `folder`; returns the number of workflows. */
export function writeGithubExport(folder: string, repositories: number): number {
  const names = Array.from({ length: repositories }, (_, at) => `acme/service-${at}`);
  writeOrganisation(folder, names);
  for (const [at, name] of names.entries()) writeRepository(folder, name, at);
  return repositories * WORKFLOWS;
}

function keep(folder: string, path: string, answer: unknown): void {
  const file = join(folder, 'rest', `${path.replace('?', '/')}.json`);
  mkdirSync(join(file, '..'), { recursive: true });
  writeFileSync(file, JSON.stringify({ url: path, answer }));
}

const login = (at: number): { login: string; id: number } => ({ login: `user-${at}`, id: at });
const slug = (at: number): string => `team-${at}`;

function writeOrganisation(folder: string, names: readonly string[]): void {
  const users = Array.from({ length: USERS }, (_, at) => login(at));
  keep(folder, '/orgs/acme', { login: 'acme', default_repository_permission: 'read' });
  keep(folder, '/orgs/acme/members?role=admin', users.slice(0, 3));
  keep(folder, '/orgs/acme/members?role=member', users.slice(3));
  const teams = Array.from({ length: TEAMS }, (_, at) => ({
    id: at,
    slug: slug(at),
    name: slug(at),
    parent: at % 4 === 0 ? null : { slug: slug(at - 1) },
  }));
  keep(folder, '/orgs/acme/teams', teams);
  for (let at = 0; at < TEAMS; at++)
    keep(
      folder,
      `/orgs/acme/teams/${slug(at)}/members`,
      users.filter(({ id }) => id % TEAMS === at),
    );
  keep(
    folder,
    '/orgs/acme/repos',
    names.map((name, id) => ({ id, full_name: name, private: true, visibility: 'private', default_branch: 'main' })),
  );
  const secrets = Array.from({ length: 30 }, (_, at) => ({ name: `SHARED_${at}`, visibility: 'all' }));
  keep(folder, '/orgs/acme/actions/secrets', { total_count: secrets.length, secrets });
}

function writeRepository(folder: string, name: string, at: number): void {
  const path = `/repos/${name}`;
  const team = slug(at % TEAMS);
  keep(folder, `${path}/collaborators`, [{ ...login(at % USERS), role_name: 'maintain', permissions: { push: true } }]);
  keep(folder, `${path}/teams`, [{ slug: team, id: at % TEAMS, permission: 'push', permissions: { push: true } }]);
  keep(folder, `${path}/branches`, [{ name: 'main', commit: {}, protected: true }]);
  keep(folder, `${path}/branches/main/protection`, {
    required_pull_request_reviews: {
      required_approving_review_count: 1,
      bypass_pull_request_allowances: { teams: [{ slug: team }] },
    },
  });
  keep(folder, `${path}/rulesets`, []);
  keep(folder, `${path}/environments`, {
    total_count: 1,
    environments: [{ name: 'production', protection_rules: [], deployment_branch_policy: { protected_branches: true } }],
  });
  keep(folder, `${path}/environments/production/secrets`, { total_count: 1, secrets: [{ name: 'DEPLOY_KEY' }] });
  const secrets = ['NPM_TOKEN', 'SIGNING_KEY'].map((secret) => ({ name: secret }));
  keep(folder, `${path}/actions/secrets`, { total_count: secrets.length, secrets });
  keep(folder, `${path}/keys`, [{ id: at, key: 'ssh-ed25519 AAAA', title: 'mirror', read_only: at % 2 === 0 }]);
  const workflows = join(folder, name, '.github/workflows');
  mkdirSync(workflows, { recursive: true });
  for (let which = 0; which < WORKFLOWS; which++) writeFileSync(join(workflows, `w${which}.yml`), workflow(which, name));
}

/** Of about the size that workflows have: three jobs of ten steps. No two are the same: what was read once is known again. */
function workflow(which: number, repository: string): string {
  const steps = Array.from(
    { length: 10 },
    (_, at) => `      - run: make part-${at}\n        env: { TOKEN: "\${{ secrets.SHARED_${(which + at) % 30} }}" }`,
  );
  const job = (id: string, more: string): string =>
    `  ${id}:\n    runs-on: ubuntu-latest\n${more}    steps:\n${steps.join('\n')}\n`;
  const on = which % 2 === 0 ? '{ push: { branches: [main] } }' : 'pull_request';
  return `name: w${which} of ${repository}\non: ${on}\npermissions: { id-token: write }\njobs:\n${job('build', '')}${job('test', '')}${job('deploy', '    environment: production\n')}`;
}
