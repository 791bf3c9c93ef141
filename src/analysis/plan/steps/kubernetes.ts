/** Kubernetes: bindings of identities, tokens bound to Secrets, pods, keys of Secrets. Commands: `model/kubernetes-actions.ts`. */
import { DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS } from '../../../model/durations.ts';
import {
  KUBERNETES_POD_KINDS,
  type KubernetesStep,
  type KubernetesSubjectKind,
  kubernetesCommands,
  parseKubernetesStep,
} from '../../../model/kubernetes-actions.ts';
import type { StepParameters } from '../../../model/plan.ts';
import type { Control } from '../input.ts';
import { credentialField } from './credential-field.ts';
import { instructed, manual } from './manual.ts';
import type { Subject, System } from './subject.ts';

/** The authorizer follows within a second. */
const CALL = { callMs: 2 * SECOND_MS, settleMs: 5 * SECOND_MS };
/** The API server remembers for 10 s that it took a token; one that is bound to what is going is taken for a minute at most. */
const ENDED = { callMs: 2 * SECOND_MS, settleMs: MINUTE_MS };
/** What is asked for; a server may give less. */
const TOKEN_LIFE_MS = 90 * DAY_MS;

type Rest = Pick<Control, 'action' | 'reversibility' | 'probe'> &
  Partial<Pick<Control, 'callMs' | 'settleMs' | 'endsWithin'>> & { readonly parameters: StepParameters };

/** Undefined where the parameters are none that the enforcer takes. */
function control({ action, parameters, ...rest }: Rest): Control | undefined {
  let step: KubernetesStep;
  try {
    step = parseKubernetesStep(action, parameters);
  } catch {
    return undefined;
  }
  return { ...CALL, action, parameters, commands: kubernetesCommands(step), ...rest };
}

interface Place {
  readonly source: string;
  readonly namespace: string;
  readonly plural: string;
  readonly name: string;
  /** One value in it. */
  readonly value: string | undefined;
}

function placeOf(key: string): Place | undefined {
  const [, source, namespace, plural, name, value] = /^k8s:([^/]+)\/([^/]+)\/([^/]+)\/([^#]+)(?:#(.+))?$/.exec(key) ?? [];
  return source && namespace && plural && name ? { source, namespace, plural, name, value } : undefined;
}

const SUBJECTS: Readonly<Record<string, KubernetesSubjectKind>> = {
  serviceaccounts: 'ServiceAccount',
  users: 'User',
  groups: 'Group',
};

/** The identity itself, or what a proof stands for. */
function subjectIn(keys: readonly string[]): { readonly parameters: StepParameters; readonly source: string } | undefined {
  for (const key of keys) {
    const place = placeOf(key);
    const subject = place && place.value === undefined ? SUBJECTS[place.plural] : undefined;
    // Whom EKS lets in by access policies of its own is in no binding.
    if (!place || subject === undefined || (subject === 'User' && place.name.startsWith('arn:'))) continue;
    const namespace = subject === 'ServiceAccount' ? { namespace: place.namespace } : {};
    return { parameters: { control: 'bindings', subject, name: place.name, ...namespace }, source: place.source };
  }
  return undefined;
}

/** Out of every binding. What the identity is outside of the cluster stays: clouds that trust its tokens ask no binding. */
function unbound(keys: readonly string[], rest: Pick<Control, 'action' | 'reversibility'>): Control | undefined {
  const found = subjectIn(keys);
  return (
    found &&
    control({
      ...rest,
      parameters: found.parameters,
      endsWithin: `k8s:${found.source}`,
      probe:
        'no binding names it, and SubjectAccessReview denies what is asked in its name; clouds that trust its tokens are not asked',
    })
  );
}

/** A Secret that holds a token of a service account: the token lives as long as the Secret. */
function tokenSecret({ key, identities }: Subject): Place | undefined {
  const place = placeOf(key);
  const isToken =
    place?.plural === 'secrets' && place.value !== undefined && identities.some((one) => /\/serviceaccounts\//.test(one));
  return isToken ? place : undefined;
}

function tokenEnded(subject: Subject, action: 'revoke' | 'delete'): Control | undefined {
  const place = tokenSecret(subject);
  return (
    place &&
    control({
      ...ENDED,
      action,
      parameters: { control: 'token-secret', namespace: place.namespace, secret: place.name },
      reversibility: 'R2',
      probe: 'the Secret is gone; a token that was used just before is taken for 10 s more',
    })
  );
}

function isolated({ key }: Subject): Control | undefined {
  const place = placeOf(key);
  if (!place || !(KUBERNETES_POD_KINDS as readonly string[]).includes(place.plural)) return undefined;
  return control({
    action: 'quarantine',
    parameters: { control: 'network', namespace: place.namespace, kind: place.plural, name: place.name },
    reversibility: 'R0',
    probe: 'a NetworkPolicy denies all to its pods, and no other one lets anything through; the network plugin must enforce them',
  });
}

function deleted({ key }: Subject): Control | undefined {
  const place = placeOf(key);
  const named = { namespace: place?.namespace ?? '' };
  const rest = { ...ENDED, action: 'delete', reversibility: 'R2' } as const;
  if (place?.plural === 'serviceaccounts')
    return control({
      ...rest,
      parameters: { control: 'service-account', ...named, serviceAccount: place.name },
      probe: 'it is not listed; its tokens are refused within 10 s, also by a new account of the same name',
    });
  if (place?.plural === 'pods')
    return control({
      ...rest,
      parameters: { control: 'pod', ...named, pod: place.name },
      probe: 'it is not listed, or another of its name has another uid',
    });
  return undefined;
}

const LOOKS_SECRET = /pass|pwd|secret|token|key|credential|auth/i;

/** Under which key a Secret holds what is replaced: the key that the credential is known by, or the only one that it can be. */
function keyIn(place: Subject, credential: Subject, keys: readonly string[]): string | undefined {
  if (credential.key.startsWith(`${place.key}#`)) return credential.key.slice(place.key.length + 1);
  const [only, ...more] = keys.filter(
    (key) => credentialField(key, credential.key) === 'value' && (keys.length === 1 || LOOKS_SECRET.test(key)),
  );
  return more.length === 0 ? only : undefined;
}

/** The id of an AWS key goes with its secret, and a new user name with its password; undefined where it is not known under which key. */
function alongside(credential: Subject, keys: readonly string[], hasNewName: boolean): readonly string[] | undefined {
  const isKeyId = credential.key.startsWith('aws:');
  if (!isKeyId && !hasNewName) return [];
  const field = isKeyId ? 'accessKeyId' : 'user';
  const names = keys.filter((key) => credentialField(key, credential.key) === field);
  return names.length === 1 ? [`${names[0]}=${field}`] : undefined;
}

export const kubernetes: System = {
  ...manual,
  name: 'kubernetes',
  save: ({ key, identities }) => {
    const found = subjectIn([key, ...identities]);
    return (
      found &&
      control({
        action: 'save',
        parameters: found.parameters,
        reversibility: 'R0',
        probe: 'the bindings that name it are kept with the plan',
      })
    );
  },
  contain: (subject) =>
    tokenEnded(subject, 'revoke') ??
    unbound([subject.key, ...subject.identities], { action: 'quarantine', reversibility: 'R1' }) ??
    isolated(subject) ??
    manual.contain(subject),
  denyIdentity: ({ key }) => unbound([key], { action: 'quarantine', reversibility: 'R1' }),
  /** A token cannot be ended by itself, only with what it is bound to: the identity goes as a whole. */
  endSessions: (session, identity) =>
    subjectIn([identity.key]) === undefined ? manual.endSessions?.(session, identity) : undefined,
  issue(subject, replacement) {
    const account = subject.identities.map(placeOf).find((place) => place?.plural === 'serviceaccounts');
    if (!account || !tokenSecret(subject)) return manual.issue(subject, replacement);
    return control({
      action: 'issue',
      parameters: {
        control: 'token',
        namespace: account.namespace,
        serviceAccount: account.name,
        seconds: TOKEN_LIFE_MS / SECOND_MS,
      },
      reversibility: 'R0',
      probe: 'TokenReview takes the new token, which is bound to a Secret of its own',
    });
  },
  deliver(place, credential, how) {
    const at = placeOf(place.key);
    const known = place.entity?.properties['keys'];
    const keys = Array.isArray(known) ? known.filter((key): key is string => typeof key === 'string') : [];
    const key = keyIn(place, credential, keys);
    const also = alongside(credential, keys, how?.hasNewName === true);
    if (at?.plural !== 'secrets' || at.value !== undefined || key === undefined || also === undefined) return undefined;
    return control({
      action: 'distribute',
      parameters: {
        control: 'secret-key',
        namespace: at.namespace,
        secret: at.name,
        key,
        field: credentialField(key, credential.key),
        ...(also.length > 0 && { also }),
        restart: true,
      },
      reversibility: 'R1',
      probe: 'the server notes this step as the last writer of the key, and what reads the Secret was rolled out anew',
      callMs: MINUTE_MS,
      settleMs: HOUR_MS / 4,
    });
  },
  disable(subject) {
    if (tokenSecret(subject))
      return instructed({
        action: 'disable',
        reversibility: 'R0',
        text: `a token can only be ended with its Secret, not disabled: watch the audit log until no request with ${subject.key} is missed`,
        look: 'no request with it since its consumers moved',
        parameters: { credential: subject.key },
      });
    return unbound([subject.key, ...subject.identities], { action: 'disable', reversibility: 'R1' }) ?? manual.disable(subject);
  },
  delete: (subject) => tokenEnded(subject, 'delete') ?? deleted(subject) ?? manual.delete(subject),
};
