import type { Instant } from '../core/machine.ts';
import type { FileEvent, LineEvent, NetEvent } from '../engine-protocol/events.ts';
import type { TerminationId } from '../engine-protocol/ids.ts';
import type { Notify, Service } from '../engine-protocol/messages.ts';

export type Kept = Notify | Service;
const MOST_KEPT = 10_000;

/** Numbers what happens and keeps it until control has acknowledged it; bounded, and it says so when it had to forget. */
export class EventLog {
  readonly #capacity: number;
  #kept: Kept[] = [];
  #seq = 0;
  #forgotten = 0;
  #send: (report: Kept) => void = () => {};

  constructor(capacity = MOST_KEPT) {
    this.#capacity = capacity;
  }

  get lastSeq(): number {
    return this.#seq;
  }

  happened(termination: TerminationId, event: LineEvent | NetEvent | FileEvent, at: number): void {
    this.#keep({ to: 'event', seq: ++this.#seq, at: at as Instant, termination, event } as Notify);
  }

  service(what: string, is: Service['is'], cause: string): void {
    this.#keep({ to: 'service', seq: ++this.#seq, what, is, cause });
  }

  /** Control listens from here on: it gets all that is kept after `heardUpTo`, then what happens. */
  resume(heardUpTo: number, send: (report: Kept) => void): void {
    this.#send = send;
    for (const report of this.#kept) if (report.seq > heardUpTo) send(report);
  }

  pause(): void {
    this.#send = () => {};
  }

  acknowledge(upTo: number): void {
    let count = 0;
    while (count < this.#kept.length && this.#kept[count]!.seq <= upTo) count++;
    this.#kept.splice(0, count);
    if (this.#kept.length === 0) this.#forgotten = 0;
  }

  #keep(report: Kept): void {
    this.#kept.push(report);
    this.#send(report);
    if (this.#kept.length > this.#capacity) this.#forget();
  }

  /** A tenth goes at once, so that the notice is not repeated at each event. */
  #forget(): void {
    const count = Math.ceil(this.#capacity / 10);
    this.#forgotten += count;
    this.#kept.splice(0, count);
    const cause = `audit needed: ${this.#forgotten} events were not acknowledged in time and are forgotten`;
    this.service('event-log', 'failing', cause);
  }
}
