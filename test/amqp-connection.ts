/** As much of AMQP 0-9-1 as a consumer needs to be seen and cut: log in, open a vhost, declare and publish. https://www.rabbitmq.com/resources/specs/amqp0-9-1.pdf */
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';

export interface AmqpLogin {
  readonly user: string;
  readonly password: string;
  readonly vhost?: string;
  /** The client's own name for its connection. */
  readonly name?: string;
}

export interface AmqpConnection extends AsyncDisposable {
  /** Whether the broker let it: false when it refused, or the connection is closed. */
  declare(queue: string): Promise<boolean>;
  isOpen(): boolean;
}

const END = 0xce;
const WAIT_MS = 5000;

/** `address`: `host:port`. Rejects when the login or the vhost is refused. */
export async function openAmqp(address: string, { user, password, vhost = '/', name = '' }: AmqpLogin): Promise<AmqpConnection> {
  const [host = '', port = ''] = address.split(':');
  const socket = connect(Number(port), host);
  await once(socket, 'connect');
  const frames = new Frames(socket);
  socket.write(Buffer.from('AMQP\0\0\x09\x01', 'latin1'));
  await frames.method(10, 10);
  const response = `\0${user}\0${password}`;
  const properties = table({ product: 'test client', ...(name && { connection_name: name }) });
  socket.write(frame(0, method(10, 11, properties, short('PLAIN'), long(response), short('en_US'))));
  const tune = await frames.method(10, 30);
  socket.write(frame(0, method(10, 31, tune)));
  socket.write(frame(0, method(10, 40, short(vhost), short(''), Buffer.from([0]))));
  await frames.method(10, 41);
  let channel = 0;
  return {
    async declare(queue) {
      if (socket.destroyed || frames.isClosed) return false;
      const at = ++channel;
      try {
        socket.write(frame(at, method(20, 10, short(''))));
        await frames.method(20, 11);
        const none = Buffer.from([0, 0]);
        socket.write(frame(at, method(50, 10, none, short(queue), Buffer.from([0]), table({}))));
        await frames.method(50, 11);
        return true;
      } catch {
        return false;
      }
    },
    isOpen: () => !socket.destroyed && !frames.isClosed,
    [Symbol.asyncDispose]: async () => void socket.destroy(),
  };
}

class Frames {
  isClosed = false;
  #bytes: Buffer = Buffer.alloc(0);
  #methods: { readonly id: string; readonly body: Buffer }[] = [];

  constructor(socket: Socket) {
    socket.on('data', (more) => {
      this.#bytes = Buffer.concat([this.#bytes, more as Buffer]);
      this.#take();
    });
    socket.on('error', () => undefined);
    socket.on('close', () => {
      this.isClosed = true;
    });
  }

  #take(): void {
    while (this.#bytes.length >= 8) {
      const size = this.#bytes.readUInt32BE(3);
      if (this.#bytes.length < size + 8) return;
      const [type, body] = [this.#bytes[0], this.#bytes.subarray(7, 7 + size)];
      this.#bytes = this.#bytes.subarray(size + 8);
      if (type === 1) this.#methods.push({ id: `${body.readUInt16BE(0)}.${body.readUInt16BE(2)}`, body: body.subarray(4) });
    }
  }

  /** The next such method; a close of the channel or the connection in its place is a refusal. */
  async method(class_: number, id: number): Promise<Buffer> {
    for (const until = Date.now() + WAIT_MS; Date.now() < until; await wait(5)) {
      for (let next = this.#methods.shift(); next; next = this.#methods.shift()) {
        if (next.id === `${class_}.${id}`) return next.body;
        if (next.id === '10.50') this.isClosed = true;
        if (next.id === '10.50' || next.id === '20.40')
          throw new Error(`refused: ${next.body.subarray(3, 3 + (next.body[2] ?? 0)).toString()}`);
      }
      if (this.isClosed) throw new Error('the connection was closed');
    }
    throw new Error(`no method ${class_}.${id}`);
  }
}

const method = (class_: number, id: number, ...parts: readonly Buffer[]): Buffer =>
  Buffer.concat([Buffer.from([class_ >> 8, class_ & 255, id >> 8, id & 255]), ...parts]);

function frame(channel: number, payload: Buffer): Buffer {
  const head = Buffer.alloc(7);
  head.writeUInt8(1, 0);
  head.writeUInt16BE(channel, 1);
  head.writeUInt32BE(payload.length, 3);
  return Buffer.concat([head, payload, Buffer.from([END])]);
}

const short = (text: string): Buffer => Buffer.concat([Buffer.from([Buffer.byteLength(text)]), Buffer.from(text)]);

function long(content: string | Buffer): Buffer {
  const bytes = Buffer.from(content as string);
  const size = Buffer.alloc(4);
  size.writeUInt32BE(bytes.length, 0);
  return Buffer.concat([size, bytes]);
}

const table = (fields: Readonly<Record<string, string>>): Buffer =>
  long(Buffer.concat(Object.entries(fields).map(([name, value]) => Buffer.concat([short(name), Buffer.from('S'), long(value)]))));
