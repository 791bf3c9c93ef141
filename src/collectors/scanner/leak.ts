import { awsKeyIdsIn, hasAwsSecretForm, isAwsKeyId } from '../../model/token-forms.ts';

/** What any scanner's finding comes to. `value` never leaves this folder: facts carry its fingerprint. */
export interface Leak {
  /** The secret as found; undefined when the report does not hold it (redacted, or only its place is known). */
  readonly value: string | undefined;
  /** The id of the AWS key that the finding names beside the secret. */
  readonly keyId?: string | undefined;
  /** The IAM user that the scanner saw the key act as. */
  readonly identityArn?: string | undefined;
  readonly scanner: string;
  readonly rule: string;
  readonly file: string;
  /** 0 when the report does not say. */
  readonly line: number;
  readonly commit: string;
  readonly date?: string | undefined;
  /** The scanner tried the secret: true, it worked; false, it did not or could not be tried. */
  readonly verified?: boolean | undefined;
  /** What the issuer, or whoever closed the finding, said of the secret, and when, if that is known. */
  readonly state?: 'active' | 'inactive' | undefined;
  readonly checkedAt?: string | undefined;
  /** `owner/name` on GitHub. */
  readonly repository?: string | undefined;
  /** Of another installation than github.com, such as `ghe.example`. */
  readonly githubHost?: string | undefined;
  /** The S3 bucket that holds the file. */
  readonly bucket?: string | undefined;
}

/** The one AWS key id in a text, when the secret beside it has the form of that key's secret. */
export function keyIdBeside(secret: string | undefined, text: string | undefined): string | undefined {
  if (secret === undefined || !text || !hasAwsSecretForm(secret)) return undefined;
  const ids = awsKeyIdsIn(text);
  return ids.length === 1 ? ids[0] : undefined;
}

const REDACTED = /redacted|\*{3,}|^[x.•]+$|…$/i;
const PEM_HEADER = /^-----BEGIN [A-Z0-9 ]+-----$/;

/**
 * The secret, unless the text stands for one that is not shown: a redaction mark, a bare PEM header, nothing. Three dots at the end are
 * part of it: which tool writes them for what it cuts off is said where its reports are read.
 */
export function shownValue(text: string): string | undefined {
  return text.trim() === '' || REDACTED.test(text) || PEM_HEADER.test(text.trim()) ? undefined : text;
}

/** No store takes it in a text. Where a value has it, only the fingerprint is kept. */
export const hasNul = ({ file, rule, commit, scanner, bucket = '', identityArn = '' }: Leak): boolean =>
  [file, rule, commit, scanner, bucket, identityArn].some((text) => text.includes('\0'));

/**
 * Tools in Python write a byte of a file's name that is no UTF-8 as half a character. Stores keep that as U+FFFD, and would not find again
 * what they look for by the half.
 */
export const wellFormed = (leak: Leak): Leak =>
  HALF_CHARACTER.test(leak.file) ? { ...leak, file: Buffer.from(leak.file, 'utf8').toString('utf8') } : leak;
const HALF_CHARACTER = /\p{Surrogate}/u;

/** Shorter values may be any word of a path. */
const LEAST_HIDDEN = 12;

/** Some name a file by the secret that is in it: its name is kept, so the secret is taken out of it. */
export function withoutValueInName(leak: Leak): Leak {
  const { value, file } = leak;
  if (value === undefined || value.length < LEAST_HIDDEN || isAwsKeyId(value) || !file.includes(value)) return leak;
  return { ...leak, file: file.replaceAll(value, () => '***') };
}

/** `owner/name` of a github.com address, whatever credentials or path it carries. */
export function githubRepositoryIn(address: string | undefined): string | undefined {
  const found = /^(?:https?:\/\/|ssh:\/\/|git@|git:\/\/)(?:[^@/\s]*@)?(?:www\.)?github\.com[/:]([\w.-]+)\/([\w.-]+)/i.exec(
    address ?? '',
  );
  return found?.[1] && found[2] ? `${found[1]}/${found[2].replace(/\.git$/, '')}` : undefined;
}
