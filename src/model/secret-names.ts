/** Names that say that what stands under them is a secret, and values that stand for one without being it. One table of words. */

interface Word {
  readonly word: string;
  /**
   * How much the word tells. `strict`: as the last word of a name, its value is a secret. `hidden`: at a name's end, its value is not
   * kept. `anywhere`: a name that holds it may have a secret for its value; without it the name must end so.
   */
  readonly tells: readonly ('strict' | 'hidden' | 'anywhere' | 'end')[];
}

const SEPARATOR = '[_.-]?';
const WORDS: readonly Word[] = [
  { word: 'password', tells: ['strict', 'hidden', 'end'] },
  { word: 'passwd', tells: ['strict', 'hidden', 'end'] },
  { word: 'pwd', tells: ['strict', 'hidden', 'end'] },
  { word: 'passphrase', tells: ['strict', 'hidden', 'end'] },
  { word: 'passcode', tells: ['hidden', 'end'] },
  { word: 'pass', tells: ['end'] },
  { word: 'secret', tells: ['strict', 'hidden', 'anywhere'] },
  { word: `secret${SEPARATOR}key`, tells: ['strict', 'hidden'] },
  { word: `client${SEPARATOR}secret`, tells: ['strict', 'hidden'] },
  { word: 'token', tells: ['strict', 'hidden', 'anywhere'] },
  { word: `api${SEPARATOR}key`, tells: ['strict', 'hidden', 'anywhere'] },
  { word: `access${SEPARATOR}key`, tells: ['strict', 'hidden', 'anywhere'] },
  { word: `private${SEPARATOR}key`, tells: ['strict', 'hidden', 'anywhere'] },
  { word: `client${SEPARATOR}key`, tells: ['hidden', 'anywhere'] },
  { word: `auth${SEPARATOR}key`, tells: ['strict', 'hidden', 'anywhere'] },
  { word: `encryption${SEPARATOR}key`, tells: ['strict', 'hidden'] },
  { word: `signing${SEPARATOR}key`, tells: ['strict', 'hidden'] },
  { word: 'credential', tells: ['hidden', 'anywhere'] },
];

const telling = (what: Word['tells'][number]): string =>
  WORDS.filter(({ tells }) => tells.includes(what))
    .map(({ word }) => word)
    .join('|');

const STRICT = new RegExp(`(?:^|[_.-])(?:${telling('strict')})$`);
const HIDDEN = new RegExp(`(?:${telling('hidden')})s?$`, 'i');
const LOOSE = new RegExp(`(?:${telling('anywhere')})|(?:${telling('end')})$|^(?:key|auth)$`, 'i');
const NO_SECRET = /(?:name|file|path|url|uri|host|id|type|ttl|expir\w*|length|count|enabled|audience|issuer|mount|ref)$/i;
const CAMEL = /([a-z0-9])([A-Z])/g;

/** `DB_PASSWORD`, `clientSecret`, `stripe.apiKey`; not `PASSWORD_FILE`, `TOKEN_URL` or `SECRET_ARN`. */
export const isSecretName = (name: string): boolean => STRICT.test(name.replace(CAMEL, '$1_$2').toLowerCase());

/** What stands under it is better not kept. */
export const isNameToHide = (name: string): boolean => HIDDEN.test(name);

/** What stands under it may be a secret: `db-pass`, `TOKEN_CURRENT`, `key`; not `token-ttl` or `SECRET_NAME`. */
export const mayNameSecret = (name: string): boolean => LOOSE.test(name) && !NO_SECRET.test(name);

/** References that something else fills in, and stand-ins of people. */
const PLACEHOLDER = /\$\(|\$\{|\{\{|^<.*>$|^%.*%$|redacted|changeme|change-me|placeholder|example|^x+$|^\*+$|^\.+$/i;

export const isPlaceholder = (value: string): boolean => PLACEHOLDER.test(value);
