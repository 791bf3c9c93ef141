/** Things whose account is not clear: files that contradict each other neither allow nor deny in silence. */
import type { Verdict } from '../../iam/aws/evaluate.ts';
import { accountOfArn } from '../../iam/aws/principal.ts';
import type { CoverageNotes } from '../files/coverage.ts';
import type { Inventory } from './inventory.ts';

/** By ARN, the accounts that claim a thing, when there are several. */
export function disputesOf(inventory: Inventory): Map<string, readonly string[]> {
  const owners = new Map<string, string>();
  const found = new Map<string, readonly string[]>();
  const claim = (arn: string, account: string): void => {
    const known = owners.get(arn);
    if (known === undefined) owners.set(arn, account);
    else if (known !== account) found.set(arn, [...new Set([...(found.get(arn) ?? [known]), account])].sort());
  };
  for (const { items } of inventory.accounts.values())
    for (const { arn, account, deleted } of items.values()) {
      if (deleted) continue;
      claim(arn, account);
      const named = accountOfArn(arn);
      if (named && /^\d{12}$/.test(named)) claim(arn, named);
    }
  return found;
}

const isDenial = ({ verdict }: Verdict): boolean => verdict.endsWith('deny');

/** The verdict when all accounts lead to the same; else it hangs on which of them is right. */
export function disputed(resource: string, byAccount: ReadonlyMap<string, Verdict>): Verdict {
  const all = [...byAccount];
  const open = all.filter(([, verdict]) => !isDenial(verdict));
  const least = open.find(([, { verdict }]) => verdict === 'conditional') ?? open[0];
  if (!least) return (all[0] as (typeof all)[number])[1];
  if (open.length === all.length) return least[1];
  const text = `${resource} is of account ${open.map(([account]) => account).join(' or ')}: files contradict each other`;
  return {
    verdict: 'conditional',
    because: least[1].because,
    conditions: [...least[1].conditions, { text, key: 'aws:resourceaccount', class: 'unknown' }],
  };
}

/** Every collected account that claims such a thing is partial. */
export function noteDisputes(disputes: ReadonlyMap<string, readonly string[]>, inventory: Inventory, notes: CoverageNotes): void {
  for (const [arn, accounts] of disputes)
    for (const account of accounts)
      if (inventory.accounts.has(account))
        notes.missing(account, `${arn}: files say that it is of account ${accounts.join(', and of ')}; leave out what is wrong`);
}
