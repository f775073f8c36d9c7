import * as v from 'valibot';
import { optionalText, whole } from '../setting.ts';

const addressOrEmpty = new RegExp(`^$|${v.IP_REGEX.source}`, v.IP_REGEX.flags);

export const network = v.strictObject({
  address: optionalText({
    title: 'Own address',
    help: 'IPv4 or IPv6 address for signalling and audio; empty means the address of the default route.',
    max: 45,
    default: '',
    form: { is: addressOrEmpty, words: 'must be an IPv4 or IPv6 address' },
  }),
  rtpFirst: whole({
    title: 'First audio port',
    help: 'First UDP port for audio, even.',
    min: 1024,
    max: 65000,
    default: 10000,
  }),
  rtpLast: whole({ title: 'Last audio port', help: 'Last UDP port for audio.', min: 1026, max: 65535, default: 20000 }),
  sipT1Ms: whole({
    title: 'SIP T1',
    help: 'Round-trip estimate from which the SIP timers follow (RFC 3261 §17.1.1.1).',
    unit: 'ms',
    min: 20,
    max: 2000,
    default: 500,
  }),
  dscpSignalling: whole({ title: 'DSCP of signalling', help: 'Code point; CS3 is 24.', min: 0, max: 63, default: 24 }),
  dscpMedia: whole({ title: 'DSCP of audio', help: 'Code point; EF is 46.', min: 0, max: 63, default: 46 }),
});
