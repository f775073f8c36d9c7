import type { ServerResponse } from 'node:http';
import type { Clock } from '../../core/clock.ts';
import { after, type Instant } from '../../core/machine.ts';
import { Refused, SECURITY_HEADERS } from './answer.ts';
import type { Doors } from './doors.ts';

const MOST_STREAMS = 8;
/** At most five views a second. */
const BETWEEN_MS = 200;
const HEARTBEAT_MS = 15_000;
/** A reader who lets so many octets lie is dropped; its browser comes back by itself. */
const LARGEST_BACKLOG = 256 * 1024;

/**
 * Server-sent events: each stream gets the whole view at its start and at each change, so that one that was cut has
 * nothing to catch up with.
 */
export class LiveFeed {
  readonly #status: Doors['status'];
  readonly #clock: Clock;
  readonly #streams = new Set<ServerResponse>();
  #stop: (() => void) | undefined;
  #sentAt = 0 as Instant;
  #cancelSend: (() => void) | undefined;
  #cancelHeartbeat: () => void = () => {};

  constructor(status: Doors['status'], clock: Clock) {
    this.#status = status;
    this.#clock = clock;
  }

  get size(): number {
    return this.#streams.size;
  }

  /** Takes a response over until it ends; throws `too-many`. */
  open(response: ServerResponse): void {
    if (this.#streams.size >= MOST_STREAMS) {
      throw new Refused('too-many', `At most ${MOST_STREAMS} pages can be live at once. Close one.`, {
        retryAfterS: 5,
      });
    }
    response.writeHead(200, {
      ...SECURITY_HEADERS,
      'Content-Type': 'text/event-stream; charset=utf-8',
      'Cache-Control': 'no-store',
    });
    this.#streams.add(response);
    response.once('close', () => this.#left(response));
    this.#write(response, `retry: 2000\n\n${this.#event()}`);
    if (this.#streams.size === 1) this.#begin();
  }

  close(): void {
    for (const stream of [...this.#streams]) {
      stream.end();
      this.#left(stream);
    }
  }

  #begin(): void {
    this.#stop = this.#status.onChange(() => this.#changed());
    this.#beat();
  }

  #left(response: ServerResponse): void {
    if (!this.#streams.delete(response) || this.#streams.size > 0) return;
    this.#stop?.();
    this.#cancelHeartbeat();
    this.#cancelSend?.();
    this.#cancelSend = undefined;
  }

  #changed(): void {
    this.#cancelSend ??= this.#clock.at(after(this.#sentAt, BETWEEN_MS), () => {
      this.#cancelSend = undefined;
      this.#sentAt = this.#clock.now();
      this.#toAll(this.#event());
    });
  }

  #beat(): void {
    this.#cancelHeartbeat = this.#clock.at(after(this.#clock.now(), HEARTBEAT_MS), () => {
      this.#toAll(': still there\n\n');
      if (this.#streams.size > 0) this.#beat();
    });
  }

  #event(): string {
    return `event: status\ndata: ${JSON.stringify(this.#status.view())}\n\n`;
  }

  #toAll(text: string): void {
    for (const stream of [...this.#streams]) this.#write(stream, text);
  }

  #write(stream: ServerResponse, text: string): void {
    // its session is over, and its reader has not taken what was said before
    if (stream.writableEnded) return;
    if (stream.writableLength + (stream.socket?.writableLength ?? 0) > LARGEST_BACKLOG) stream.destroy();
    else stream.write(text);
  }
}
