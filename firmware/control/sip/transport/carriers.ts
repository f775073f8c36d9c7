import { GatewayError } from '../../../core/error.ts';
import type { OpenCarrier } from './carrier.ts';
import type { PortBook } from './former-ports.ts';
import { openTcp } from './stream.ts';
import { openUdp } from './udp.ts';
import { ownSockets, type UdpSockets } from './udp-sockets.ts';

/**
 * Wires made of sockets of the system; those of UDP may be held for us by somebody who outlives us, and TCP is heard
 * at the ports of its former connections.
 */
export const carriersWith =
  (udpSockets: UdpSockets = ownSockets, ports?: PortBook): OpenCarrier =>
  (transport, local, events) => {
    if (transport === 'tls') throw new GatewayError('address-in-use', 'SIP over TLS is not offered');
    return transport === 'tcp' ? openTcp(local, events, ports) : openUdp(local, events, udpSockets);
  };
