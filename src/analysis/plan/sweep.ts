/** Rule 9: the plan ends with a look for what the targets created; a find means planning again. */
import { MINUTE_MS } from '../../model/durations.ts';
import { shellComment, shellQuote } from '../../model/shell.ts';
import type { Created } from '../incident/created.ts';
import { draftOf } from './draft.ts';
import type { Footholds } from './footholds.ts';
import type { Draft, PlanInput } from './input.ts';

/** Changes that are named one by one. */
const MOST_NAMED = 50;

export function sweep(
  input: PlanInput,
  { targets }: Footholds,
  { drafts, changes }: { drafts: readonly Draft[]; changes: readonly Created[] },
): Draft[] {
  const target = targets.find((one) => drafts.some((draft) => draft.target === one)) ?? drafts[0]?.target;
  if (target === undefined) return [];
  const keys = targets.map((one) => shellQuote(input.graph.keys[one]!)).join(' ');
  const look =
    input.since === undefined ? `interlock plan ${keys} --mode contain` : `interlock incident ${keys} --since ${input.since}`;
  const named = [...new Set(changes.map(({ action, key }) => `${action} ${key}`))].sort().slice(0, MOST_NAMED);
  const draft = draftOf(input, {
    target,
    purpose: 'sweep',
    control: {
      action: 'notify',
      parameters: {
        targets: targets.map((one) => input.graph.keys[one]!),
        ...(named.length > 0 && { changes: named }),
      },
      reversibility: 'R0',
      commands: {
        apply: [
          `interlock collect && ${look}`,
          ...named.map((change) => shellComment(`look at it, and put it back if it is not yours: ${change}`)),
          ...placesToLook(drafts.map((draft) => input.graph.keys[draft.target]!)),
        ].join('\n'),
        inverse: '',
        probe: look,
      },
      probe: 'the page shows nothing created since, and nothing of the targets alive',
      callMs: MINUTE_MS,
      settleMs: 5 * MINUTE_MS,
    },
    after: drafts.map(({ id }) => id),
    why: `what the attacker made for later (keys, roles, trust, grants, webhooks, runners, jobs, functions) must be found${named.length > 0 ? `; the logs show ${named.length === 1 ? 'one change' : `${named.length} changes`}, listed below` : ''}; if anything shows, plan again with it`,
  });
  return [{ ...draft, connector: 'manual', lane: 'manual' }];
}

/** Where each system keeps what logs may have missed. */
const PLACES: readonly (readonly [keys: RegExp, what: string])[] = [
  [
    /^aws:/,
    'in AWS look through: aws iam get-credential-report, aws iam list-roles (trust policies, newest first), aws iam list-open-id-connect-providers, aws lambda list-functions, aws events list-rules, aws kms list-grants',
  ],
  [
    /^github(@[^:]+)?:/,
    'in GitHub look through each repository: gh api repos/OWNER/NAME/keys, …/hooks, …/actions/runners, …/collaborators, and the organisation: gh api orgs/ORG/hooks, …/installations, …/personal-access-tokens',
  ],
  [
    /^k8s:/,
    'in the cluster look through: kubectl get rolebindings,clusterrolebindings,serviceaccounts,secrets,cronjobs,mutatingwebhookconfigurations -A --sort-by=.metadata.creationTimestamp',
  ],
  [
    /^(postgres|redis|rabbitmq|vault|keycloak):/,
    'in each server look through its users, roles, tokens and scheduled jobs for what is younger than the incident',
  ],
];

const placesToLook = (keys: readonly string[]): string[] =>
  PLACES.filter(([pattern]) => keys.some((key) => pattern.test(key))).map(([, what]) => shellComment(what));
