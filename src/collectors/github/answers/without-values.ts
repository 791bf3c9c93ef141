import type { Fingerprinter } from '../../../model/fingerprint.ts';
import { hashedToken } from '../../../model/hashed-token.ts';
import { isAwsKeyId } from '../../../model/token-forms.ts';
import type { Answer } from './answer-in.ts';
import type { AlertAnswer, HookAnswer } from './shapes.ts';

/**
 * The answer with a fingerprint where a secret's value was, and the address of a webhook cut to its host. An id of an AWS key is no
 * secret, and is what names the credential.
 */
export function withoutValues(answer: Answer, fingerprint: Fingerprinter): Answer {
  const { path } = answer.called.endpoint;
  if (path.endsWith('/secret-scanning/alerts')) {
    return { ...answer, items: answer.items.map((item) => withoutSecret(item as AlertAnswer, fingerprint)) };
  }
  if (path.endsWith('/hooks')) return { ...answer, items: answer.items.map((item) => withoutAddress(item as HookAnswer)) };
  return answer;
}

function withoutSecret(alert: AlertAnswer, fingerprint: Fingerprinter): AlertAnswer {
  const { secret } = alert;
  if (!secret || isAwsKeyId(secret) || secret.startsWith('fp:')) return alert;
  const hash = hashedToken(secret);
  return { ...alert, secret: fingerprint(secret), ...(hash === undefined ? {} : { hashed_token: hash }) };
}

function withoutAddress(hook: HookAnswer): HookAnswer {
  const { config } = hook;
  if (!config) return hook;
  return { ...hook, config: { ...config, url: originOf(config.url), secret: config.secret ? '********' : null } };
}

function originOf(url: string | null | undefined): string | null {
  try {
    return url ? new URL(url).origin : null;
  } catch {
    return null;
  }
}
