import type { Clock } from '../../core/clock.ts';
import { systemClock } from '../../core/clock.ts';
import { after } from '../../core/machine.ts';
import { TestClock } from '../../core/test-clock.ts';
import type { Endpoint } from './face.ts';
import type { Carrier, CarrierEvents, OpenCarrier } from './transport/carrier.ts';

/** How time passes in a test: by the wall, or turned by hand as fast as the machine can. */
export type Time = { readonly clock: Clock; pause(ms: number): Promise<void> };

export const wallTime: Time = {
  clock: systemClock,
  pause: (ms) => new Promise((resolve) => systemClock.at(after(systemClock.now(), ms), resolve)),
};

/** Time that passes only in `pause`, a millisecond at a time; between two all promises that can go on do. */
export const turnedTime = (): Time => {
  const clock = new TestClock();
  const pause = async (ms: number): Promise<void> => {
    for (let passed = 0; passed < ms; passed++) {
      clock.turn(1);
      for (let turn = 0; turn < 8; turn++) await undefined;
    }
  };
  return { clock, pause };
};

/** A socket of a test that says and hears octets. */
export type Wire = {
  readonly port: number;
  send(octets: Buffer, port: number): void;
  close(): void;
};
type Bound = (octets: Buffer, from: Endpoint) => void;

const HOST = '127.0.0.1';

/** Datagrams in memory: each arrives one millisecond later, in order, unless a test gives them other delays. */
export class MemoryNetwork {
  readonly time = turnedTime();
  /** Milliseconds that a datagram is under way. */
  delayMs: () => number = () => 1;
  readonly #ports = new Map<number, Bound>();
  #nextPort = 20_000;

  /** Binds a port; throws if it is taken. */
  bind(port: number, heard: Bound): Wire {
    const bound = port === 0 ? this.#nextPort++ : port;
    if (this.#ports.has(bound)) throw new Error('EADDRINUSE');
    this.#ports.set(bound, heard);
    const { clock } = this.time;
    return {
      port: bound,
      send: (octets, to) => {
        clock.at(after(clock.now(), this.delayMs()), () =>
          this.#ports.get(to)?.(octets, { address: HOST, port: bound }),
        );
      },
      close: () => this.#ports.delete(bound),
    };
  }

  /** For user agents: a carrier that is no stream. */
  readonly openCarrier: OpenCarrier = async (_transport, local, events: CarrierEvents): Promise<Carrier> => {
    const wire = this.bind(local.port, (octets, from) => events.received(octets, from));
    return {
      reliable: false,
      local: { address: local.address, port: wire.port },
      send: (octets, to, done) => {
        wire.send(octets, to.port);
        done();
      },
      close: async () => wire.close(),
    };
  };
}
