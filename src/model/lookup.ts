/** What a person may mean by a text. */
import { foldKey } from './keys.ts';

const ignoresCase = (key: string): boolean => foldKey(`${key.split(':', 1)[0]}:A`).endsWith(':a');

/** True when the key ends in `/text`, `:text` or `#text`; case is ignored where its provider ignores it. */
export function endsInPart(key: string, text: string): boolean {
  const folds = ignoresCase(key);
  const [whole, end] = folds ? [key.toLowerCase(), text.toLowerCase()] : [key, text];
  return whole.length > end.length && whole.endsWith(end) && '/:#'.includes(whole.charAt(whole.length - end.length - 1));
}
