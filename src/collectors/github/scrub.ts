/** Workflows name their secrets, as a rule, and hold none; what looks like one is dropped before anything is kept. */

const TOKENS =
  /-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*|gh[a-z]_[A-Za-z0-9]{20,}|github_pat_\w{20,}|xox[a-z]-[\w-]{10,}|sk_live_\w{10,}|npm_[A-Za-z0-9]{30,}|pypi-[\w-]{30,}|eyJ[\w-]{10,}\.[\w-]{10,}\.[\w-]*|(?<=:\/\/[^\s:@/]{0,64}:)[^\s@/]{3,}(?=@)/g;
const FORTY = /(?<![A-Za-z0-9/+])[A-Za-z0-9/+]{40}(?![A-Za-z0-9/+=])/g;
const MIXED = /^(?=.*[a-z])(?=.*[A-Z])(?=.*\d)/;
const SECRET_NAME = /(passw(or)?d|passphrase|secret|token|api[-_]?key|private[-_]?key|access[-_]?key|credential)s?$/i;
/** `PASSWORD=…` and `--token …` within scripts. */
const ASSIGNED =
  /(?<![\w-])((?:[\w-]{0,64}(?:passw(?:or)?d|passphrase|secret|token|api[-_]?key|private[-_]?key|secret[-_]?access[-_]?key))\s*[=:]\s*|--(?:password|token|secret|api-key)[= ]\s*)(["']?)(?!\$|\*|"?\$\{\{)([^\s"'$`]{6,})\2/gi;
const HIDDEN = '(hidden)';

/** `name`: the key that the text stands under; a literal under a name of secrets is hidden whole. */
export function scrubbedText(text: string, name: string): string {
  if (SECRET_NAME.test(name) && text !== '' && !text.includes('${{') && !isWord(text)) return HIDDEN;
  return text
    .replace(TOKENS, HIDDEN)
    .replace(FORTY, (found) => (MIXED.test(found) ? HIDDEN : found))
    .replace(ASSIGNED, (_whole, before: string, quote: string) => `${before}${quote}${HIDDEN}${quote}`);
}

/** Permissions and switches such as `id-token: write` and `secrets: inherit`. */
const isWord = (text: string): boolean => /^(read|write|none|true|false|inherit|required)$/.test(text);
