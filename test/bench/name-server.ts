import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import type { Site } from '../peer/site.ts';

// A name server that knows one domain with two SIP servers, the first preferred (RFC 2782, RFC 3263 §4.2).

const [TYPE_A, TYPE_SRV] = [1, 33];
const TTL_S = 3600;

const encoded = (name: string): Buffer =>
  Buffer.concat([
    ...name.split('.').map((label) => Buffer.concat([Buffer.from([label.length]), Buffer.from(label, 'latin1')])),
    Buffer.from([0]),
  ]);

const record = (type: number, data: Buffer): Buffer => {
  const head = Buffer.alloc(12);
  // a pointer to the name that was asked for
  head.writeUInt16BE(0xc00c, 0);
  head.writeUInt16BE(type, 2);
  head.writeUInt16BE(1, 4);
  head.writeUInt32BE(TTL_S, 6);
  head.writeUInt16BE(data.length, 10);
  return Buffer.concat([head, data]);
};

const question = (query: Buffer): { readonly name: string; readonly type: number; readonly octets: Buffer } => {
  const labels: string[] = [];
  let at = 12;
  for (let length = query[at]!; length > 0; length = query[at]!) {
    labels.push(query.toString('latin1', at + 1, at + 1 + length));
    at += length + 1;
  }
  return { name: labels.join('.').toLowerCase(), type: query.readUInt16BE(at + 1), octets: query.subarray(12, at + 5) };
};

/** Answers for `domain`: SRV of UDP to the two ports at `host`, and the address of both names. */
export const nameServer = async (
  site: Site,
  at: { readonly host: string; readonly port: number },
  { domain, host, ports }: { readonly domain: string; readonly host: string; readonly ports: readonly number[] },
): Promise<void> => {
  const socket = createSocket('udp4');
  const address = Buffer.from(host.split('.').map(Number));
  const servers = ports.map((port, index) => {
    const head = Buffer.alloc(6);
    head.writeUInt16BE(index + 1, 0);
    head.writeUInt16BE(port, 4);
    return Buffer.concat([head, encoded(`server${index}.${domain}`)]);
  });
  socket.on('message', (query, from) => {
    const { name, type, octets } = question(query);
    const answers =
      type === TYPE_SRV && name === `_sip._udp.${domain}`
        ? servers.map((data) => record(TYPE_SRV, data))
        : type === TYPE_A && name.startsWith('server')
          ? [record(TYPE_A, address)]
          : [];
    const head = Buffer.alloc(12);
    query.copy(head, 0, 0, 2);
    head.writeUInt16BE(0x8580, 2);
    head.writeUInt16BE(1, 4);
    head.writeUInt16BE(answers.length, 6);
    socket.send(Buffer.concat([head, octets, ...answers]), from.port, from.address);
  });
  socket.bind(at.port, at.host);
  await once(socket, 'listening');
  site.atEnd('close the name server', () => socket.close());
};
