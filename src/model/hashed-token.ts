import { createHash } from 'node:crypto';

const GITHUB_TOKEN = /^(?:gh[pousr]_|github_pat_)/;

/** What stands for a token in GitHub's audit log: base64 of its SHA-256. Undefined for what is no token of GitHub. */
export const hashedToken = (value: string): string | undefined =>
  GITHUB_TOKEN.test(value) ? createHash('sha256').update(value, 'utf8').digest('base64') : undefined;
