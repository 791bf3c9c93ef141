/** Type errors with a place: `users.json: UserDetailList[3].UserPolicyList: expected a list, found text`. */
import type { z } from 'zod';
import { InputError } from '../../model/errors.ts';

const MOST_NAMED = 3;

/** The value as the schema describes it, or an InputError that names the file, the place in it and what was found; never the value. */
export function shaped<T>(schema: z.ZodType<T>, value: unknown, place: { readonly path: string; readonly at?: string }): T {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const texts = result.error.issues.map((issue) => `${placeOf(issue.path, place.at)}${faultOf(issue, value)}`);
  const more = texts.length > MOST_NAMED ? `; and ${texts.length - MOST_NAMED} more` : '';
  throw new InputError(`${place.path}: ${texts.slice(0, MOST_NAMED).join('; ')}${more}`);
}

/** `['UserDetailList', 3, 'Path']` → `UserDetailList[3].Path: `; empty at the top. */
function placeOf(path: readonly PropertyKey[], at = ''): string {
  const text = path.reduce<string>(
    (place, part) => (typeof part === 'number' ? `${place}[${part}]` : `${place}${place ? '.' : ''}${shortened(String(part))}`),
    at,
  );
  return text ? `${text}: ` : '';
}

function faultOf(issue: z.core.$ZodIssue, value: unknown): string {
  const found = nameOf(valueAt(value, issue.path));
  switch (issue.code) {
    case 'invalid_type':
      return `expected ${EXPECTED[issue.expected] ?? issue.expected}, found ${found}`;
    case 'unrecognized_keys':
      return `unknown ${issue.keys.length > 1 ? 'fields' : 'field'} ${issue.keys.slice(0, MOST_NAMED).map(shortened).join(', ')}`;
    case 'invalid_value':
      return `expected ${issue.values.map(String).join(' or ')}, found ${found === 'text' ? 'another word' : found}`;
    case 'too_small':
      return issue.origin === 'string' || issue.origin === 'array' ? 'is empty' : `is less than ${issue.minimum}`;
    case 'invalid_union':
      return `has none of the allowed forms, found ${found}`;
    default:
      return issue.message.startsWith('Invalid') ? `is not as it should be, found ${found}` : issue.message;
  }
}

const EXPECTED: Readonly<Record<string, string>> = {
  array: 'a list',
  object: 'an object',
  record: 'an object',
  string: 'text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
};

/** What a value is, in the words of the messages. */
export function nameOf(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object') return 'an object';
  return typeof value === 'string' ? 'text' : typeof value === 'number' ? 'a number' : 'true or false';
}

function valueAt(value: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (inner, part) =>
      inner !== null && typeof inner === 'object' && Object.hasOwn(inner, part)
        ? (inner as Record<PropertyKey, unknown>)[part]
        : undefined,
    value,
  );
}

const shortened = (name: string): string => (name.length > 60 ? `${name.slice(0, 60)}…` : name);
