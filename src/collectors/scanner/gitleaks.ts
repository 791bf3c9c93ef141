/** gitleaks: version 8 writes `RuleID` and `Secret`, version 7 `rule` and `offender`. https://github.com/gitleaks/gitleaks */
import { z } from 'zod';
import { eventTime } from '../files/event-time.ts';
import { shaped } from '../files/shape.ts';
import { githubRepositoryIn, keyIdBeside, type Leak, shownValue } from './leak.ts';

const text = z.string().nullish();

const version8 = z.object({
  RuleID: z.string(),
  Secret: z.string(),
  Match: text,
  Line: text,
  File: z.string(),
  StartLine: z.int().nullish(),
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

export const isGitleaks8 = (record: object): boolean => 'RuleID' in record && 'Secret' in record;
export const isGitleaks7 = (record: object): boolean => 'offender' in record && 'rule' in record;

export function gitleaks8Leak(record: object, place: { path: string; at: string }): Leak {
  const found = shaped(version8, record, place);
  const value = shownValue(found.Secret);
  return {
    value,
    keyId: keyIdBeside(value, `${found.Match ?? ''} ${found.Line ?? ''}`),
    scanner: 'gitleaks',
    rule: found.RuleID,
    file: found.File,
    line: found.StartLine ?? 0,
    commit: found.Commit ?? '',
    date: eventTime(found.Date),
    repository: githubRepositoryIn(found.Link ?? undefined),
  };
}

export function gitleaks7Leak(record: object, place: { path: string; at: string }): Leak {
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
