import { createSocket, type Socket } from 'node:dgram';
import { isIPv6 } from 'node:net';
import type { Endpoint } from '../face.ts';
import type { Carrier, CarrierEvents } from './carrier.ts';

/**
 * Octets that wait for us while the plane is busy. The kernel counts some 2.5 times a datagram's own length and takes
 * twice what is asked for, up to net.core.rmem_max: 455 datagrams of 900 octets, where its usual size holds 92.
 */
const RECEIVE_BUFFER = 512 * 1024;

/**
 * One UDP socket of a flow, bound to its local address and not connected: a softswitch may answer and call from
 * other ports than the one we send to, which a connected socket would never hear. The price is that ICMP
 * "unreachable" stays unseen (Linux hands it to connected sockets only); silence and probes tell instead.
 * Requests are sent over UDP whatever their size, up to the datagram's limit: there is no switch to TCP above
 * 1300 octets (RFC 3261 §18.1.1), because a trunk names one transport.
 */
export const openUdp = async (local: Endpoint, events: CarrierEvents): Promise<Carrier> => {
  const socket = createSocket({ type: isIPv6(local.address) ? 'udp6' : 'udp4', recvBufferSize: RECEIVE_BUFFER });
  await bind(socket, local);
  socket.on('error', (error) => events.fault(error.message));
  socket.on('message', (octets, from) => {
    events.received(octets, { address: from.address, port: from.port });
  });
  let open = true;
  return {
    reliable: false,
    local: { address: local.address, port: socket.address().port },
    send(octets, to, done) {
      if (!open) return done('the flow is closed');
      socket.send(octets, to.port, to.address, (error) => done(error ? error.message : undefined));
    },
    close: () =>
      new Promise((resolve) => {
        if (!open) return resolve();
        open = false;
        socket.close(() => resolve());
      }),
  };
};

const bind = (socket: Socket, local: Endpoint): Promise<void> =>
  new Promise((resolve, reject) => {
    socket.once('error', reject);
    socket.bind({ address: local.address, port: local.port, exclusive: true }, () => {
      socket.removeListener('error', reject);
      resolve();
    });
  });
