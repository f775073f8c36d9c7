import type { Socket } from 'node:net';
import type { Clock } from '../../core/clock.ts';
import { type ErrorCode, errorTable, GatewayError } from '../../core/error.ts';
import type { Log } from '../../core/log.ts';
import { after } from '../../core/machine.ts';
import { encodeMessage } from '../../engine-protocol/codec.ts';
import type { Reply } from '../../engine-protocol/messages.ts';
import type { Asker } from './early-requests.ts';

/** Opening a card may take seconds; an engine that answers nothing for so long hangs. */
const REPLY_WITHIN_MS = 15_000;

/** What was asked of the engine over its socket and is not answered yet, by number. */
export class PendingRequests {
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #waiting = new Map<number, Asker<never>>();
  #lastId = 0;
  #cancelWatch: () => void = () => {};

  constructor(clock: Clock, log: Log) {
    this.#clock = clock;
    this.#log = log;
  }

  ask<Ok>(socket: Socket, name: string, body: object, asker: Asker<Ok>): void {
    const id = ++this.#lastId;
    this.#waiting.set(id, asker as Asker<never>);
    socket.write(encodeMessage({ do: name, id, ...body }));
    if (this.#waiting.size === 1) this.#watch(socket);
  }

  /** Told at once, within the octets that brought the reply: events may stand right behind it. */
  answered(socket: Socket, reply: Reply): void {
    const waiting = this.#waiting.get(reply.id);
    this.#waiting.delete(reply.id);
    if (this.#waiting.size === 0) this.#cancelWatch();
    else this.#watch(socket);
    if ('ok' in reply) waiting?.answered(reply.ok as never);
    else waiting?.reject(refusal(reply.error));
  }

  /** No answer comes any more: whoever waits is told. */
  drop(why: string): void {
    this.#cancelWatch();
    const waiting = [...this.#waiting.values()];
    this.#waiting.clear();
    for (const each of waiting) each.reject(new GatewayError('engine-away', why));
  }

  /** As long as something is asked, an answer has to come now and then. */
  #watch(socket: Socket): void {
    this.#cancelWatch();
    const clock = this.#clock;
    this.#cancelWatch = clock.at(after(clock.now(), REPLY_WITHIN_MS), () => {
      this.#log.error({}, `the engine answered nothing for ${REPLY_WITHIN_MS} ms`);
      socket.destroy();
    });
  }
}

const refusal = (error: { readonly code: string; readonly detail: string }): GatewayError =>
  new GatewayError(Object.hasOwn(errorTable, error.code) ? (error.code as ErrorCode) : 'engine-request', error.detail);
