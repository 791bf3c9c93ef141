/** Whose an answer is that does not say so itself: told by the folder it lies in, else by there being one organisation only. */
import type { Answers } from './answers.ts';
import { pathOf } from './endpoints.ts';

/** The path of the endpoint, or a sentence on why it cannot be told. */
export function placed(
  template: string,
  file: string,
  answers: Answers,
): { readonly path: string } | { readonly problem: string } {
  const folders = file.split('/').slice(0, -1);
  const parameters: Record<string, string> = {};
  if (template.includes('{repo}')) {
    const found = repositoryOf(folders, answers);
    if (!found)
      return { problem: 'whose it is cannot be told: put it below a folder <owner>/<name>, or keep it as {"url", "answer"}' };
    Object.assign(parameters, found);
  }
  if (template.includes('{org}')) {
    const org = organisationOf(folders, answers);
    if (!org)
      return { problem: 'whose it is cannot be told: put it into a folder of the organisation, or keep it as {"url", "answer"}' };
    parameters['org'] = org;
  }
  const at = folders.lastIndexOf('environments');
  const environment = at < 0 ? undefined : folders[at + 1];
  if (template.includes('{environment}') && !environment) {
    return { problem: 'of which environment cannot be told: put it below a folder environments/<name>' };
  }
  if (environment) parameters['environment'] = environment;
  return { path: pathOf(inEnvironment(template, environment), parameters) };
}

/** Secrets and variables in the folder of an environment are the environment's. */
function inEnvironment(template: string, environment: string | undefined): string {
  return environment === undefined
    ? template
    : template.replace(/^(\/repos\/\{owner\}\/\{repo\})\/actions\/(secrets|variables)$/, '$1/environments/{environment}/$2');
}

function repositoryOf(folders: readonly string[], { repositories }: Answers) {
  const known = new Set(repositories.map((name) => name.toLowerCase()));
  for (let at = folders.length - 1; at > 0; at--) {
    const [owner = '', repo = ''] = [folders[at - 1], folders[at]];
    if (known.has(`${owner}/${repo}`.toLowerCase())) return { owner, repo };
  }
  return undefined;
}

function organisationOf(folders: readonly string[], { organisations }: Answers): string | undefined {
  const named = organisations.find((org) => folders.some((folder) => folder.toLowerCase() === org.toLowerCase()));
  return named ?? (organisations.length === 1 ? organisations[0] : undefined);
}
