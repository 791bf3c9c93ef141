/** Workflows name their secrets, as a rule, and hold none; what looks like one is dropped before anything is kept. */
import { isNameToHide } from '../../model/secret-names.ts';
import { withoutAwsSecrets, withoutTokens } from '../../model/token-forms.ts';

/** `PASSWORD=…` and `--token …` within scripts. */
const ASSIGNED =
  /(?<![\w-])((?:[\w-]{0,64}(?:passw(?:or)?d|passphrase|secret|token|api[-_]?key|private[-_]?key|secret[-_]?access[-_]?key))\s*[=:]\s*|--(?:password|token|secret|api-key)[= ]\s*)(["']?)(?!\$|\*|"?\$\{\{)([^\s"'$`]{6,})\2/gi;
/** `Authorization: Bearer …` and its like. */
const PRESENTED = /\b(bearer|basic|token)(\s+)(?!\$)([^\s"'$`\\]{6,})/gi;
/** Long words of letters and digits: nobody chose them. Versions of actions are pinned by such words too, where they stand. */
const WORD = /(?<![A-Za-z0-9])(?=[A-Za-z0-9]*\d)(?=[A-Za-z0-9]*[A-Za-z])[A-Za-z0-9]{20,}(?![A-Za-z0-9])/g;
const NAMES_THINGS: ReadonlySet<string> = new Set(['uses', 'if', 'name', 'runs-on', 'needs', 'environment', 'ref', 'image']);
const EXPRESSION = /(\$\{\{[\s\S]*?\}\})/;
const HIDDEN = '(hidden)';

/** `name`: the key that the text stands under; a literal under a name of secrets is hidden whole. */
export function scrubbedText(text: string, name: string): string {
  if (isNameToHide(name) && text !== '' && !text.includes('${{') && !isWord(text)) return HIDDEN;
  const hidden = withoutAwsSecrets(withoutTokens(text, HIDDEN), HIDDEN);
  // Most texts assign nothing; to look for the names of what they would assign is the dearest.
  const plain = /[=:]|--/.test(hidden)
    ? hidden.replace(ASSIGNED, (_whole, before: string, quote: string) => `${before}${quote}${HIDDEN}${quote}`)
    : hidden;
  return NAMES_THINGS.has(name) ? plain : outsideExpressions(plain);
}

/** What stands in `${{ … }}` names secrets; it holds none. */
const outsideExpressions = (text: string): string =>
  text
    .split(EXPRESSION)
    .map((part, at) => (at % 2 === 1 ? part : part.replace(PRESENTED, `$1$2${HIDDEN}`).replace(WORD, HIDDEN)))
    .join('');

/** Permissions and switches such as `id-token: write` and `secrets: inherit`. */
const isWord = (text: string): boolean => /^(read|write|none|true|false|inherit|required)$/.test(text);
