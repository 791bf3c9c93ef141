/** What a person does where we know no command: instructions instead of it, and the same bookkeeping. */
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../../../model/durations.ts';
import { githubRevokeToken } from '../../../model/github-actions.ts';
import type { Action, Reversibility, StepCommands, StepParameters } from '../../../model/plan.ts';
import { shellComment } from '../../../model/shell.ts';
import type { Control } from '../input.ts';
import { type Replacement, SOAK_DAYS, type Subject, type System } from './subject.ts';

interface Instruction {
  readonly action: Action;
  readonly reversibility: Reversibility;
  readonly text: string;
  readonly inverse?: string;
  readonly look: string;
  readonly parameters?: StepParameters;
  readonly callMs?: number;
  readonly settleMs?: number;
}

export function instructed(instruction: Instruction): Control {
  const { action, reversibility, text, inverse, look } = instruction;
  return {
    action,
    reversibility,
    parameters: instruction.parameters ?? {},
    commands: { apply: shellComment(text), inverse: inverse ? shellComment(inverse) : '', probe: shellComment(look) },
    probe: look,
    callMs: instruction.callMs ?? 2 * MINUTE_MS,
    settleMs: instruction.settleMs ?? 5 * MINUTE_MS,
    byHand: true,
  };
}

/** A value that some place holds: the reads and writes are the same whoever issued it. */
export function distributed(subject: Subject, { places, consumers }: Replacement, lines: readonly string[]): Control {
  const commands: StepCommands = {
    apply: lines.join('\n'),
    inverse: shellComment('put the old value back in the same places while it is still valid'),
    probe: shellComment('restart or redeploy each consumer, then look at the confirm step'),
  };
  return {
    action: 'distribute',
    parameters: { credential: subject.key, places: [...places], consumers: [...consumers] },
    reversibility: 'R0',
    commands,
    probe: 'every place holds the new value and every consumer was restarted or reads it at its next run',
    callMs: 10 * MINUTE_MS,
    settleMs: HOUR_MS,
    byHand: true,
  };
}

export function awaited(subject: Subject, { consumers, unexplained }: Replacement, commands: StepCommands): Control {
  return {
    action: 'confirm',
    parameters: { credential: subject.key, waitsFor: [...consumers, ...unexplained].sort() },
    reversibility: 'R0',
    commands,
    probe:
      unexplained.length === 0
        ? 'each consumer was seen on the new credential, and the old one is not used any more'
        : 'each consumer was seen on the new credential; each unexplained origin was attributed to somebody, or accepted as not needed',
    callMs: 5 * MINUTE_MS,
    settleMs: DAY_MS,
    byHand: true,
  };
}

export const soaked = (subject: Subject, commands: StepCommands): Control => ({
  action: 'soak',
  parameters: { credential: subject.key, days: SOAK_DAYS },
  reversibility: 'R0',
  commands,
  probe: `no refused use in ${SOAK_DAYS} days, and longer than the rarest schedule that is known`,
  callMs: MINUTE_MS,
  settleMs: SOAK_DAYS * DAY_MS,
  byHand: true,
});

const place = (key: string): string => shellComment(`put the new value into ${key}`);
const isGithubToken = ({ entity }: Subject): boolean => {
  const words = [entity?.properties['detector'], entity?.properties['rule'], entity?.name];
  const detector = words.filter((word) => typeof word === 'string').join(' ');
  return /github/i.test(detector) && !/deploy|app.?key|ssh/i.test(detector);
};

/** The issuer is not known, or not one of ours. */
export const manual: System = {
  name: 'manual',
  save: () => undefined,
  contain(subject) {
    if (isGithubToken(subject)) {
      return {
        ...instructed({ action: 'revoke', reversibility: 'R2', text: '', look: 'GET /user with the token answers 401' }),
        commands: githubRevokeToken(),
        parameters: { credential: subject.key },
      };
    }
    return instructed({
      action: 'revoke',
      reversibility: 'R2',
      text: `find out who issued ${subject.key} (${subject.entity?.name ?? subject.kind}), and end it there; nothing that was collected says who did`,
      look: 'a call with it is refused',
      parameters: { credential: subject.key },
    });
  },
  endSessions: (session, identity) =>
    instructed({
      action: 'quarantine',
      reversibility: 'R!',
      text: `end the sessions of ${identity.key} at its issuer (${session.key}), or refuse them at the systems that accept them`,
      inverse: 'lift it only after the longest session is over',
      look: 'a call with the old session is refused',
      parameters: { session: session.key, identity: identity.key },
    }),
  issue: (subject) =>
    instructed({
      action: 'issue',
      reversibility: 'R0',
      text: `have the issuer of ${subject.key} make a second credential with the same rights; write it to a file that only you can read`,
      inverse: 'have the new credential deleted',
      look: 'the issuer lists both',
      parameters: { credential: subject.key },
    }),
  distribute: (subject, replacement) =>
    distributed(
      subject,
      replacement,
      replacement.places.length
        ? replacement.places.map(place)
        : replacement.consumers.map((key) => shellComment(`give the new value to ${key}`)),
    ),
  confirm(subject, replacement) {
    const who = [...replacement.consumers, ...replacement.unexplained];
    const seen =
      who.length > 0 ? `each consumer uses the new credential: ${who.join(', ')}` : `nobody uses ${subject.key} any more`;
    const look = shellComment(`see in the issuer's log that ${seen}`);
    return awaited(subject, replacement, { apply: look, inverse: '', probe: look });
  },
  disable: (subject) =>
    instructed({
      action: 'disable',
      reversibility: 'R0',
      text: `have the issuer disable ${subject.key}; do not delete it yet`,
      inverse: `have the issuer enable ${subject.key} again`,
      look: 'a call with it is refused',
      parameters: { credential: subject.key },
    }),
  soak(subject) {
    const look = shellComment(`watch for refused uses of ${subject.key} for ${SOAK_DAYS} days`);
    return soaked(subject, { apply: look, inverse: '', probe: look });
  },
  delete: (subject) =>
    instructed({
      action: 'delete',
      reversibility: 'R2',
      text: `have the issuer delete ${subject.key}`,
      look: 'the issuer does not list it any more',
      parameters: { credential: subject.key },
    }),
};
