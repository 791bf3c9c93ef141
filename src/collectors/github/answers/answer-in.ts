/**
 * A JSON file → the answer of one endpoint.
 *
 * What a file answers is told by, in this order: itself, where it was kept with its address (`{url, answer}`, as `--save` writes it);
 * a path that is the endpoint's own (`…/orgs/acme/members.json`); what its items look like, with the folder's name where they do not
 * say whose they are. A page is one answer; so are pages in a list (`gh api --paginate --slurp`) or one after the other.
 */
import { InputError } from '../../../model/errors.ts';
import { shaped } from '../../files/shape.ts';
import { contentOf, type Likeness } from './content-of.ts';
import { type Called, calledBy, type Endpoint } from './endpoints.ts';
import { isObject } from './is-object.ts';

export interface Answer {
  readonly called: Called;
  readonly items: readonly unknown[];
}

/** An answer whose place its content does not tell. */
export interface Unplaced {
  readonly likeness: Likeness;
  readonly value: unknown;
}

/** Undefined for JSON that is no answer of GitHub. Throws InputErrors. */
export function answerIn(value: unknown, file: string): Answer | Unplaced | undefined {
  const kept = keptAnswer(value, file);
  if (kept) return kept;
  const called = calledByFile(file);
  refuseRefusal(value, file);
  if (called) return answerOf(called, value, file);
  const likeness = contentOf(value);
  if (!likeness) return undefined;
  const told = likeness.path === undefined ? undefined : calledBy(likeness.path);
  return told ? answerOf(told, value, file) : { likeness, value };
}

export function answerOf(called: Called, value: unknown, file: string): Answer {
  const { list, shape } = called.endpoint;
  const items = itemsOf(called.endpoint, value);
  if (!items)
    throw new InputError(`${file}: expected ${list ? `a list \`${list}\`` : 'a list'}, as ${called.endpoint.path} answers`);
  return {
    called,
    items: items.map((item, at) => shaped(shape, item, { path: file, at: list === undefined ? '' : `${list}[${at}]` })),
  };
}

function keptAnswer(value: unknown, file: string): Answer | undefined {
  if (!isObject(value) || typeof value['url'] !== 'string' || !Object.hasOwn(value, 'answer')) return undefined;
  const called = calledBy(value['url']);
  if (!called) throw new InputError(`${file}: url: no endpoint that this source reads`);
  return answerOf(called, value['answer'], file);
}

/** `export/orgs/acme/teams/sre/members.json` → `/orgs/acme/teams/sre/members`; a page may be numbered, or lie in a folder. */
function calledByFile(file: string): Called | undefined {
  const parts = file
    .replace(/\.gz$/, '')
    .replace(/\.json[l]?$/, '')
    .split('/');
  const at = parts.findLastIndex((part, index) => (part === 'orgs' || part === 'repos') && index < parts.length - 1);
  if (at < 0) return undefined;
  const path = `/${parts.slice(at).join('/')}`;
  return calledBy(path) ?? calledBy(path.replace(/[-_.]?(?:page[-_.]?)?\d+$/, '')) ?? calledBy(path.replace(/\/[^/]*$/, ''));
}

/** A refusal is no answer: whoever saved it must ask again. A branch without protection is one, though. */
function refuseRefusal(value: unknown, file: string): void {
  if (!isObject(value) || typeof value['message'] !== 'string' || typeof value['documentation_url'] !== 'string') return;
  const needed = calledByFile(file)?.endpoint.permission;
  const how = needed ? ` with the permission ${needed}` : '';
  throw new InputError(
    `${file}: GitHub refused this call (${typeof value['status'] === 'string' ? value['status'] : 'no status'}); ask again${how}`,
  );
}

function itemsOf({ list }: Endpoint, value: unknown): readonly unknown[] | undefined {
  if (list === undefined) return Array.isArray(value) ? value : [value];
  if (list === '') return Array.isArray(value) ? (value.every(Array.isArray) ? value.flat(1) : value) : undefined;
  const pages = (Array.isArray(value) ? value : [value]).map((page) => listIn(page, list));
  return pages.every((page) => page !== undefined) ? pages.flat(1) : undefined;
}

/** The list itself, or below the wrapping of a GraphQL answer. */
function listIn(page: unknown, list: string): readonly unknown[] | undefined {
  if (!isObject(page)) return undefined;
  if (Array.isArray(page[list])) return page[list];
  for (const wrapping of ['data', 'repository', 'branchProtectionRules']) {
    if (isObject(page[wrapping])) return listIn(page[wrapping], list);
  }
  // GitHub's own example of variables names their list after secrets.
  return list === 'variables' && Array.isArray(page['secrets']) ? page['secrets'] : undefined;
}
