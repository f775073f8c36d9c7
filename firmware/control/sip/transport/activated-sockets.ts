import { createSocket, type Socket } from 'node:dgram';
import { readFileSync, readlinkSync } from 'node:fs';
import { isIPv6 } from 'node:net';
import { endianness } from 'node:os';
import type { Endpoint } from '../face.ts';
import { ownSockets, type UdpSockets } from './udp-sockets.ts';

/** First descriptor that a service manager hands over (sd_listen_fds(3)). */
const FIRST = 3;
const MOST = 64;

const key = ({ address, port }: Endpoint): string => `${address} ${port}`;

/**
 * Sockets of a socket unit (`LISTEN_FDS`), found by the address that the kernel says they are bound to; what the unit
 * does not name is opened by ourselves. The service manager keeps its own descriptor, so that what comes while we
 * restart waits.
 */
export const activatedSockets = (
  environment: Readonly<Record<string, string | undefined>>,
  processId: number,
): UdpSockets => {
  const inherited = new Map<string, number>();
  const count = Number(environment['LISTEN_PID']) === processId ? Number(environment['LISTEN_FDS']) || 0 : 0;
  const bound = count > 0 ? boundPlaces() : new Map<string, Endpoint>();
  for (let descriptor = FIRST; descriptor < FIRST + Math.min(count, MOST); descriptor++) {
    const place = bound.get(inodeOf(descriptor));
    if (place) inherited.set(key(place), descriptor);
  }
  return {
    async take(local) {
      const descriptor = inherited.get(key(local));
      if (descriptor === undefined) return ownSockets.take(local);
      // closing the flow closes our descriptor
      inherited.delete(key(local));
      return await opened(descriptor, local);
    },
    release: () => {},
  };
};

const opened = (fd: number, local: Endpoint): Promise<Socket> =>
  new Promise((resolve, reject) => {
    const socket = createSocket(isIPv6(local.address) ? 'udp6' : 'udp4');
    socket.once('error', reject);
    socket.bind({ fd, exclusive: true }, () => {
      socket.removeListener('error', reject);
      resolve(socket);
    });
  });

const inodeOf = (descriptor: number): string => {
  try {
    return /^socket:\[(\d+)\]$/.exec(readlinkSync(`/proc/self/fd/${descriptor}`))?.[1] ?? '';
  } catch {
    return '';
  }
};

/** Local ends of all UDP sockets of this network namespace, by inode (proc(5), /proc/net/udp). */
const boundPlaces = (): Map<string, Endpoint> => {
  const places = new Map<string, Endpoint>();
  for (const table of ['udp', 'udp6']) {
    for (const line of readFileSync(`/proc/self/net/${table}`, 'utf8').split('\n').slice(1)) {
      const cells = line.trim().split(/\s+/);
      const [address = '', port = ''] = (cells[1] ?? '').split(':');
      const inode = cells[9];
      if (inode !== undefined) places.set(inode, { address: literalOf(address), port: Number.parseInt(port, 16) });
    }
  }
  return places;
};

/** The kernel prints an address as 32-bit words in its own byte order. */
const literalOf = (hexadecimal: string): string => {
  const octets = Buffer.from(hexadecimal, 'hex');
  if (endianness() === 'LE') octets.swap32();
  if (octets.length === 4) return octets.join('.');
  const groups = Array.from({ length: 8 }, (_, index) => octets.readUInt16BE(2 * index).toString(16));
  // in the form in which everybody else writes it
  return new URL(`http://[${groups.join(':')}]`).hostname.slice(1, -1);
};
