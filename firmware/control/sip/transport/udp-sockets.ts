import { createSocket, type Socket } from 'node:dgram';
import { isIPv6 } from 'node:net';
import type { Endpoint } from '../face.ts';

/** Where flows over UDP get their sockets from. */
export interface UdpSockets {
  /**
   * A bound socket of this local address and port; rejects with why there is none. It reads from the moment on at
   * which the promise is kept: whoever takes it listens in the same turn.
   */
  take(local: Endpoint): Promise<Socket>;
  /** The flow is closed and its socket with it; nobody will want it again. */
  release(local: Endpoint): void;
}

/**
 * Octets that wait for us while the plane is busy. The kernel counts some 2.5 times a datagram's own length and takes
 * twice what is asked for, up to net.core.rmem_max: 455 datagrams of 900 octets, where its usual size holds 92.
 */
const RECEIVE_BUFFER = 512 * 1024;

/** Sockets of our own, gone with the process: where nobody holds them for us. */
export const ownSockets: UdpSockets = {
  async take(local) {
    const socket = createSocket({ type: isIPv6(local.address) ? 'udp6' : 'udp4', recvBufferSize: RECEIVE_BUFFER });
    await bind(socket, local);
    return socket;
  },
  release: () => {},
};

const bind = (socket: Socket, local: Endpoint): Promise<void> =>
  new Promise((resolve, reject) => {
    socket.once('error', reject);
    socket.bind({ address: local.address, port: local.port, exclusive: true }, () => {
      socket.removeListener('error', reject);
      resolve();
    });
  });
