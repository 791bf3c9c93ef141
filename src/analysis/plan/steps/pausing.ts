/** Stops what runs by itself from running, until the plan is over. By a person: what it holds up is theirs to weigh. */
import { shellQuote } from '../../../model/shell.ts';
import type { Control } from '../input.ts';
import { instructed } from './manual.ts';
import type { Subject } from './subject.ts';

/** `github:<owner>/<repo>/.github/workflows/<file>#<job>` */
const WORKFLOW = /^github(?:@[^:]+)?:([^/]+\/[^/]+)\/\.github\/workflows\/([^#]+)#/;
const CLUSTER = /^k8s:[^/]+\/([^/]+)\/([^/]+)\/([^/]+)$/;

export function pausing({ key }: Subject): Control {
  const base = instructed({
    action: 'reduce',
    reversibility: 'R0',
    text: `pause ${key} (its schedule, its automatic sync), so that it does not put back what the plan takes away`,
    inverse: `let ${key} run again, once its source no longer holds what was taken away`,
    look: 'it shows as paused or disabled, and no run of it is in progress',
    parameters: { pause: key },
  });
  const commands = commandsOf(key);
  return commands ? { ...base, commands } : base;
}

function commandsOf(key: string): Control['commands'] | undefined {
  const [, repository, file] = WORKFLOW.exec(key) ?? [];
  if (repository !== undefined && file !== undefined) {
    const words = `${shellQuote(file)} --repo ${shellQuote(repository)}`;
    return {
      apply: `gh workflow disable ${words}`,
      inverse: `gh workflow enable ${words}`,
      probe: `gh run list --workflow ${words} --status in_progress`,
    };
  }
  const [, namespace, plural, name] = CLUSTER.exec(key) ?? [];
  if (plural !== 'cronjobs' || namespace === undefined || name === undefined) return undefined;
  const words = `${shellQuote(name)} --namespace ${shellQuote(namespace)}`;
  const patch = (isPaused: boolean): string => `kubectl patch cronjob ${words} --patch '{"spec":{"suspend":${isPaused}}}'`;
  return { apply: patch(true), inverse: patch(false), probe: `kubectl get cronjob ${words} -o jsonpath='{.spec.suspend}'` };
}
