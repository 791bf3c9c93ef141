/**
 * What the steps of a job deploy, as far as they name it literally. Which account or cluster it is, is told by the credentials that the
 * job takes; where these are not literal either, that part is `*`.
 *
 * https://github.com/aws-actions/amazon-ecs-deploy-task-definition
 * https://docs.aws.amazon.com/cli/latest/reference/lambda/update-function-code.html
 */
import { sourceText } from './inputs.ts';
import { textOf, valueAt } from './node.ts';
import type { RunStep } from './run-steps.ts';
import { usesOf } from './workflow.ts';

export interface Deployment {
  /** The workload's key, or a pattern of it with `*` for parts that the job does not say. */
  readonly target: string;
  /** Within its repository; the line is in it. */
  readonly file: string;
  readonly line: number;
  /** The action or command. */
  readonly by: string;
}

/** In the order of the steps, each target once. */
export function deployments(steps: readonly RunStep[]): Deployment[] {
  const found = new Map<string, Deployment>();
  let place: AwsPlace = ANYWHERE;
  for (const run of steps) {
    const action = usesOf(run.step)?.split('@', 1)[0]?.toLowerCase();
    if (action === 'aws-actions/configure-aws-credentials') place = placeOf(run);
    for (const { target, by } of [...deployedByAction(run, action, place), ...deployedByScript(run, place)]) {
      if (!found.has(target)) found.set(target, { target, by, file: run.file, line: run.step.line });
    }
  }
  return [...found.values()];
}

type Named = Pick<Deployment, 'target' | 'by'>;

interface AwsPlace {
  readonly partition: string;
  readonly region: string;
  readonly account: string;
}

const ANYWHERE: AwsPlace = { partition: '*', region: '*', account: '*' };
const ROLE = /^arn:(aws[\w-]*):iam::(\d{12}):role\//;
const REGION = /^[a-z]{2}(?:-[a-z]+)+-\d$/;

function placeOf(run: RunStep): AwsPlace {
  const [, partition = '*', account = '*'] = ROLE.exec(literal(run, 'role-to-assume') ?? '') ?? [];
  const isOverruled = [...run.given.env.keys()].some((name) => name === 'aws_region' || name === 'aws_default_region');
  const region = isOverruled ? '' : (literal(run, 'aws-region') ?? '');
  return { partition, account, region: REGION.test(region) ? region : '*' };
}

/** An input of the step; undefined where it is computed. */
function literal({ step, given }: RunStep, name: string): string | undefined {
  const written = textOf(valueAt(valueAt(step, 'with'), name));
  const text = written === undefined ? undefined : sourceText({ text: written, given });
  return text === undefined || text === '' || text.includes('${{') ? undefined : text;
}

const arn = ({ partition, region, account }: AwsPlace, service: string, rest: string): string =>
  `aws:arn:${partition}:${service}:${region}:${account}:${rest}`;

function deployedByAction(run: RunStep, action: string | undefined, place: AwsPlace): Named[] {
  if (action !== 'aws-actions/amazon-ecs-deploy-task-definition') return [];
  const service = literal(run, 'service');
  // Without a cluster it is the one of that name. https://github.com/aws-actions/amazon-ecs-deploy-task-definition#usage
  const isClusterComputed = textOf(valueAt(valueAt(run.step, 'with'), 'cluster')) !== undefined;
  const cluster = literal(run, 'cluster') ?? (isClusterComputed ? undefined : 'default');
  return service && cluster ? [{ target: arn(place, 'ecs', `service/${cluster}/${service}`), by: action }] : [];
}

const WORD = '(?:"([\\w.:/-]+)"|\'([\\w.:/-]+)\'|([\\w.:/-]+))';
const LAMBDA = /\baws\s+(?:--\S+\s+)*lambda\s+update-function-code\b([^\n;&|]*)/g;
const FUNCTION_NAME = new RegExp(`--function-name[=\\s]+${WORD}(?=\\s|$)`);
const OWN_REGION = new RegExp(`--region[=\\s]+${WORD}(?=\\s|$)`);
const KUBECTL = /\bkubectl\s+(?:-\S+\s+\S+\s+)*(?:set\s+image|rollout\s+restart)\b([^\n;&|]*)/g;
const OBJECT = /\s(deployments?|deploy|statefulsets?|sts|daemonsets?|ds)[/\s]([a-z0-9][a-z0-9.-]*)(?=\s|$)/;
const NAMESPACE = /(?:--namespace|-n)[=\s]+([a-z0-9][a-z0-9-]*)(?=\s|$)/;

function deployedByScript({ step }: RunStep, place: AwsPlace): Named[] {
  const script = (textOf(valueAt(step, 'run')) ?? '').replace(/\\\r?\n/g, ' ');
  const functions = [...script.matchAll(LAMBDA)].flatMap(([, words = '']) => lambdaIn(words, place));
  const objects = [...script.matchAll(KUBECTL)].flatMap(([whole]) => objectIn(whole));
  return [...functions, ...objects];
}

function lambdaIn(words: string, place: AwsPlace): Named[] {
  const name = wordOf(FUNCTION_NAME.exec(words));
  if (name === undefined) return [];
  const by = 'aws lambda update-function-code';
  if (name.startsWith('arn:')) return [{ target: `aws:${name}`, by }];
  const region = wordOf(OWN_REGION.exec(words));
  const here = region !== undefined && REGION.test(region) ? { ...place, region } : place;
  return /^[\w-]+$/.test(name) ? [{ target: arn(here, 'lambda', `function:${name}`), by }] : [];
}

const wordOf = (found: RegExpExecArray | null): string | undefined => found?.slice(1).find((word) => word !== undefined);

const PLURALS: Readonly<Record<string, string>> = { d: 'deployments', s: 'statefulsets' };

/** Which cluster `kubectl` talks to, no line of a workflow says; nor which namespace, where it names none. */
function objectIn(command: string): Named[] {
  const [, type, name] = OBJECT.exec(command) ?? [];
  if (!type || !name) return [];
  const plural = /^(?:ds|daemonset)/.test(type) ? 'daemonsets' : (PLURALS[type.charAt(0)] ?? type);
  const [, namespace = '*'] = NAMESPACE.exec(command) ?? [];
  return [{ target: `k8s:*/${namespace}/${plural}/${name}`, by: 'kubectl' }];
}
