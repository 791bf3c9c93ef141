/** Everything that GitHub answered of one source, by endpoint and place. */
import type { z } from 'zod';
import type { Answer } from './answer-in.ts';

export interface AnswerPage<T> {
  readonly parameters: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
  readonly items: readonly T[];
}

/** An organisation's login, or a repository's `owner/name`. */
export type Place = string;

export class Answers {
  readonly #pages = new Map<string, AnswerPage<unknown>[]>();
  readonly #organisations = new Map<string, string>();
  readonly #repositories = new Map<string, string>();
  readonly #answered = new Map<string, string>();

  add({ called, items }: Answer): void {
    const { endpoint, parameters, query } = called;
    const place = placeIn(parameters);
    const key = keyOf(endpoint.path, place);
    const pages = this.#pages.get(key);
    if (pages) pages.push({ parameters, query, items });
    else this.#pages.set(key, [{ parameters, query, items }]);
    this.#note(place);
    for (const item of items) {
      const name = endpoint.path === '/orgs/{org}/repos' || endpoint.path === '/repos/{owner}/{repo}' ? nameIn(item) : undefined;
      if (name !== undefined) this.#note(name);
    }
  }

  #note(place: Place): void {
    if (place.includes('/')) {
      this.know(place);
      if (!this.#answered.has(place.toLowerCase())) this.#answered.set(place.toLowerCase(), place);
    } else if (!this.#organisations.has(place.toLowerCase())) this.#organisations.set(place.toLowerCase(), place);
  }

  /** A repository that is known from elsewhere, such as its tree. */
  know(repository: Place): void {
    if (!this.#repositories.has(repository.toLowerCase())) this.#repositories.set(repository.toLowerCase(), repository);
  }

  get organisations(): string[] {
    return [...this.#organisations.values()].sort();
  }

  /** `owner/name` of each that some answer is about. */
  get repositories(): string[] {
    return [...this.#repositories.values()].sort();
  }

  /** Those that some answer is about, lists of them included; not those known from elsewhere. */
  get answered(): string[] {
    return [...this.#answered.values()].sort();
  }

  /** Each answer with what was asked; `shape` is the endpoint's own. */
  pages<T>(_shape: z.ZodType<T>, template: string, place: Place): readonly AnswerPage<T>[] {
    return (this.#pages.get(keyOf(template, place)) ?? []) as readonly AnswerPage<T>[];
  }

  /** The items of all pages; undefined when nothing was answered. */
  all<T>(shape: z.ZodType<T>, template: string, place: Place): readonly T[] | undefined {
    const pages = this.pages(shape, template, place);
    return pages.length === 0 ? undefined : pages.flatMap(({ items }) => items);
  }
}

const keyOf = (template: string, place: Place): string => `${template} ${place.toLowerCase()}`;

const placeIn = ({ org, owner, repo }: Readonly<Record<string, string>>): Place => org ?? `${owner}/${repo}`;

const nameIn = (item: unknown): string | undefined => (item as { readonly full_name?: string }).full_name;
