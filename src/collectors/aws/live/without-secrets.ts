/**
 * An answer as it may be saved: values that may be secrets are fingerprints. A value that is a fingerprint already stays, so that what
 * was saved says the same when it is collected again.
 */
import type { Fingerprinter } from '../../../model/fingerprint.ts';
import { scrubbedText } from '../scrub.ts';
import { isRecord } from '../shapes.ts';

export function withoutSecrets(value: unknown, fingerprint: Fingerprinter): unknown {
  return cleaned(value, '', fingerprint);
}

/** Maps of a name to its value, and lists of `{name, value}`. */
const VALUES_BELOW = /^(variables|environment(Variables)?|envVars?|defaultArguments)$/i;
const SECRET_NAMES = /password|passwd|secret(?!s?manager|s?Arn|sList)|token|private.?key|connection.?string|user.?data/i;
/** Names no secret: where one is kept, or which one it is. */
const REFERENCE = /^(arn:|fp:[\w-]{43}$|(AKIA|ASIA)[A-Z0-9]{16}$)/;

function cleaned(value: unknown, key: string, fingerprint: Fingerprinter): unknown {
  if (VALUES_BELOW.test(key)) return sealedValues(value, fingerprint);
  if (typeof value === 'string') return SECRET_NAMES.test(key) ? sealed(value, fingerprint) : scrubbedText(value);
  if (Array.isArray(value)) return value.map((one) => cleaned(one, key, fingerprint));
  if (!isRecord(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, cleaned(inner, name, fingerprint)]));
}

function sealedValues(value: unknown, fingerprint: Fingerprinter): unknown {
  if (typeof value === 'string') return sealed(value, fingerprint);
  if (Array.isArray(value)) return value.map((one) => sealedValues(one, fingerprint));
  if (!isRecord(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]) => [name, NAMES.test(name) ? inner : sealedValues(inner, fingerprint)]),
  );
}

const NAMES = /^(name|type|image|computeType|privilegedMode)$/i;

const sealed = (value: string, fingerprint: Fingerprinter): string =>
  value === '' || REFERENCE.test(value) ? value : fingerprint(value);
