import { createSocket } from 'node:dgram';
import { createServer, type Socket } from 'node:net';
import type { Site } from './site.ts';
import { bounded } from './wait.ts';

/** What a dead server has been told so far, oldest first; `at` is `performance.now()`. */
export type Heard = { readonly at: number; readonly from: string; readonly text: string }[];

const bind = (port: number, host: string, listen: (done: () => void) => void): Promise<void> =>
  bounded(`binding ${host}:${port}`, 3000, new Promise<void>((resolve) => listen(resolve)));

/** A bound UDP socket that never answers. */
export const swallowUdp = async (site: Site, host: string, port: number): Promise<Heard> => {
  const heard: Heard = [];
  const socket = createSocket('udp4');
  socket.on('message', (message, from) =>
    heard.push({ at: performance.now(), from: `${from.address}:${from.port}`, text: message.toString('latin1') }),
  );
  await bind(port, host, (done) => socket.bind(port, host, done));
  site.atEnd(`close ${host}:${port}`, () => socket.close());
  return heard;
};

/**
 * A TCP server that accepts and then either closes at once, closes when the first bytes come, or stays silent for
 * ever.
 */
export const deadTcp = async (
  site: Site,
  host: string,
  port: number,
  kind: 'closes' | 'closes on request' | 'stalls',
): Promise<Heard> => {
  const heard: Heard = [];
  const flows = new Set<Socket>();
  const server = createServer((flow) => {
    flows.add(flow);
    flow.on('error', () => {});
    flow.on('close', () => flows.delete(flow));
    flow.on('data', (data) => {
      heard.push({
        at: performance.now(),
        from: `${flow.remoteAddress}:${flow.remotePort}`,
        text: data.toString('latin1'),
      });
      if (kind === 'closes on request') flow.destroy();
    });
    if (kind === 'closes') flow.destroy();
  });
  await bind(port, host, (done) => server.listen(port, host, done));
  site.atEnd(`close ${host}:${port}`, () => {
    for (const flow of flows) flow.destroy();
    server.close();
  });
  return heard;
};
