/**
 * Tokens whose issuers gave them a form of their own: one line for each form. A form is told in two ways. Strictly, as the issuer makes
 * them today: what has it is such a token, wherever it stands. Loosely, as they may be made tomorrow or were once: enough to take the
 * value of a setting for one, and to hide it from what is kept.
 */

interface TokenForm {
  readonly rule: string;
  /** As regular expressions. */
  readonly begin: string;
  readonly body: string;
  readonly length: readonly [least: number, most: number];
  /** Where it is told more loosely than strictly. */
  readonly loose?: { readonly begin?: string; readonly body?: string; readonly least: number };
}

const FORMS: readonly TokenForm[] = [
  {
    // https://github.blog/engineering/platform-security/behind-githubs-new-authentication-token-formats/
    rule: 'github-token',
    begin: 'gh[opsur]_',
    body: '[A-Za-z0-9]',
    length: [36, 255],
    loose: { begin: 'gh[a-z]_', body: '\\w', least: 20 },
  },
  { rule: 'github-fine-grained-token', begin: 'github_pat_', body: '\\w', length: [60, 255], loose: { least: 20 } },
  // https://docs.gitlab.com/security/tokens/#token-prefixes
  { rule: 'gitlab-token', begin: 'gl(?:pat|dt|rt|ptt|soat|agent|oas)-', body: '[\\w.-]', length: [20, 300] },
  {
    // https://docs.slack.dev/authentication/tokens/
    rule: 'slack-token',
    begin: 'x(?:ox[abeoprs]|app)-',
    body: '[A-Za-z0-9-]',
    length: [20, 255],
    loose: { begin: 'x(?:ox[a-z]|app)-', body: '[\\w-]', least: 10 },
  },
  {
    // https://docs.stripe.com/keys
    rule: 'stripe-key',
    begin: '[rs]k_(?:live|test)_',
    body: '[A-Za-z0-9]',
    length: [16, 255],
    loose: { body: '\\w', least: 10 },
  },
  { rule: 'google-api-key', begin: 'AIza', body: '[\\w-]', length: [35, 35] },
  { rule: 'google-client-secret', begin: 'GOCSPX-', body: '[\\w-]', length: [28, 28] },
  { rule: 'npm-token', begin: 'npm_', body: '[A-Za-z0-9]', length: [36, 36], loose: { body: '\\w', least: 30 } },
  { rule: 'pypi-token', begin: 'pypi-', body: '[\\w-]', length: [50, 1000], loose: { least: 30 } },
  { rule: 'sendgrid-key', begin: 'SG\\.[\\w-]{22}\\.', body: '[\\w-]', length: [43, 43] },
  { rule: 'anthropic-key', begin: 'sk-ant-', body: '[\\w-]', length: [40, 255] },
  { rule: 'openai-key', begin: 'sk-(?:proj|svcacct|admin)-', body: '[\\w-]', length: [40, 255] },
  { rule: 'digitalocean-token', begin: 'do[opr]_v1_', body: '[a-f0-9]', length: [64, 64] },
  { rule: 'vault-token', begin: 'hv[bsr]\\.', body: '[\\w-]', length: [24, 300], loose: { least: 20 } },
  { rule: 'terraform-token', begin: '[A-Za-z0-9]{14}\\.atlasv1\\.', body: '[\\w=-]', length: [60, 80] },
  { rule: 'databricks-token', begin: 'dapi', body: '[a-f0-9]', length: [32, 32] },
  { rule: 'docker-token', begin: 'dckr_[po]at_', body: '[\\w-]', length: [27, 40] },
  { rule: 'grafana-token', begin: 'gl(?:c|sa)_', body: '[A-Za-z0-9+/_=]', length: [32, 400] },
  { rule: 'shopify-token', begin: 'shp(?:at|ca|pa|ss)_', body: '[a-fA-F0-9]', length: [32, 32] },
  { rule: 'new-relic-key', begin: 'NRAK-', body: '[A-Z0-9]', length: [27, 27] },
];

const strict = ({ begin, body, length: [least, most] }: TokenForm): string => `${begin}${body}{${least},${most}}`;
const loose = ({ begin, body, length, loose: told }: TokenForm): string =>
  `${told?.begin ?? begin}${told?.body ?? body}{${told?.least ?? length[0]},}`;

// In two parts, since no text of this project looks like a key.
const PEM_BEGIN = '-{5}BEGIN [A-Z ]*PRIVATE KEY-{5}';
const PRIVATE_KEY = new RegExp(`${PEM_BEGIN}[A-Za-z0-9+/=\\s\\\\]{100,}-{5}END [A-Z ]*PRIVATE KEY-{5}`, 'g');
const STRICT = FORMS.map((form) => ({
  rule: form.rule,
  within: new RegExp(`(?<![A-Za-z0-9_-])(?:${strict(form)})(?![A-Za-z0-9_])`, 'g'),
}));

export interface Token {
  readonly rule: string;
  readonly value: string;
}

/** Every token in a text that has a form strictly, and every private key. */
export function* tokensIn(text: string): Generator<Token> {
  if (text.includes('PRIVATE KEY')) for (const [value] of text.matchAll(PRIVATE_KEY)) yield { rule: 'private-key', value };
  for (const { rule, within } of STRICT) for (const [value] of text.matchAll(within)) yield { rule, value };
}

const WHOLE = new RegExp(`^(?:${FORMS.map(loose).join('|')})$`);
const BEGINS_PRIVATE_KEY = new RegExp(`^${PEM_BEGIN}`);

/** Whether a text as a whole has the form of a token, loosely. */
export const isToken = (text: string): boolean => WHOLE.test(text);
export const isPrivateKey = (text: string): boolean => BEGINS_PRIVATE_KEY.test(text);

/** A key without its end is one too; so is a JSON web token, and the password of an address. */
const HIDDEN_FORMS = new RegExp(
  [
    `${PEM_BEGIN}[\\s\\S]*`,
    ...FORMS.map(loose),
    'eyJ[\\w-]{10,}\\.[\\w-]{10,}\\.[\\w-]*',
    '(?<=://[^\\s:@/]{0,64}:)[^\\s@/]{3,}(?=@)',
  ].join('|'),
  'g',
);
/** Nothing that is shorter has any of the forms. */
const SHORTEST = 8;

/** The text with `mark` where something has the form of a token, loosely. */
export const withoutTokens = (text: string, mark: string): string =>
  text.length < SHORTEST ? text : text.replace(HIDDEN_FORMS, mark);

/** The password of an address, as it is meant; one that holds a reference is none. */
const ADDRESS = /\b[a-z][a-z0-9+.-]{1,20}:\/\/[^\s:/@"'{}$<]{0,100}:([^\s@/"'{}$<>]{6,200})@[A-Za-z0-9[]/g;
const WHOLE_ADDRESS = /^[a-z][a-z0-9+.-]*:\/\/[^\s:@/]*:([^\s@/]{6,})@/i;

export function passwordsIn(text: string): string[] {
  return text.includes('://') ? [...text.matchAll(ADDRESS)].map(([, password = '']) => password) : [];
}

/** Of a text that is an address. */
export const passwordOfAddress = (text: string): string | undefined => WHOLE_ADDRESS.exec(text)?.[1];

/** An escape that is broken is left as it stands. */
export function percentDecoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** AWS access key ids: AKIA long-term, ASIA temporary. https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html */
const KEY_ID = 'A[KS]IA[0-9A-Z]{12,124}';
const WHOLE_KEY_ID = new RegExp(`^${KEY_ID}$`);
const KEY_ID_WITHIN = new RegExp(`(?<![0-9A-Z])${KEY_ID}(?![0-9A-Z])`, 'g');
export const isAwsKeyId = (text: string): boolean => WHOLE_KEY_ID.test(text);
/** Each once. */
export const awsKeyIdsIn = (text: string): string[] => [...new Set(text.match(KEY_ID_WITHIN))];

const AWS_SECRET = '[A-Za-z0-9/+]{40}';
const WHOLE_AWS_SECRET = new RegExp(`^${AWS_SECRET}$`);
const AWS_SECRET_WITHIN = new RegExp(`(?<![A-Za-z0-9/+=])${AWS_SECRET}(?![A-Za-z0-9/+=])`, 'g');
const HIDDEN_AWS_SECRET = new RegExp(`(?<![A-Za-z0-9/+])${AWS_SECRET}(?![A-Za-z0-9/+=])`, 'g');
const MIXED = /^(?=.*[a-z])(?=.*[A-Z])(?=.*[0-9/+])/;
const MIXED_WITH_DIGIT = /^(?=.*[a-z])(?=.*[A-Z])(?=.*\d)/;

/** The form alone: beside a key's id that is enough. */
export const hasAwsSecretForm = (text: string): boolean => WHOLE_AWS_SECRET.test(text);
/** Runs of forty characters that mix cases with digits or signs, each once; a path or a name does not. */
export const awsSecretsIn = (text: string): string[] =>
  [...new Set(text.match(AWS_SECRET_WITHIN))].filter((found) => MIXED.test(found));
export const withoutAwsSecrets = (text: string, mark: string): string =>
  text.length < 40 ? text : text.replace(HIDDEN_AWS_SECRET, (found) => (MIXED_WITH_DIGIT.test(found) ? mark : found));
