import type { ConditionOperator } from './operator.ts';

/** An IPv4 or IPv6 address lies in a CIDR range; an address without a length is that one address. An IPv4 address never lies in an IPv6 range. */
export const ipAddress: ConditionOperator = {
  name: 'IpAddress',
  negated: false,
  meets: (value, pattern) => {
    const [range, length] = pattern.split('/', 2) as [string, string | undefined];
    const [address, network] = [bitsOf(value), bitsOf(range)];
    if (!address || !network || address.length !== network.length) return false;
    const shared = length === undefined ? network.length : Number(length);
    return (
      Number.isInteger(shared) && shared >= 0 && shared <= network.length && address.slice(0, shared) === network.slice(0, shared)
    );
  },
};

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
  const halves = text.split('::');
  if (halves.length > 2) return undefined;
  const [head, tail] = halves.map((half) => (half === '' ? [] : half.split(':'))) as [string[], string[]?];
  const missing = 8 - head.length - (tail?.length ?? 0);
  if (tail ? missing < 1 : missing !== 0) return undefined;
  const groups = [...head, ...Array<string>(tail ? missing : 0).fill('0'), ...(tail ?? [])];
  if (!groups.every((group) => /^[0-9a-f]{1,4}$/i.test(group))) return undefined;
  return groups.map((group) => Number.parseInt(group, 16).toString(2).padStart(16, '0')).join('');
}
