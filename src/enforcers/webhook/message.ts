import { Webhook } from 'standardwebhooks';
import type { PlanStep } from '../../model/plan.ts';

export type Operation = 'preflight' | 'apply' | 'probe' | 'undo';

/** The body of a message. */
export interface Asked {
  readonly operation: Operation;
  readonly idempotencyKey: string;
  readonly step: Pick<PlanStep, 'id' | 'target' | 'for' | 'action' | 'parameters' | 'reversibility' | 'commands' | 'probe'>;
  readonly sealed?: { readonly field: string; readonly value: string; readonly publicKey: string };
  readonly preImage?: string;
}

/** Of a message that is sent as `JSON.stringify(message)`. */
export function signedHeaders({
  secret,
  message,
  now,
}: {
  readonly secret: string;
  readonly message: Asked;
  readonly now: Date;
}): Record<string, string> {
  const { operation, idempotencyKey } = message;
  const seconds = Math.floor(now.getTime() / 1000);
  // A look is made again and again: a receiver that answers the same id once would see one of them.
  const id = `${idempotencyKey}-${operation}${operation === 'probe' ? `-${now.getTime()}` : ''}`;
  return {
    'webhook-id': id,
    'webhook-timestamp': String(seconds),
    'webhook-signature': new Webhook(secret).sign(id, now, JSON.stringify(message)),
  };
}
