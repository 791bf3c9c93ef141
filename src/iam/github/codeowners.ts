/** Who answers for which file. https://docs.github.com/repositories/managing-your-repositorys-settings-and-features/customizing-your-repository/about-code-owners */

export interface CodeOwner {
  readonly kind: 'team' | 'user' | 'email';
  /** `org/team`, a login, or an address. */
  readonly name: string;
}

export interface OwnerRule {
  readonly pattern: string;
  readonly line: number;
  /** Empty where the rule says that nobody owns what it matches. */
  readonly owners: readonly CodeOwner[];
}

/** GitHub reads the first of these that is there. */
export const OWNER_FILES = ['.github/CODEOWNERS', 'CODEOWNERS', 'docs/CODEOWNERS'];

/** GitHub does not load a larger one. */
export const MOST_OWNER_BYTES = 3 * 1024 * 1024;

/** More wildcards than this make a pattern that is slow to match, and that nobody writes. */
const MOST_WILDCARDS = 8;

/** Lines that GitHub would not take are left out, as it does. */
export function ownerRules(text: string): OwnerRule[] {
  return text.split(/\r?\n/).flatMap((line, at) => {
    // A space after a backslash is part of the pattern.
    const [pattern, ...words] = line.replace(/(^|\s)#.*$/, '').match(/(?:\\.|[^\s\\]|\\$)+/g) ?? [];
    const owners = words.map(ownerOf);
    if (!pattern || pattern.startsWith('!') || pattern.includes('[') || owners.includes(undefined)) return [];
    if (pattern.split(/[*?]/).length > MOST_WILDCARDS + 1) return [];
    return [{ pattern, line: at + 1, owners: owners.filter((owner) => owner !== undefined) }];
  });
}

function ownerOf(word: string): CodeOwner | undefined {
  const [, login, team] = /^@([\w-]+)(?:\/([\w.-]+))?$/.exec(word) ?? [];
  if (login) return team ? { kind: 'team', name: `${login}/${team}` } : { kind: 'user', name: login };
  return /^[^@\s]+@[^@\s]+$/.test(word) ? { kind: 'email', name: word } : undefined;
}

/** The last rule that matches decides. */
export const ruleFor = (rules: readonly OwnerRule[], path: string): OwnerRule | undefined =>
  rules.findLast(({ pattern }) => expressionOf(pattern).test(path));

/** The last rule about everything: who answers for the repository as a whole. */
export const ruleForAll = (rules: readonly OwnerRule[]): OwnerRule | undefined =>
  rules.findLast(({ pattern }) => /^(?:\*|\/?\*\*|\/?\*\*\/\*)$/.test(pattern));

/** As in gitignore: a pattern with a slash before its end begins at the root; a folder stands for all that is in it. */
function expressionOf(pattern: string): RegExp {
  const isFolder = pattern.endsWith('/');
  const path = pattern.replace(/\/$/, '');
  const isAnchored = path.includes('/');
  const body = path
    .replace(/^\//, '')
    .replace(/\\(.)|\*\*\/|\*\*|[\\^$.|+(){}\]*?]/g, (part, meant?: string) => WILDCARDS[part] ?? literal(meant ?? part));
  const rest = isFolder ? '/.*' : /(^|\/)\*$/.test(path) && isAnchored ? '' : '(?:/.*)?';
  return new RegExp(`^${isAnchored ? '' : '(?:.*/)?'}${body}${rest}$`);
}

const literal = (character: string): string => character.replace(/[\\^$.|+(){}[\]*?]/, '\\$&');

const WILDCARDS: Readonly<Record<string, string>> = { '**/': '(?:.*/)?', '**': '.*', '*': '[^/]*', '?': '[^/]' };
