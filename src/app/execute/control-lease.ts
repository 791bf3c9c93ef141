import { LaterError } from '../../model/errors.ts';
import { withLease } from '../lease.ts';
import { type Run, sleep } from './run.ts';

const TRIES = 40;
const BETWEEN_MS = 250;

/** One at a time per control of a target: two incidents never both believe that they hold it first, or last. */
export const withControl = <T>(
  run: Run,
  control: { readonly target: string; readonly control: string },
  work: () => Promise<T>,
): Promise<T> => inTurn(run, `hold/${control.target}#${control.control}`, work);

/** Under a lease that others hold for a moment only: waits for it. */
export async function inTurn<T>(run: Pick<Run, 'context' | 'signal'>, name: string, work: () => Promise<T>): Promise<T> {
  const holder = run.context.newId();
  for (let i = 1; ; i++) {
    let began = false;
    try {
      return await withLease(run.context, { name, holder }, () => {
        began = true;
        return work();
      });
    } catch (error) {
      if (began || !(error instanceof LaterError) || i >= TRIES) throw error;
      await sleep(run, BETWEEN_MS);
    }
  }
}
