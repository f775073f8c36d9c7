/** Until the far end has shown where it sends from, a stranger must send this many packets in a row to be it. */
const STRANGER_PACKETS = 5;

/**
 * Where the far end of a stream is (symmetric RTP, RFC 4961): the signalled address until packets show another one,
 * as behind NAT. Once latched it stays, until signalling moves it or it falls silent.
 */
export class FarEnd {
  address: string;
  port: number;
  rtcpPort: number;
  #latched = false;
  #stranger = '';
  #strangerPackets = 0;

  constructor(address: string, port: number) {
    this.address = address;
    this.port = port;
    this.rtcpPort = port + 1;
  }

  get latched(): boolean {
    return this.#latched;
  }

  unlatch(): void {
    this.#latched = false;
    this.#strangerPackets = 0;
  }

  /** Judges the source of an RTP packet: `latched` says that this one made it known, `refused` that it is not ours. */
  judge(address: string, port: number): 'known' | 'latched' | 'refused' {
    const signalled = address === this.address && port === this.port;
    if (this.#latched) return signalled ? 'known' : 'refused';
    if (!signalled && !this.#insists(address, port)) return 'refused';
    if (!signalled) this.rtcpPort = port + 1;
    this.address = address;
    this.port = port;
    this.#latched = true;
    return 'latched';
  }

  #insists(address: string, port: number): boolean {
    const source = `${address} ${port}`;
    this.#strangerPackets = source === this.#stranger ? this.#strangerPackets + 1 : 1;
    this.#stranger = source;
    return this.#strangerPackets >= STRANGER_PACKETS;
  }
}
