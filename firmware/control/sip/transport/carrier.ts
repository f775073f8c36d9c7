import type { Endpoint, TransportName } from '../face.ts';

/** The wire of one flow. */
export interface Carrier {
  /** No resends over TCP and TLS. */
  readonly reliable: boolean;
  readonly local: Endpoint;
  /** `to.address` is a literal. `done` is called once: without words when written, else with what went wrong. */
  send(octets: Buffer, to: Endpoint, done: (failed?: string) => void): void;
  /** Gives up connections that a dead path may have broken; the next message opens one anew. */
  renew?(): void;
  close(): Promise<void>;
}

export type CarrierEvents = {
  /** False: the sender has no business with us, and a connection of his may be closed. */
  received(octets: Buffer, source: Endpoint): boolean;
  closed(far: Endpoint, why: string): void;
  fault(why: string): void;
};

/** Opens the wire of a flow at a local address; rejects when that is not possible. */
export type OpenCarrier = (transport: TransportName, local: Endpoint, events: CarrierEvents) => Promise<Carrier>;
