import { describe, expect, it } from 'vitest';
import { isNameToHide, isPlaceholder, isSecretName, mayNameSecret } from '../../src/model/secret-names.ts';
import {
  awsKeyIdsIn,
  awsSecretsIn,
  hasAwsSecretForm,
  isAwsKeyId,
  isPrivateKey,
  isToken,
  passwordOfAddress,
  passwordsIn,
  percentDecoded,
  tokensIn,
  withoutAwsSecrets,
  withoutTokens,
} from '../../src/model/token-forms.ts';

// Joined at run time: no text here looks like a token.
const letters = (length: number): string => 'aB3dE6gH9j'.repeat(Math.ceil(length / 10)).slice(0, length);
const hex = (length: number): string => '0a1b2c3d'.repeat(Math.ceil(length / 8)).slice(0, length);
const TOKENS: readonly (readonly [rule: string, token: string])[] = [
  ['github-token', ['ghp', letters(36)].join('_')],
  ['github-fine-grained-token', ['github_pat', letters(60)].join('_')],
  ['gitlab-token', ['glpat', letters(20)].join('-')],
  ['slack-token', ['xoxb', letters(20)].join('-')],
  ['stripe-key', ['sk', 'live', letters(16)].join('_')],
  ['google-api-key', `AI${'za'}${letters(35)}`],
  ['google-client-secret', ['GOCSPX', letters(28)].join('-')],
  ['npm-token', ['npm', letters(36)].join('_')],
  ['pypi-token', ['pypi', letters(50)].join('-')],
  ['sendgrid-key', ['SG', letters(22), letters(43)].join('.')],
  ['anthropic-key', ['sk', 'ant', letters(40)].join('-')],
  ['openai-key', ['sk', 'proj', letters(40)].join('-')],
  ['digitalocean-token', ['dop', 'v1', hex(64)].join('_')],
  ['vault-token', ['hvs', letters(24)].join('.')],
  ['terraform-token', [letters(14), 'atlasv1', letters(60)].join('.')],
  ['databricks-token', `dapi${hex(32)}`],
  ['docker-token', ['dckr', 'pat', letters(27)].join('_')],
  ['grafana-token', ['glsa', letters(32)].join('_')],
  ['shopify-token', ['shpat', hex(32)].join('_')],
  ['new-relic-key', ['NRAK', 'A1B2C3D4E5F6G7H8I9J0K1L2M3N'].join('-')],
];

describe.each(TOKENS)('%s', (rule, token) => {
  it('is found in a text, is one as a whole, and is hidden', () => {
    expect([...tokensIn(`export X="${token}"; run`)]).toEqual([{ rule, value: token }]);
    expect(isToken(token)).toBe(true);
    expect(isToken(`${token} `)).toBe(false);
    expect(withoutTokens(`export X="${token}"; run`, '…')).toBe('export X="…"; run');
  });

  // Each is of its least length.
  it('is none where it is cut off', () => {
    expect([...tokensIn(token.slice(0, -1))]).toEqual([]);
  });
});

it('takes a token of an older or newer length for one where it is a value of its own', () => {
  const short = ['gho', letters(24)].join('_');
  expect([...tokensIn(short)]).toEqual([]);
  expect(isToken(short)).toBe(true);
  expect(withoutTokens(`curl -H ${short}`, '…')).toBe('curl -H …');
});

it('finds private keys whole, and hides them also without an end', () => {
  const begin = ['-----BEGIN', 'RSA', 'PRIVATE', 'KEY-----'].join(' ');
  const key = `${begin}\n${letters(120)}\n${['-----END', 'RSA', 'PRIVATE', 'KEY-----'].join(' ')}`;
  expect([...tokensIn(`x\n${key}\ny`)]).toEqual([{ rule: 'private-key', value: key }]);
  expect(isPrivateKey(key)).toBe(true);
  expect(withoutTokens(`x ${begin}\n${letters(30)}`, '…')).toBe('x …');
});

it('hides JSON web tokens and passwords of addresses', () => {
  const jwt = [`ey${'J'}${letters(20)}`, letters(20), letters(20)].join('.');
  expect(withoutTokens(`bearer ${jwt}`, '…')).toBe('bearer …');
  expect(withoutTokens('postgres://app:hunter2@db/x', '…')).toBe('postgres://app:…@db/x');
  expect(passwordsIn('see postgres://app:hunter22@db/x and https://db/x')).toEqual(['hunter22']);
  expect(passwordOfAddress('redis://:hunter22@cache:6379')).toBe('hunter22');
  expect(passwordOfAddress('https://cache:6379/a@b')).toBeUndefined();
  expect([percentDecoded('a%40b'), percentDecoded('50%')]).toEqual(['a@b', '50%']);
});

it('leaves words, names and paths alone', () => {
  for (const text of ['npm_config_cache', 'ghp_short', 'sk-learn', 'arn:aws:iam::111111111111:role/deploy', 'refs/heads/main'])
    expect([[...tokensIn(text)], isToken(text), withoutTokens(text, '…')]).toEqual([[], false, text]);
});

it('knows ids and secrets of AWS keys', () => {
  const id = 'AKIA0EXAMPLE018901A8';
  const secret = `wJalrXUtnFEMI/K7MDENG/${'bPxRfiCYEXAMPLE018'}`;
  expect([isAwsKeyId(id), isAwsKeyId(`${id} `), isAwsKeyId('AKIA0')]).toEqual([true, false, false]);
  expect(awsKeyIdsIn(`a=${id} b=${id}`)).toEqual([id]);
  expect([secret.length, hasAwsSecretForm(secret), awsSecretsIn(`x ${secret} y`)]).toEqual([40, true, [secret]]);
  expect(withoutAwsSecrets(`key: ${secret}`, '…')).toBe('key: …');
  expect(withoutAwsSecrets(`sha ${'0123456789'.repeat(4)}`, '…')).toBe(`sha ${'0123456789'.repeat(4)}`);
});

it.each([
  ['DB_PASSWORD', true, true, true],
  ['clientSecret', true, true, true],
  ['stripe.apiKey', true, true, true],
  ['PASSWORD_FILE', false, false, false],
  ['SECRET_ARN', false, false, true],
  ['TOKEN_CURRENT', false, false, true],
  ['db-pass', false, false, true],
  ['key', false, false, true],
  ['token-ttl', false, false, false],
  ['credentials', false, true, true],
  ['monkey', false, false, false],
])('%s names a secret: %s; is hidden: %s; may name one: %s', (name, isNamed, isHidden, mayBe) => {
  expect([isSecretName(name), isNameToHide(name), mayNameSecret(name)]).toEqual([isNamed, isHidden, mayBe]);
});

it.each(['${DB_PASSWORD}', '$(DB_PASSWORD)', '{{ db.password }}', '<password>', 'changeme', 'xxxx', '****'])(
  '%s is no value',
  (text) => {
    expect(isPlaceholder(text)).toBe(true);
  },
);
