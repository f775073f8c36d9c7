import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import type { Site } from '../peer/site.ts';
import { userOf } from './packets.ts';

/**
 * `up`: OPTIONS gets 200 and INVITE 486. `swallows calls`: it looks alive and is not. `dead`: silence.
 */
export type ServerManner = 'up' | 'swallows calls' | 'dead';

/** The answer to a request with the headers that every answer copies (RFC 3261 §8.2.6.2). */
export const answerTo = (request: string, status: string): string => {
  const copied = request.split('\r\n').filter((line) => /^(?:Via|From|To|Call-ID|CSeq):/i.test(line));
  const tagged = copied.map((line) => (/^To:(?!.*;tag=)/i.test(line) ? `${line};tag=server` : line));
  return [`SIP/2.0 ${status}`, ...tagged, 'Content-Length: 0', '', ''].join('\r\n');
};

/** One of two servers behind something that fails over; it answers busy, so that a call is over at once. */
export class FakeServer {
  manner: ServerManner = 'up';
  /** First answered INVITE by the number called, `performance.now()`. */
  readonly answered = new Map<string, number>();

  static async start(site: Site, host: string, port: number): Promise<FakeServer> {
    const server = new FakeServer();
    const socket = createSocket('udp4');
    socket.on('message', (message, from) => {
      const answer = server.#answerOf(message.toString('latin1'));
      if (answer !== undefined) socket.send(answer, from.port, from.address);
    });
    socket.bind(port, host);
    await once(socket, 'listening');
    site.atEnd(`close ${host}:${port}`, () => socket.close());
    return server;
  }

  #answerOf(request: string): string | undefined {
    const [method = '', uri = ''] = request.split(' ', 2);
    if (this.manner === 'dead') return undefined;
    if (method === 'OPTIONS') return answerTo(request, '200 OK');
    if (method !== 'INVITE' || this.manner === 'swallows calls') return undefined;
    const user = userOf(uri);
    if (!this.answered.has(user)) this.answered.set(user, performance.now());
    return answerTo(request, '486 Busy Here');
  }
}
