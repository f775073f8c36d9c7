import { isIP } from 'node:net';
import { GatewayError } from '../core/error.ts';
import type { Mode } from '../engine-protocol/ids.ts';
import type { NetMedia } from '../engine-protocol/messages.ts';

const MODES: readonly string[] = ['sendReceive', 'sendOnly', 'receiveOnly', 'inactive'] satisfies readonly Mode[];
const CODECS: readonly string[] = ['PCMA', 'PCMU'];

const refuse = (detail: string): never => {
  throw new GatewayError('engine-request', detail);
};

const within = (value: unknown, least: number, most: number, name: string): void => {
  const fits = typeof value === 'number' && value >= least && value <= most;
  if (!fits) refuse(`${name} is ${String(value)}; it may be ${least} to ${most}`);
};

export const checkMode = (mode: unknown): void => {
  if (!MODES.includes(mode as string)) refuse(`no mode is called ${String(mode)}; there are ${MODES.join(', ')}`);
};

/** What the frame clock works with must be right before it is taken: a fault there would come back each frame. */
export const checkMedia = (media: NetMedia): void => {
  const [address, port] = media.remote;
  if (isIP(address) === 0) refuse(`${address} is no IP address`);
  within(port, 1, 65_535, 'the remote port');
  within(media.ptimeMs, 10, 60, 'ptimeMs');
  for (const codec of [media.send, ...media.receive]) {
    if (!CODECS.includes(codec.name)) refuse(`no codec is called ${codec.name}; there are ${CODECS.join(', ')}`);
    within(codec.payloadType, 0, 127, `the payload type of ${codec.name}`);
  }
  const { minMs, initialMs, maxMs } = media.jitter;
  within(minMs, 0, 500, 'jitter.minMs');
  within(maxMs, minMs, 800, 'jitter.maxMs');
  within(initialMs, minMs, maxMs, 'jitter.initialMs');
  if (media.digits.by === 'event') within(media.digits.payloadType, 0, 127, 'the payload type of digits');
};
