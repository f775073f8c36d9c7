import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { swallowUdp } from '../peer/dead-server.ts';
import { run } from '../peer/program.ts';
import type { Site } from '../peer/site.ts';
import { eventually, sleep } from '../peer/wait.ts';
import { type Datagram, requestOf, userOf } from './packets.ts';

/** Where the parts of the reference stand; they share the capture with the gateway and nothing else. */
const HOST = '198.18.0.22';
const place = { caller: 5999, proxy: 5900, dead: 5901, second: 5902 } as const;

const configuration = fileURLToPath(new URL('kamailio/dispatcher.cfg', import.meta.url));

const invite = (user: string): string =>
  [
    `INVITE sip:${user}@${HOST}:${place.proxy} SIP/2.0`,
    `Via: SIP/2.0/UDP ${HOST}:${place.caller};branch=z9hG4bK-${user};rport`,
    `From: <sip:caller@${HOST}>;tag=${user}`,
    `To: <sip:${user}@${HOST}>`,
    `Call-ID: reference-${user}`,
    'CSeq: 1 INVITE',
    `Contact: <sip:caller@${HOST}:${place.caller}>`,
    'Max-Forwards: 70',
    'Content-Length: 0',
    '',
    '',
  ].join('\r\n');

/** The answer to a request with the headers that every answer copies (RFC 3261 §8.2.6.2). */
const answerTo = (request: string, status: string): string => {
  const copied = request.split('\r\n').filter((line) => /^(?:Via|From|To|Call-ID|CSeq):/i.test(line));
  const tagged = copied.map((line) => (/^To:(?!.*;tag=)/i.test(line) ? `${line};tag=second` : line));
  return [`SIP/2.0 ${status}`, ...tagged, 'Content-Length: 0', '', ''].join('\r\n');
};

const open = async (site: Site, port: number, heard: (text: string, reply: (text: string) => void) => void) => {
  const socket: Socket = createSocket('udp4');
  socket.on('message', (message, from) =>
    heard(message.toString('latin1'), (text) => socket.send(text, from.port, from.address)),
  );
  socket.bind(port, HOST);
  await once(socket, 'listening');
  site.atEnd(`close ${HOST}:${port}`, () => socket.close());
  return socket;
};

/** ACK of a refused INVITE (RFC 3261 §17.1.1.3). */
const acknowledgementOf = (answer: string): string => {
  const header = (name: string): string => new RegExp(`^${name}:.*$`, 'im').exec(answer)?.[0] ?? '';
  const user = userOf(/<([^>]*)>/.exec(header('To'))?.[1] ?? '');
  return [
    `ACK sip:${user}@${HOST}:${place.proxy} SIP/2.0`,
    ...['Via', 'From', 'To', 'Call-ID'].map(header),
    'CSeq: 1 ACK',
    'Max-Forwards: 70',
    'Content-Length: 0',
    '',
    '',
  ].join('\r\n');
};

/**
 * Kamailio's dispatcher before a dead and a living destination. `place` calls, all while the dead one is not yet
 * known to be dead, and gives the numbers called; `delays` finds them in a capture.
 */
export class Dispatcher {
  readonly #site: Site;
  readonly #caller: Socket;
  #calls = 0;

  private constructor(site: Site, caller: Socket) {
    this.#site = site;
    this.#caller = caller;
  }

  static async start(site: Site): Promise<Dispatcher> {
    await swallowUdp(site, HOST, place.dead);
    await open(site, place.second, (request, reply) => {
      if (request.startsWith('INVITE ')) reply(answerTo(request, '486 Busy Here'));
    });
    const caller = await open(site, place.caller, (answer, reply) => {
      if (/^SIP\/2\.0 [3-6]/.test(answer)) reply(acknowledgementOf(answer));
    });
    return new Dispatcher(site, caller);
  }

  /** Starts Kamailio afresh, so that it knows of no dead destination, and calls `count` times within a second. */
  async call(count: number, answerWithinMs: number): Promise<string[]> {
    const folder = this.#site.folder(`dispatcher-${answerWithinMs}-${this.#calls}`);
    const list = `${folder}/list`;
    writeFileSync(list, `1 sip:${HOST}:${place.dead} 0 9\n1 sip:${HOST}:${place.second} 0 1\n`);
    const control = `unix:${folder}/control`;
    const defines = { ANSWER_WITHIN_MS: String(answerWithinMs), LIST: `"${list}"`, CONTROL: `"${control}"` };
    const program = this.#site.start(`dispatcher-${this.#calls}`, 'kamailio', [
      ...['-DD', '-E', '-e', '-f', configuration, '-Y', folder, '-w', folder, '-P', `${folder}/pid`],
      ...['-m', '32', '-M', '4', '-l', `udp:${HOST}:${place.proxy}`],
      ...Object.entries(defines).flatMap(([name, value]) => ['-A', `${name}=${value}`]),
    ]);
    await eventually('the dispatcher to be ready', 10_000, () => run('kamcmd', ['-s', control, 'core.uptime'], 3000));
    const users = Array.from({ length: count }, () => `7${String(++this.#calls).padStart(3, '0')}`);
    for (const user of users) {
      this.#caller.send(invite(user), place.proxy, HOST);
      await sleep(Math.min(50, 500 / count));
    }
    await sleep(answerWithinMs + 1000);
    await program.stop();
    return users;
  }
}

/** Of each number: ms from its first INVITE to one end to its first INVITE to another, NaN where one never came. */
export const delaysOf = (
  datagrams: readonly Datagram[],
  users: readonly string[],
  from: { readonly host: string; readonly port: number },
  to: { readonly host: string; readonly port: number },
): number[] => {
  const first = (user: string, { host, port }: typeof from): number =>
    datagrams.find((each) => {
      if (each.to !== host || each.toPort !== port) return false;
      const request = requestOf(each);
      return request?.method === 'INVITE' && userOf(request.uri) === user;
    })?.atMs ?? Number.NaN;
  return users.map((user) => first(user, to) - first(user, from));
};

/** Delays of the reference's calls, in ms. */
export const dispatcherDelays = (datagrams: readonly Datagram[], users: readonly string[]): number[] =>
  delaysOf(datagrams, users, { host: HOST, port: place.dead }, { host: HOST, port: place.second });
