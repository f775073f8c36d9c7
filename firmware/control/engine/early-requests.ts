import type { Clock } from '../../core/clock.ts';
import { GatewayError } from '../../core/error.ts';
import { after } from '../../core/machine.ts';

/** A caller waits no longer than this for an engine that has not come yet. */
const LONGEST_WAIT_MS = 2_000;

/** Told at once, within the octets that brought the reply. */
export type Asker<Ok> = { readonly answered: (ok: Ok) => void; readonly reject: (error: unknown) => void };
export type Early = { readonly name: string; readonly body: object } & Asker<never>;
type Waiting = Early & { readonly cancel: () => void };

/**
 * What is asked of the engine before it has answered for the first time: calls of a plane before us are told of things
 * before we are connected. Each waits in its turn, for 2 s at most.
 */
export class EarlyRequests {
  readonly #clock: Clock;
  /** Undefined: nothing waits any more. */
  #waiting: Set<Waiting> | undefined = new Set();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Rejects with `engine-away` when the engine does not come, or at once when nothing waits any more. */
  ask<Ok>(name: string, body: object): Promise<Ok> {
    const waiting = this.#waiting;
    if (!waiting) return Promise.reject(new GatewayError('engine-away', 'there is no connection'));
    const clock = this.#clock;
    return new Promise<Ok>((answered, reject) => {
      const cancel = clock.at(after(clock.now(), LONGEST_WAIT_MS), () => {
        waiting.delete(asked);
        reject(new GatewayError('engine-away', `the engine has not answered for ${LONGEST_WAIT_MS} ms`));
      });
      const asked: Waiting = { name, body, answered, reject, cancel };
      waiting.add(asked);
    });
  }

  /** What waits, in its order; nothing waits from here on. */
  take(): readonly Early[] {
    const all = [...(this.#waiting ?? [])];
    this.#waiting = undefined;
    for (const { cancel } of all) cancel();
    return all;
  }

  /** Refuses what waits, and whatever would wait from here on. */
  refuse(why: string): void {
    for (const { reject } of this.take()) reject(new GatewayError('engine-away', why));
  }
}
