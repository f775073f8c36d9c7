import { GatewayError, wordsOf } from '../../../core/error.ts';
import type { Log } from '../../../core/log.ts';
import type { Endpoint, Flow, FlowId } from '../face.ts';
import { literal, type Resolver } from '../resolver/resolver.ts';
import type { Carrier, CarrierEvents, OpenCarrier } from './carrier.ts';
import { carriersWith } from './carriers.ts';

export type TransportEvents = {
  received(flow: FlowId, octets: Buffer, source: Endpoint): boolean;
  closed(flow: FlowId, far: Endpoint, why: string): void;
};

type OpenFlow = { readonly flow: Flow; readonly carrier: Carrier };

/** The open flows, each with its carrier. */
export class Transports {
  readonly #flows = new Map<FlowId, OpenFlow>();
  readonly #resolver: Resolver;
  readonly #log: Log;
  readonly #events: TransportEvents;
  readonly #openCarrier: OpenCarrier;
  /** Flows over which nothing new leaves: a drill rehearses the silence of the far end. */
  readonly #silenced = new Set<FlowId>();

  constructor(resolver: Resolver, log: Log, events: TransportEvents, openCarrier: OpenCarrier = carriersWith()) {
    this.#resolver = resolver;
    this.#log = log;
    this.#events = events;
    this.#openCarrier = openCarrier;
  }

  /** Binds the flow's local address. Throws GatewayError `address-in-use` if that is not possible. */
  async open(flow: Flow): Promise<void> {
    await this.close(flow.id);
    const events: CarrierEvents = {
      received: (octets, source) => this.#events.received(flow.id, octets, source),
      closed: (far, why) => this.#events.closed(flow.id, far, why),
      fault: (why) => this.#log.warn({ flow: flow.id, why }, 'a SIP socket reported an error'),
    };
    try {
      const carrier = await this.#openCarrier(flow.transport, flow.local, events);
      this.#flows.set(flow.id, { flow: { ...flow, local: carrier.local }, carrier });
    } catch (error) {
      const { address, port } = flow.local;
      throw new GatewayError('address-in-use', `${flow.transport} ${address} port ${port}: ${wordsOf(error)}`, error);
    }
    if (flow.remote) this.#resolver.refresh(flow.remote.address);
  }

  /** Connections of this flow are opened anew when they are needed. */
  renew(id: FlowId): void {
    this.#flows.get(id)?.carrier.renew?.();
  }

  async close(id: FlowId): Promise<void> {
    const open = this.#flows.get(id);
    this.#flows.delete(id);
    await open?.carrier.close();
  }

  /** The flow with the local port that it really has. */
  flow(id: FlowId): Flow | undefined {
    return this.#flows.get(id)?.flow;
  }

  ids(): FlowId[] {
    return [...this.#flows.keys()];
  }

  reliable(id: FlowId): boolean {
    return this.#flows.get(id)?.carrier.reliable ?? false;
  }

  /** The far address of a flow as far as it is known: a literal, or the last good answer for its name. */
  far(id: FlowId): Endpoint | undefined {
    const remote = this.#flows.get(id)?.flow.remote;
    const address = remote && this.#resolver.known(remote.address);
    return remote && address !== undefined ? { address, port: remote.port } : undefined;
  }

  /**
   * While a flow is silenced no request outside a dialog leaves over it, as if the far end heard none. Dialogs that
   * stand, and answers to what comes in, pass: people are talking over it.
   */
  silence(id: FlowId, on: boolean): void {
    if (on) this.#silenced.add(id);
    else this.#silenced.delete(id);
  }

  /** Sends over a flow; a name is resolved first, so that no socket ever asks the DNS by itself. */
  send(id: FlowId, octets: Buffer, to: Endpoint, done: (failed?: string) => void): void {
    const open = this.#flows.get(id);
    if (!open) {
      done(`there is no flow ${id}`);
      return;
    }
    if (this.#silenced.has(id) && isOutsideDialog(octets)) {
      done();
      return;
    }
    const address = literal(to.address) ?? this.#resolver.known(to.address);
    if (address !== undefined) {
      open.carrier.send(octets, { address, port: to.port }, done);
      return;
    }
    this.#resolver.address(to.address).then(
      (found) => open.carrier.send(octets, { address: found, port: to.port }, done),
      (error) => done(wordsOf(error)),
    );
  }

  async closeAll(): Promise<void> {
    await Promise.all(this.ids().map((id) => this.close(id)));
  }
}

/** A request whose To has no tag yet (RFC 3261 §12.2); the text is one of our own. */
const isOutsideDialog = (octets: Buffer): boolean => {
  const text = octets.toString('latin1');
  if (text.startsWith('SIP/2.0')) return false;
  const to = text.split('\r\n').find((line) => line.startsWith('To:'));
  return to !== undefined && !to.includes(';tag=');
};
