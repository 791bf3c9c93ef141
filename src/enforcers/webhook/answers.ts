/** What a receiver's answers come to. What it says is another program's text: bounded, and printable. */
import { z } from 'zod';
import type { HttpAnswer } from '../../apis/http/json-http.ts';
import { RefusedError } from '../../model/errors.ts';
import { printable } from '../../model/printable.ts';
import type { Applied, Preflight, Probed } from '../../ports/enforcer.ts';

const MOST_LINES = 20;
const MOST_CHARACTERS = 500;

const lines = z
  .array(z.string())
  .default([])
  .transform((all) => all.slice(0, MOST_LINES).map((line) => printable(line).slice(0, MOST_CHARACTERS)));

const ready = z.object({
  state: z.enum(['ready', 'refused']),
  refusals: lines,
  preImage: z.string().max(1_000_000).default(''),
  preexisting: z.boolean().default(false),
});
const done = z.object({ state: z.enum(['accepted', 'effective', 'refused']), evidence: lines });
const seen = z.object({
  state: z.enum(['effective', 'propagating', 'partial', 'not-effective']),
  evidence: lines,
  residualUntil: z.iso.datetime({ offset: true }).optional(),
});
const back = z.object({ state: z.enum(['undone', 'refused']), evidence: lines });

export interface ReceiverAnswer extends HttpAnswer {
  readonly place: string;
}

function read<T>(schema: z.ZodType<T>, { place, status, body }: ReceiverAnswer): T {
  if (status >= 500) throw new Error(`webhook ${place} answered ${status}`);
  if (status >= 300)
    throw new RefusedError(
      `webhook ${place} answered ${status}: ${status === 401 || status === 403 ? 'check the shared secret' : 'it does not take this step'}`,
    );
  const parsed = schema.safeParse(body);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  // The message was taken: whether it had an effect is not known, so this is no refusal.
  throw new Error(
    `webhook ${place}: its answer is not of the protocol: ${issue?.path.join('.') || 'the body'}: ${issue?.message ?? 'not valid'}`,
  );
}

export function preflighted(answer: ReceiverAnswer): Preflight {
  const { state, refusals, preImage, preexisting } = read(ready, answer);
  if (state === 'ready' && refusals.length === 0) return { refusals: [], preImage, preexisting };
  return {
    refusals: refusals.length > 0 ? refusals : [`webhook ${answer.place} refuses the step and says no reason`],
    preImage: '',
    preexisting: false,
  };
}

export function applied(answer: ReceiverAnswer): Applied {
  const { state, evidence } = read(done, answer);
  if (state === 'refused') throw new RefusedError(`webhook ${answer.place} refused: ${evidence.join('; ') || 'no reason said'}`);
  return { evidence: [`webhook ${answer.place} answered ${state}`, ...evidence] };
}

export function probed(answer: ReceiverAnswer): Probed {
  const { state, evidence, residualUntil } = read(seen, answer);
  return { state, evidence, ...(residualUntil !== undefined && { residualUntil: new Date(residualUntil).toISOString() }) };
}

export function undone(answer: ReceiverAnswer): Applied {
  const { state, evidence } = read(back, answer);
  if (state === 'refused')
    throw new RefusedError(`webhook ${answer.place} refused to undo it: ${evidence.join('; ') || 'no reason said'}`);
  return { evidence: [`webhook ${answer.place} undid it`, ...evidence] };
}
