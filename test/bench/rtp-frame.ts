import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { TestClock } from '../../firmware/core/test-clock.ts';
import { RtpSession } from '../../firmware/engine/net/rtp-session.ts';
import type { Datagram, SocketPair } from '../../firmware/engine/net/sockets.ts';
import { rtpCorpus } from '../fuzz/corpus.ts';
import { address } from '../peer/site.ts';
import type { Bench } from './limit.ts';
import { microsecondsOf } from './repeat.ts';
import { rounded } from './statistics.ts';

const far = { address: address.farEnd, family: 'IPv4' as const, port: 26000, size: 172 };

const deaf = { began: () => {}, ended: () => {} };

/** A session whose sockets are the measurement: what is sent is counted, what comes is handed in. */
const sessionOn = (clock: TestClock) => {
  let receive: Datagram = () => {};
  let sent = 0;
  const sockets = {
    ...{ address: address.gateway, port: 10000, refused: 0, disconnect: () => {}, connect: () => {} },
    ...{ close: () => {}, sendRtcp: () => {} },
    listen: (onRtp: Datagram) => {
      receive = onRtp;
    },
    sendRtp: () => {
      sent++;
    },
  };
  const session = new RtpSession(sockets as unknown as SocketPair, clock, 'bench', () => 0.5, deaf);
  session.configure({
    ...{ remote: [far.address, far.port], dscp: 46, as: 'audio', ptimeMs: 20, lostAfterMs: 0 },
    send: { name: 'PCMA', payloadType: 8 },
    receive: [{ name: 'PCMA', payloadType: 8 }],
    jitter: { kind: 'adaptive', minMs: 20, initialMs: 60, maxMs: 200 },
    digits: { by: 'event', payloadType: 101 },
  });
  return { session, receive: (datagram: Buffer) => receive(datagram, far), sent: () => sent };
};

/** The kernel's and the runtime's share of the same frame: one packet sent. */
const sendOnly = async (packet: Buffer): Promise<number> => {
  const [from, to] = [createSocket('udp4'), createSocket('udp4')];
  to.bind(0, address.farEnd);
  await once(to, 'listening');
  from.connect(to.address().port, address.farEnd);
  await once(from, 'connect');
  const value = microsecondsOf(2000, () => from.send(packet));
  from.close();
  to.close();
  return value;
};

export const bench: Bench = {
  limits: [{ name: 'rtp-frame', what: 'one frame of one call each way, without the sockets', unit: 'us' }],
  async run() {
    const clock = new TestClock();
    const { session, receive, sent } = sessionOn(clock);
    const packet = rtpCorpus(1)[0]!;
    const frame = new Int16Array(160);
    let number = 0;
    const value = microsecondsOf(5000, () => {
      packet.writeUInt16BE(++number & 0xffff, 2);
      packet.writeUInt32BE((number * 160) >>> 0, 4);
      clock.turn(20);
      receive(packet);
      session.read(frame, clock.now());
      session.sender.frame(frame);
    });
    const { received, lost } = session.statistics('net/1', clock.now());
    if (received !== number || lost !== 0 || sent() !== number) throw new Error(`${received} of ${number} frames came`);
    return {
      'rtp-frame': {
        value: rounded(value, 3),
        peer: { is: 'one packet sent by node:dgram', value: rounded(await sendOnly(packet), 3) },
      },
    };
  },
};
