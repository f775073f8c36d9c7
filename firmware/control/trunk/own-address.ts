import { createSocket } from 'node:dgram';
import { isIPv6 } from 'node:net';

/**
 * The local address by which the kernel would send to `far` (a literal address). Nothing is sent.
 * Rejects when there is no route.
 */
export const ownAddressTowards = (far: string): Promise<string> =>
  new Promise((resolve, reject) => {
    const socket = createSocket(isIPv6(far) ? 'udp6' : 'udp4');
    socket.once('error', (error) => {
      socket.close();
      reject(error);
    });
    socket.connect(9, far, () => {
      const { address } = socket.address();
      socket.close();
      resolve(address);
    });
  });
