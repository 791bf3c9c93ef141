import type { AclSelector, AclUser, KeyPattern } from './acl.ts';
import { patternWithin } from './patterns.ts';

/** What `after` allows and `before` did not, in words; undefined where it allows nothing more. Cautious: what cannot be told counts. */
export function widened(before: AclUser, after: AclUser): string | undefined {
  if (after.unknown.length > before.unknown.length) return `${after.unknown.join(' ')}: not known`;
  const wider = after.selectors.find((selector) => !before.selectors.some((old) => isWithin(selector, old)));
  return (
    wider && 'the rules allow what was not allowed before: begin with -@all, resetkeys or resetchannels, or leave + and ~ out'
  );
}

function isWithin(selector: AclSelector, old: AclSelector): boolean {
  if (selector.commands.size === 0) return true;
  return (
    [...selector.commands].every((command) => old.commands.has(command)) &&
    selector.keys.every((key) => old.keys.some((wide) => isKeyWithin(key, wide))) &&
    selector.channels.every((channel) => old.channels.some((wide) => wide === channel || wide === '*'))
  );
}

const isKeyWithin = (key: KeyPattern, wide: KeyPattern): boolean =>
  (!key.read || wide.read) && (!key.write || wide.write) && patternWithin(key.pattern, wide.pattern) === 'all';
