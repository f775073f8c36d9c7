import { createSocket } from 'node:dgram';
import { isIPv6 } from 'node:net';
import { addressOn, holderOf, interfacesNow, type Links, noHolderWords, noPathWords } from './paths.ts';

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
    // it tells a failure, such as no route, to its callback: the socket then has the address of none
    socket.connect(9, far, (error?: Error) => {
      const { address } = error ? { address: '' } : socket.address();
      socket.close();
      if (error) reject(error);
      else resolve(address);
    });
  });

type Ways = {
  /** Of the settings; empty: the one of the route to each softswitch. */
  readonly address: string;
  readonly ownAddress?: (far: string) => Promise<string>;
  readonly links?: Pick<Links, 'now'>;
};

/** Own address towards a far literal one: of the interface that is named, else of the settings, else of the route. */
export const ownAddressBy =
  ({ address, ownAddress = ownAddressTowards, links }: Ways) =>
  async (far: string, name: string): Promise<string> => {
    const interfaces = links?.now() ?? interfacesNow();
    if (name === '') {
      if (links && address !== '' && holderOf(interfaces, address) === undefined)
        throw new Error(noHolderWords(address));
      return address === '' ? ownAddress(far) : address;
    }
    const bound = addressOn(interfaces, name, far);
    if (bound === undefined) throw new Error(noPathWords(name));
    return bound;
  };
