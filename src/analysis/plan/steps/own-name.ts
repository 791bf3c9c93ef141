import { sha256 } from '../../../model/ledger.ts';

const MOST_OF_CONSUMER = 24;

/**
 * What the identity of some consumers is called beside the one that they shared: `shop` → `shop_checkout_3f2a`. The digits are of the
 * consumers, so that it does not depend on who else there is. At most so many bytes.
 */
export function ownName(shared: string, consumers: readonly string[], mostBytes: number): string {
  const digits = sha256([...consumers].sort().join('\n')).slice(0, 4);
  const end = `_${wordOf(consumers[0] ?? '')}_${digits}`;
  let cut = shared;
  while (Buffer.byteLength(cut + end, 'utf8') > mostBytes) cut = cut.slice(0, -1);
  return cut + end;
}

/** The last part of a key that says what it is: without the address of a session, without the file of a job. */
function wordOf(key: string): string {
  const last = key.split('#').at(-1)!.split('/').at(-1)!;
  const word = last
    .split('@')[0]!
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '_')
    .replaceAll(/^_+|_+$/g, '');
  return word.slice(0, MOST_OF_CONSUMER) || 'consumer';
}
