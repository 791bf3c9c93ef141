/** gitleaks: version 8 writes `RuleID` and `Secret`, version 7 `rule` and `offender`. https://github.com/gitleaks/gitleaks */
import { z } from 'zod';
import { eventTime } from '../files/event-time.ts';
import { shaped } from '../files/shape.ts';
import type { Place, ReportFormat } from './format.ts';
import { shownByGitleaks } from './gitleaks-mask.ts';
import { githubRepositoryIn, keyIdBeside, type Leak, shownValue } from './leak.ts';

const text = z.string().nullish();

const version8 = z.object({
  RuleID: z.string(),
  Secret: z.string(),
  Match: text,
  Line: text,
  File: z.string(),
  StartLine: z.int().nullish(),
  Entropy: z.unknown().optional(),
  Commit: text,
  Date: text,
  Link: text,
});

const version7 = z.object({
  rule: z.string(),
  offender: z.string(),
  line: text,
  lineNumber: z.int().nullish(),
  file: z.string(),
  commit: text,
  date: text,
  repo: text,
  repoURL: text,
  leakURL: text,
});

export const gitleaks8: ReportFormat = {
  name: 'gitleaks 8',
  // Either is enough: a long matched line may push the other out of the head.
  knows: (keys) => keys.includes('RuleID') || keys.includes('Secret'),
  isRecord: (record) => 'RuleID' in record && 'Secret' in record,
  found: (record, place) => ({ leaks: [leakOf8(record, place)] }),
};

export const gitleaks7: ReportFormat = {
  name: 'gitleaks 7',
  knows: (keys) => keys.includes('offender'),
  isRecord: (record) => 'offender' in record && 'rule' in record,
  found: (record, place) => ({ leaks: [leakOf7(record, place)] }),
};

function leakOf8(record: object, place: Place): Leak {
  const found = shaped(version8, record, place);
  const value = shownByGitleaks(found.Secret, found.Entropy);
  return {
    value,
    keyId: keyIdBeside(value, `${found.Match ?? ''} ${found.Line ?? ''}`),
    scanner: 'gitleaks',
    rule: found.RuleID,
    // Empty where the text came through a pipe.
    file: found.File || 'unknown',
    line: found.StartLine ?? 0,
    commit: found.Commit ?? '',
    date: eventTime(found.Date),
    repository: githubRepositoryIn(found.Link ?? undefined),
  };
}

function leakOf7(record: object, place: Place): Leak {
  const found = shaped(version7, record, place);
  const value = shownValue(found.offender);
  return {
    value,
    keyId: keyIdBeside(value, found.line ?? undefined),
    scanner: 'gitleaks',
    rule: found.rule,
    file: found.file,
    line: found.lineNumber ?? 0,
    commit: found.commit ?? '',
    date: eventTime(found.date),
    repository: githubRepositoryIn(found.repoURL ?? found.leakURL ?? undefined) ?? githubRepositoryIn(found.repo ?? undefined),
  };
}
