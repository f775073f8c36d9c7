import type { Endpoint } from '../face.ts';
import type { Carrier, CarrierEvents } from './carrier.ts';
import { ownSockets, type UdpSockets } from './udp-sockets.ts';

/**
 * One UDP socket of a flow, bound to its local address and not connected: a softswitch may answer and call from
 * other ports than the one we send to, which a connected socket would never hear. The price is that ICMP
 * "unreachable" stays unseen (Linux hands it to connected sockets only); silence and probes tell instead.
 * Requests are sent over UDP whatever their size, up to the datagram's limit: there is no switch to TCP above
 * 1300 octets (RFC 3261 §18.1.1), because a trunk names one transport.
 */
export const openUdp = async (
  local: Endpoint,
  events: CarrierEvents,
  sockets: UdpSockets = ownSockets,
): Promise<Carrier> => {
  const socket = await sockets.take(local);
  socket.on('error', (error) => events.fault(error.message));
  socket.on('message', (octets, from) => {
    events.received(octets, { address: from.address, port: from.port });
  });
  const { port } = socket.address();
  let open = true;
  return {
    reliable: false,
    local: { address: local.address, port },
    send(octets, to, done) {
      if (!open) return done('the flow is closed');
      socket.send(octets, to.port, to.address, (error) => done(error ? error.message : undefined));
    },
    close: () =>
      new Promise((resolve) => {
        if (!open) return resolve();
        open = false;
        socket.close(() => {
          sockets.release({ address: local.address, port });
          resolve();
        });
      }),
  };
};
