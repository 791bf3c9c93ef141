/**
 * Which texts are credentials: tokens whose issuers gave them a form of their own, and values under a name that says so.
 * One line for each form; the first that fits a text names it. What fits none is no credential, whatever it looks like.
 */

interface TokenForm {
  readonly rule: string;
  /** A whole token. */
  readonly form: string;
}

const FORMS: readonly TokenForm[] = [
  // https://github.blog/engineering/platform-security/behind-githubs-new-authentication-token-formats/
  { rule: 'github-token', form: 'gh[opsur]_[A-Za-z0-9]{36,255}' },
  { rule: 'github-fine-grained-token', form: 'github_pat_[A-Za-z0-9_]{60,255}' },
  // https://docs.gitlab.com/security/tokens/#token-prefixes
  { rule: 'gitlab-token', form: 'gl(?:pat|dt|rt|ptt|soat|agent|oas)-[A-Za-z0-9_.-]{20,300}' },
  // https://docs.slack.dev/authentication/tokens/
  { rule: 'slack-token', form: 'x(?:ox[abeoprs]|app)-[A-Za-z0-9-]{20,255}' },
  // https://docs.stripe.com/keys
  { rule: 'stripe-key', form: '[rs]k_(?:live|test)_[A-Za-z0-9]{16,255}' },
  { rule: 'google-api-key', form: 'AIza[A-Za-z0-9_-]{35}' },
  { rule: 'google-client-secret', form: 'GOCSPX-[A-Za-z0-9_-]{28}' },
  { rule: 'npm-token', form: 'npm_[A-Za-z0-9]{36}' },
  { rule: 'pypi-token', form: 'pypi-[A-Za-z0-9_-]{50,1000}' },
  { rule: 'sendgrid-key', form: 'SG\\.[A-Za-z0-9_-]{22}\\.[A-Za-z0-9_-]{43}' },
  { rule: 'anthropic-key', form: 'sk-ant-[A-Za-z0-9_-]{40,255}' },
  { rule: 'openai-key', form: 'sk-(?:proj|svcacct|admin)-[A-Za-z0-9_-]{40,255}' },
  { rule: 'digitalocean-token', form: 'do[opr]_v1_[a-f0-9]{64}' },
  { rule: 'vault-token', form: 'hv[bsr]\\.[A-Za-z0-9_-]{24,300}' },
  { rule: 'terraform-token', form: '[A-Za-z0-9]{14}\\.atlasv1\\.[A-Za-z0-9_=-]{60,80}' },
  { rule: 'databricks-token', form: 'dapi[a-f0-9]{32}' },
  { rule: 'docker-token', form: 'dckr_[po]at_[A-Za-z0-9_-]{27,40}' },
  { rule: 'grafana-token', form: 'gl(?:c|sa)_[A-Za-z0-9+/_=]{32,400}' },
  { rule: 'shopify-token', form: 'shp(?:at|ca|pa|ss)_[a-fA-F0-9]{32}' },
  { rule: 'new-relic-key', form: 'NRAK-[A-Z0-9]{27}' },
];

const BEGIN = '-{5}BEGIN ';
const PRIVATE_KEY = new RegExp(`${BEGIN}[A-Z ]*PRIVATE KEY-{5}[A-Za-z0-9+/=\\s\\\\]{100,}-{5}END [A-Z ]*PRIVATE KEY-{5}`, 'g');
const TOKENS = FORMS.map(({ rule, form }) => ({
  rule,
  within: new RegExp(`(?<![A-Za-z0-9_-])(?:${form})(?![A-Za-z0-9_])`, 'g'),
}));

export interface Token {
  readonly rule: string;
  readonly value: string;
}

/** Every token of a known form in a text. */
export function* tokensIn(text: string): Generator<Token> {
  if (text.includes('PRIVATE KEY')) for (const [value] of text.matchAll(PRIVATE_KEY)) yield { rule: 'private-key', value };
  for (const { rule, within } of TOKENS) for (const [value] of text.matchAll(within)) yield { rule, value };
  yield* passwordsIn(text);
}

/** The password of an address; one that holds a reference is none. */
const ADDRESS = /\b[a-z][a-z0-9+.-]{1,20}:\/\/[^\s:/@"'{}$<]{0,100}:([^\s@/"'{}$<>]{6,200})@[A-Za-z0-9[]/g;

function* passwordsIn(text: string): Generator<Token> {
  if (!text.includes('://')) return;
  for (const [, password = ''] of text.matchAll(ADDRESS))
    if (!isPlaceholder(password)) yield { rule: 'password-in-address', value: decoded(password) };
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

const SECRET_NAME =
  /(?:^|[_.-])(?:password|passwd|pwd|passphrase|secret|secret[_.-]?key|client[_.-]?secret|token|api[_.-]?key|access[_.-]?key|private[_.-]?key|auth[_.-]?key|encryption[_.-]?key|signing[_.-]?key)$/;
const CAMEL = /([a-z0-9])([A-Z])/g;

/** `DB_PASSWORD`, `clientSecret`, `stripe.apiKey`; not `PASSWORD_FILE`, `TOKEN_URL` or `SECRET_ARN`. */
export const isSecretName = (name: string): boolean => SECRET_NAME.test(name.replace(CAMEL, '$1_$2').toLowerCase());

// Redactions and templates say nothing of the secret; a cut value is no value.
const PLACEHOLDER =
  /redacted|hidden|placeholder|change[_-]?me|example|dummy|your[_-]|replace|todo|no_?echo|\*{3,}|\.{3}$|…|^[x•.*#-]+$|^(.)\1+$|[<>{}]|\$\(|^\$|^%/i;

export const isPlaceholder = (value: string): boolean => PLACEHOLDER.test(value);

// A ciphertext of KMS, an ARN, an address, a path, a host, a number or a word is where a secret lies, or a setting.
const NO_SECRET =
  /^AQ[EI]CAH|^arn:|:\/\/|^\/|^[a-z]:\\|^-?\d+$|^(?:true|false|null|none|disabled|enabled)$|^[\w-]+(?:\.[\w-]+)+\.[a-z]{2,}$|^[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+$|^[a-z]+\d{0,2}(?:[-_/.](?:[a-z]+\d{0,2}|\d{1,4}))*$/i;
const SHORTEST = 8;
const LONGEST = 4096;
/** Bits per character: `aaaabbbb` has 1, a random text of twelve characters above 3. */
const LEAST_ENTROPY = 2.5;

/** Whether the value of something that is named as a secret may be one. */
export const isSecretValue = (value: string): boolean =>
  value.length >= SHORTEST &&
  value.length <= LONGEST &&
  !/\s/.test(value) &&
  !isPlaceholder(value) &&
  !NO_SECRET.test(value) &&
  entropyOf(value) >= LEAST_ENTROPY;

/** Shannon's, of the characters. */
function entropyOf(text: string): number {
  const counts = new Map<string, number>();
  for (const character of text) counts.set(character, (counts.get(character) ?? 0) + 1);
  const share = [...counts.values()].map((count) => count / text.length);
  return -share.reduce((sum, p) => sum + p * Math.log2(p), 0);
}

/** AWS access key ids: AKIA long-term, ASIA temporary. https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html */
const KEY_ID = /(?<![0-9A-Za-z])A[KS]IA[0-9A-Z]{12,124}(?![0-9A-Za-z])/g;
const AWS_SECRET = /(?<![A-Za-z0-9/+=])[A-Za-z0-9/+]{40}(?![A-Za-z0-9/+=])/g;
const MIXED = /^(?=.*[a-z])(?=.*[A-Z])(?=.*[0-9/+])/;

export const keyIdsIn = (text: string): string[] => [...new Set(text.match(KEY_ID))];
/** Texts with the form of an AWS secret access key. */
export const awsSecretsIn = (text: string): string[] => [...new Set(text.match(AWS_SECRET))].filter((found) => MIXED.test(found));
