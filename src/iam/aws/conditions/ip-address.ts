import { globText } from '../glob.ts';
import type { ConditionOperator } from './operator.ts';

/** An IPv4 or IPv6 address lies in a CIDR range; an address without a length is that one address. An IPv4 address never lies in an IPv6 range. */
export const ipAddress: ConditionOperator = {
  name: 'IpAddress',
  negated: false,
  variables: false,
  meets: (pattern) => {
    const prefix = prefixOf(globText(pattern));
    return (value) => {
      const bits = prefix && bitsOf(value);
      return bits !== undefined && bits.length === prefix?.size && bits.startsWith(prefix.bits);
    };
  },
};

/** The bits that a range fixes, of the size of its addresses. */
function prefixOf(range: string): { readonly bits: string; readonly size: number } | undefined {
  const [address, length] = range.split('/', 2) as [string, string | undefined];
  const bits = bitsOf(address);
  if (!bits || (length !== undefined && !/^\d{1,3}$/.test(length))) return undefined;
  const fixed = length === undefined ? bits.length : Number(length);
  return fixed > bits.length ? undefined : { bits: bits.slice(0, fixed), size: bits.length };
}

/** The address as a text of 32 or 128 zeros and ones. */
function bitsOf(text: string): string | undefined {
  return text.includes(':') ? bitsOfSix(text) : bitsOfFour(text);
}

function bitsOfFour(text: string): string | undefined {
  const parts = text.split('.');
  if (parts.length !== 4 || !parts.every((part) => /^\d{1,3}$/.test(part) && Number(part) < 256)) return undefined;
  return parts.map((part) => Number(part).toString(2).padStart(8, '0')).join('');
}

function bitsOfSix(text: string): string | undefined {
  const halves = withoutDots(text).split('::');
  if (halves.length > 2) return undefined;
  const [head, tail] = halves.map((half) => (half === '' ? [] : half.split(':'))) as [string[], string[]?];
  const missing = 8 - head.length - (tail?.length ?? 0);
  if (tail ? missing < 1 : missing !== 0) return undefined;
  const groups = [...head, ...Array<string>(tail ? missing : 0).fill('0'), ...(tail ?? [])];
  if (!groups.every((group) => /^[0-9a-f]{1,4}$/i.test(group))) return undefined;
  return groups.map((group) => Number.parseInt(group, 16).toString(2).padStart(16, '0')).join('');
}

/** `::ffff:192.0.2.1` ends in two groups written as IPv4. */
function withoutDots(text: string): string {
  const from = text.lastIndexOf(':') + 1;
  const bits = text.includes('.') ? bitsOfFour(text.slice(from)) : undefined;
  if (!bits) return text;
  const group = (start: number) => Number.parseInt(bits.slice(start, start + 16), 2).toString(16);
  return `${text.slice(0, from)}${group(0)}:${group(16)}`;
}
