/** One client of the bench: its lines in, its answers and events out, each bounded. */

import type { Socket } from 'node:net';
import { BenchRefusal, LONGEST_LINE_BYTES, MAX_PENDING } from './bench-protocol.ts';
import { Handsets } from './handset.ts';

/** Events that a client does not fetch are dropped beyond this. */
const MAX_UNSENT_BYTES = 1024 * 1024;
/** A client that holds a handset and does not fetch its sound, 5 s of it, is not there any more. */
const MAX_UNHEARD_BYTES = 64 * 1024;

type Handle = (request: Record<string, unknown>, client: Connection) => Promise<object>;

export class Connection {
  readonly handsets = new Handsets((line) => this.#sound(line));
  /** What this client asks may not name files of the box. */
  withoutFiles = false;
  readonly #socket: Socket;
  readonly #handle: Handle;
  #unread: Buffer[] = [];
  #unreadBytes = 0;
  #pending = 0;
  #subscribed = false;

  constructor(socket: Socket, handle: Handle) {
    this.#socket = socket;
    this.#handle = handle;
    socket.on('error', () => socket.destroy());
    socket.on('data', (data) => this.#read(data));
    socket.on('close', () => this.handsets.end());
  }

  tell(news: object): void {
    if (this.#subscribed && this.#socket.writableLength < MAX_UNSENT_BYTES) this.#send(news);
  }

  destroy(): void {
    this.#socket.destroy();
  }

  /** Says why and ends the connection. */
  refuse(code: string, detail: string): void {
    this.#socket.end(`${JSON.stringify({ error: { code, detail } })}\n`);
  }

  #sound(line: string): void {
    if (this.#socket.destroyed) return;
    if (this.#socket.writableLength > MAX_UNHEARD_BYTES) this.#socket.destroy();
    else this.#socket.write(line);
  }

  #read(data: Buffer): void {
    let from = 0;
    for (let end = data.indexOf(10); end >= 0; end = data.indexOf(10, from)) {
      const line = Buffer.concat([...this.#unread, data.subarray(from, end)]);
      this.#unread = [];
      this.#unreadBytes = 0;
      from = end + 1;
      if (line.length > LONGEST_LINE_BYTES) {
        this.#tooLong();
        return;
      }
      if (line.length > 0) void this.#line(line.toString('utf8'));
    }
    const rest = data.subarray(from);
    this.#unreadBytes += rest.length;
    if (this.#unreadBytes > LONGEST_LINE_BYTES) this.#tooLong();
    else if (rest.length > 0) this.#unread.push(rest);
  }

  #tooLong(): void {
    this.#socket.removeAllListeners('data');
    this.#socket.resume();
    this.refuse('bad-line', `a line is longer than ${LONGEST_LINE_BYTES} bytes: send shorter ones`);
  }

  async #line(text: string): Promise<void> {
    let id: unknown;
    try {
      const request = parse(text);
      id = request['id'];
      if (this.#pending >= MAX_PENDING)
        throw new BenchRefusal('too-many', `${MAX_PENDING} requests wait for their answers: wait for some first`);
      this.#pending++;
      try {
        const ok = await this.#handle(request, this);
        if (request['do'] === 'subscribe') this.#subscribed = true;
        // Sound comes 50 times a second: who gives it no id wants no answer.
        if (id !== undefined || request['do'] !== 'say') this.#send({ id, ok });
      } finally {
        this.#pending--;
      }
    } catch (thrown) {
      const code = thrown instanceof BenchRefusal ? thrown.code : 'not-possible';
      this.#send({ id, error: { code, detail: thrown instanceof Error ? thrown.message : String(thrown) } });
    }
  }

  #send(message: object): void {
    if (!this.#socket.destroyed) this.#socket.write(`${JSON.stringify(message)}\n`);
  }
}

function parse(text: string): Record<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new BenchRefusal('bad-line', 'the line is no JSON: send one object a line, such as {"id":1,"do":"list"}');
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new BenchRefusal('bad-line', 'the line is no JSON object: send one such as {"id":1,"do":"list"}');
  const request = value as Record<string, unknown>;
  const id = request['id'];
  if (id !== undefined && typeof id !== 'number' && !(typeof id === 'string' && id.length <= 64))
    throw new BenchRefusal('bad-field', 'id is neither a number nor a text of at most 64 characters');
  return request;
}
