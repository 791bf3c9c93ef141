/** A receiver as somebody would write it: it checks signatures, and turns named switches off and on. */
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Webhook } from 'standardwebhooks';
import type { Asked } from '../../src/enforcers/webhook/message.ts';

export interface Receiver extends AsyncDisposable {
  readonly url: string;
  readonly secret: string;
  /** Names of the switches, and whether each is on. */
  readonly switches: Map<string, boolean>;
  /** What was taken, in order. */
  readonly taken: (Asked & { readonly id: string })[];
  /** Answers the next message by itself. */
  instead?: ((response: ServerResponse) => void) | undefined;
}

/** What a test does to a message before it takes effect, and before it is answered; what it gives before is the answer, without effect. */
export type Meddle = (asked: Asked, when: 'before' | 'after') => Promise<object | undefined>;

/** `checksTime`: as a receiver must; a test with a fixed clock cannot. */
export async function openReceiver({
  checksTime = false,
  meddle,
}: {
  readonly checksTime?: boolean;
  readonly meddle?: Meddle;
} = {}): Promise<Receiver> {
  const secret = `whsec_${Buffer.from('a shared secret of tests, long enough').toString('base64')}`;
  const switches = new Map<string, boolean>();
  const taken: Receiver['taken'] = [];
  const take = async (body: string, headers: Record<string, string>, response: ServerResponse): Promise<void> => {
    if (!isSigned(secret, body, headers, checksTime)) {
      response.writeHead(401).end();
      return;
    }
    if (receiver.instead) {
      const answer = receiver.instead;
      receiver.instead = undefined;
      answer(response);
      return;
    }
    const asked = JSON.parse(body) as Asked;
    const given = await meddle?.(asked, 'before');
    taken.push({ ...asked, id: String(headers['webhook-id']) });
    const answer = given ?? answerTo(asked, switches);
    await meddle?.(asked, 'after');
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(answer));
  };
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      void take(Buffer.concat(chunks).toString('utf8'), request.headers as Record<string, string>, response);
    });
  }).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const receiver: Receiver = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/steps`,
    secret,
    switches,
    taken,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return receiver;
}

function isSigned(secret: string, body: string, headers: Record<string, string>, checksTime: boolean): boolean {
  try {
    if (checksTime) new Webhook(secret).verify(body, headers);
    const at = new Date(Number(headers['webhook-timestamp']) * 1000);
    return new Webhook(secret).sign(String(headers['webhook-id']), at, body) === headers['webhook-signature'];
  } catch {
    return false;
  }
}

function answerTo({ operation, step, preImage }: Asked, switches: Map<string, boolean>): object {
  const isOn = switches.get(step.target);
  switch (operation) {
    case 'preflight':
      if (isOn === undefined) return { state: 'refused', refusals: [`no switch ${step.target}`] };
      return { state: 'ready', preImage: JSON.stringify({ isOn }), preexisting: !isOn };
    case 'apply':
      if (isOn === undefined) return { state: 'refused', evidence: [`no switch ${step.target}`] };
      switches.set(step.target, false);
      return { state: 'accepted', evidence: [`${step.target} is off`] };
    case 'probe':
      return { state: isOn === false ? 'effective' : 'not-effective', evidence: [`${step.target} is ${isOn ? 'on' : 'off'}`] };
    case 'undo':
      switches.set(step.target, (JSON.parse(preImage ?? '') as { isOn: boolean }).isOn);
      return { state: 'undone' };
  }
}
