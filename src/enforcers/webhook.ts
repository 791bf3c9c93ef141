/**
 * Steps for systems that have no enforcer of their own, handed to a receiver that somebody writes: signed messages by Standard Webhooks
 * (https://www.standardwebhooks.com), one for each thing that is asked. The receiver checks the signature, does what `operation` says,
 * and answers 2xx with JSON:
 *
 *     POST <url>                                                   ◄── what is asked
 *     webhook-id: <idempotency key>-<operation>                        the same for every try of the same step; of a `probe` also its time
 *     webhook-timestamp, webhook-signature: v1,…                       HMAC-SHA-256 of id, time and body under the shared secret
 *     {
 *       "operation": "preflight" | "apply" | "probe" | "undo",
 *       "idempotencyKey": "…",
 *       "step": { "id", "target", "for", "action", "parameters", "reversibility", "commands": { "apply", "inverse", "probe" }, "probe" },
 *       "sealed": { "field", "value", "publicKey" },                   apply of `distribute` only: the new value, for the receiver alone
 *       "preImage": "…"                                                undo only: what the receiver's preflight answered
 *     }
 *
 *   operation   does                                              answers, every field but the state optional
 *   preflight   changes nothing                                   { state: "ready" | "refused", refusals[], preImage, preexisting }
 *   apply       the step; done once when it is asked twice        { state: "accepted" | "effective" | "refused", evidence[] }
 *   probe       looks whether the step has its effect             { state: "effective" | "propagating" | "partial" | "not-effective",
 *                                                                   evidence[], residualUntil }
 *   undo        brings back what was; once when asked twice       { state: "undone" | "refused", evidence[] }
 *
 * A step is effective when the receiver's probe says so, never because a call was answered. A step that can be undone (R1) needs a
 * preImage: text of the receiver's own, kept sealed and given back; evidence is shown to people and kept. Neither may hold a secret.
 * 4xx refuses, 429 and 503 with Retry-After ask to wait, 5xx and silence are tried again.
 *
 * The only secret that is ever sent is the new value of a rotation, in a sealed box (libsodium `crypto_box_seal`, base64) that the
 * receiver's `publicKey` (X25519, base64) closes: no log between holds it.
 */
import { JsonHttp } from '../apis/http/json-http.ts';
import { RefusedError } from '../model/errors.ts';
import type { PlanStep } from '../model/plan.ts';
import type { Enforcer, EnforcerContext } from '../ports/enforcer.ts';
import { sealedBox } from './hand-out/sealed-box.ts';
import { refused } from './step/refused.ts';
import { applied, preflighted, probed, undone } from './webhook/answers.ts';
import { type Asked, type Operation, signedHeaders } from './webhook/message.ts';

export interface WebhookEnforcerOptions {
  readonly name: string;
  /** Its path may be the secret of the receiver: no message says more than scheme, host and port. */
  readonly url: string;
  /** `whsec_` and base64, or base64: 24 bytes or more. */
  readonly secret: string;
  /** The receiver's, for new values: X25519, base64. Without it no step hands one over. */
  readonly publicKey?: string | undefined;
  readonly timeoutMs?: number | undefined;
  /** PEM of the authority that signed the receiver's certificate. */
  readonly ca?: string | undefined;
}

export function createWebhookEnforcer({ name, url, secret, publicKey, timeoutMs, ca }: WebhookEnforcerOptions): Enforcer {
  const http = new JsonHttp({
    url,
    hasSecretPath: true,
    ...(timeoutMs !== undefined && { timeoutMs }),
    ...(ca !== undefined && { tls: { ca } }),
  });
  const ask = async (operation: Operation, step: PlanStep, context: EnforcerContext, more: Partial<Asked> = {}) => {
    const message: Asked = { operation, idempotencyKey: context.idempotencyKey, step: shownOf(step), ...more };
    const headers = signedHeaders({ secret, message, now: context.now() });
    const answer = await http.ask({ method: 'POST', path: '', json: message, headers, signal: context.signal });
    return { place: http.place, ...answer };
  };
  return {
    name,
    type: 'webhook',
    foreignPreImages: true,
    supports: () => true,
    controlOf: (step) => `webhook/${step.action}`,
    async *check() {
      yield {
        type: 'works',
        text: `webhook ${http.place}: signs its messages; whether the receiver takes them shows with the first step`,
      };
    },
    async preflight(step, context) {
      if (needsValue(step) && publicKey === undefined)
        return refused(
          `enforcers.${name}.publicKey is not set: a new value is handed only to a receiver whose public key is known`,
        );
      return preflighted(await ask('preflight', step, context));
    },
    async apply(step, context) {
      if (!needsValue(step)) return applied(await ask('apply', step, context));
      return applied(await ask('apply', step, context, { sealed: await sealedFor(step, context, publicKey) }));
    },
    probe: async (step, context) => probed(await ask('probe', step, context)),
    undo: async (step, preImage, context) => undone(await ask('undo', step, context, { preImage })),
    [Symbol.asyncDispose]: () => http[Symbol.asyncDispose](),
  };
}

const shownOf = ({ id, target, for: serves, action, parameters, reversibility, commands, probe }: PlanStep): Asked['step'] => ({
  id,
  target,
  ...(serves !== undefined && { for: serves }),
  action,
  parameters,
  reversibility,
  commands,
  probe,
});

const needsValue = ({ action }: PlanStep): boolean => action === 'distribute';

async function sealedFor(
  step: PlanStep,
  { handOver }: EnforcerContext,
  publicKey: string | undefined,
): Promise<NonNullable<Asked['sealed']>> {
  if (publicKey === undefined) throw new RefusedError(`step ${step.id}: the receiver's publicKey is not set: nothing was sent`);
  const replaced = step.for ?? step.target;
  const given = handOver.find(replaced);
  if (!given)
    throw new RefusedError(`step ${step.id}: the new value of ${replaced} was not issued by this process: issue it again`);
  const { field: wanted } = step.parameters;
  const field = typeof wanted === 'string' ? wanted : 'value';
  const value = given[field];
  if (value === undefined) throw new RefusedError(`step ${step.id}: parameters.field: the new credential has no ${field}`);
  return { field, value: await sealedBox(value, publicKey), publicKey };
}
