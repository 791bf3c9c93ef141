/** Policy texts and tags hold no secrets, as a rule; what looks like one is dropped before anything is kept. */
import type { Json } from '../../model/entity.ts';
import { withoutAwsSecrets, withoutTokens } from '../../model/token-forms.ts';

const HIDDEN = '(hidden)';

/** A run of forty base64 characters that mixes cases and digits is a secret access key; a path or a name is not. */
export const scrubbedText = (text: string): string => withoutAwsSecrets(withoutTokens(text, HIDDEN), HIDDEN);

/** The value without anything that looks like a secret, and without keys of the prototype. Itself, when there is nothing of these. */
export const scrubbed = (value: unknown): Json => (isClean(value) ? (value as Json) : cleaned(value));

function isClean(value: unknown): boolean {
  if (typeof value === 'string') return scrubbedText(value) === value;
  if (Array.isArray(value)) return value.every(isClean);
  if (typeof value === 'object' && value !== null)
    return Object.entries(value).every(([key, inner]) => key !== '__proto__' && isClean(inner));
  return typeof value === 'number' || typeof value === 'boolean' || value === null;
}

function cleaned(value: unknown): Json {
  if (typeof value === 'string') return scrubbedText(value);
  if (Array.isArray(value)) return value.map(cleaned);
  if (typeof value === 'object' && value !== null)
    return Object.fromEntries(
      Object.entries(value)
        .filter(([key]) => key !== '__proto__')
        .map(([key, inner]) => [key, cleaned(inner)]),
    );
  return typeof value === 'number' || typeof value === 'boolean' ? value : null;
}
