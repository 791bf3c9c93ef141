/** What GitHub says of one source, from files or as it was answered: trees and answers → facts. The one converter behind both. */
import { WorkflowCalls } from '../../iam/github/reusable.ts';
import type { RelationshipFact } from '../../model/entity.ts';
import type { CollectContext, Collected } from '../../ports/collector.ts';
import type { CoverageNotes } from '../files/coverage.ts';
import type { Answers } from './answers/answers.ts';
import { type RepositoryTree, repositoryFacts } from './convert.ts';
import { gapsOf } from './gaps.ts';
import { organisationFacts } from './organisation/organisation-facts.ts';
import { OrganisationView } from './organisation/organisation-view.ts';
import { RepositoryView } from './organisation/repository-view.ts';
import { settledFacts } from './organisation/settled-facts.ts';

export interface GithubSource {
  readonly trees: readonly RepositoryTree[];
  readonly answers: Answers;
  readonly context: CollectContext;
  readonly notes: CoverageNotes;
}

/** Branch and environment protection, and who may write, are settings of GitHub: no file of a tree says them. */
const PROTECTION_LAYER = 'GitHub branch and environment protection rules';

export function* sourceFacts({ trees, answers, context, notes }: GithubSource): Generator<Collected> {
  const organisations = new Map(
    ownersOf(answers).map((login) => [login.toLowerCase(), new OrganisationView(login, answers)] as const),
  );
  const repositories = withAnswers(trees, answers, organisations);
  const calls = new WorkflowCalls(repositories.map(({ tree }) => tree));
  const rights: TokenRightsIn = { contents: new Set(), controllers: new Map() };
  for (const organisation of organisations.values()) {
    if (!answers.organisations.includes(organisation.login)) continue;
    const scope = `org/${organisation.login}`;
    notes.seen(scope);
    const own = repositories.flatMap(({ view }) => (view?.organisation === organisation ? [view] : []));
    const { facts, newestEvent } = organisationFacts(organisation, own, context);
    yield { type: 'facts', scope, entities: facts.entities, relationships: facts.relationships };
    noteRights(facts.relationships, rights);
    if (newestEvent !== undefined) yield { type: 'newest-event', at: newestEvent };
    const owners = [...organisation.members.values()];
    if (owners.length > 0 && owners.every(({ membership }) => membership === 'unknown')) {
      yield {
        type: 'warning',
        text: `${organisation.login}: who owns it is not told; ask for its members with ?role=admin as well`,
      };
    }
  }
  const absent = new Set<string>();
  for (const { tree, view } of repositories) {
    context.signal.throwIfAborted();
    notes.seen(tree.name);
    const said = repositoryFacts(tree, calls);
    const facts = view ? settledFacts({ view, tree, calls, rights, context }, said) : said;
    yield { type: 'facts', scope: tree.name, entities: facts.entities, relationships: facts.relationships };
    const { missing, notCollected } = gapsOf(tree, calls);
    for (const text of missing) {
      notes.missing(tree.name, text);
      yield { type: 'warning', text };
    }
    for (const one of notCollected) absent.add(one);
    tree.release?.();
  }
  const layer = protectionLayer(repositories);
  if (layer) yield { type: 'layer-missing', layer };
  if (absent.size > 0) yield { type: 'layer-missing', layer: absentText([...absent].sort()) };
}

const MOST_NAMED = 10;

/** One gap, however many there are: it stands in every answer. */
function absentText(names: readonly string[]): string {
  const more = names.length > MOST_NAMED ? `, and ${names.length - MOST_NAMED} more` : '';
  return `code that jobs run: ${names.slice(0, MOST_NAMED).join(', ')}${more}`;
}

/** What tokens and apps may do, as far as the repositories' own facts must follow it. */
export interface TokenRightsIn {
  /** Keys of contents that somebody may write without the workflow files. */
  readonly contents: Set<string>;
  /** Repository → rights that administer it. */
  readonly controllers: Map<string, string[]>;
}

function noteRights(relationships: readonly RelationshipFact[], { contents, controllers }: TokenRightsIn): void {
  for (const { source, kind, target, certainty } of relationships) {
    if (target.endsWith('/contents')) contents.add(target);
    if (kind === 'CAN_CONTROL' && certainty === 'definite') controllers.set(target, [...(controllers.get(target) ?? []), source]);
  }
}

interface Placed {
  readonly tree: RepositoryTree;
  /** Undefined where nothing but the tree is known. */
  readonly view: RepositoryView | undefined;
}

const ownerOf = (name: string): string => name.split('/', 1)[0] ?? name;

function ownersOf(answers: Answers): string[] {
  const owners = answers.repositories.map(ownerOf);
  return [...new Map([...owners, ...answers.organisations].map((login) => [login.toLowerCase(), login])).values()];
}

/** Every repository that has a tree or answers; names are compared as GitHub does, without regard to case. */
function withAnswers(
  trees: readonly RepositoryTree[],
  answers: Answers,
  organisations: ReadonlyMap<string, OrganisationView>,
): Placed[] {
  const byName = new Map(trees.map((tree) => [tree.name.toLowerCase(), tree]));
  const answered = new Set(answers.answered.map((name) => name.toLowerCase()));
  for (const name of answers.answered) {
    if (!byName.has(name.toLowerCase()))
      byName.set(name.toLowerCase(), { name, workflows: new Map<string, never>(), owners: [] });
  }
  return [...byName.values()]
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .map((tree) => {
      const organisation = organisations.get(ownerOf(tree.name).toLowerCase());
      if (!organisation || !answered.has(tree.name.toLowerCase())) return { tree, view: undefined };
      const view = new RepositoryView(tree.name, organisation);
      const history = tree.history ?? { whole: view.lastChange, files: new Map() };
      return { tree: { ...tree, history, settings: view.settings } satisfies RepositoryTree, view };
    });
}

/** How many repositories have jobs whose guards are not known. */
function protectionLayer(repositories: readonly Placed[]): string | undefined {
  const lacking = repositories.filter(({ view }) => view === undefined || view.unknownRules.length > 0);
  if (lacking.length === 0) return undefined;
  if (lacking.length === repositories.length) return PROTECTION_LAYER;
  const more = lacking.length > 1 ? ` and ${lacking.length - 1} more` : '';
  return `${PROTECTION_LAYER} of ${lacking[0]?.tree.name}${more}`;
}
