import * as v from 'valibot';
import { choice, optionalText, shortName, text, whole } from '../setting.ts';

const words = 'must be a host name or an address, such as sip.example.com, 192.0.2.1 or 2001:db8::1';
const host = { is: /^[A-Za-z0-9._:-]+$/, words };
const hostOrEmpty = { is: /^[A-Za-z0-9._:-]*$/, words };

/** One SIP softswitch (U1-U6). Every account registers with every trunk of kind `registering`. */
export const trunk = v.strictObject({
  id: shortName('Used in records, alarms and topics.'),
  kind: choice({
    title: 'Kind',
    help: 'Registering: our accounts register there. Peer: known by its address.',
    of: ['registering', 'peer'],
    default: 'registering',
  }),
  host: text({ title: 'Address', help: 'Name or address of the softswitch.', min: 1, max: 255, form: host }),
  port: whole({ title: 'Port', help: 'SIP port of the softswitch.', min: 1, max: 65535, default: 5060 }),
  transport: choice({ title: 'Transport', help: 'How SIP is carried.', of: ['udp', 'tcp'], default: 'udp' }),
  domain: optionalText({
    title: 'Domain',
    help: 'Domain of the SIP addresses of the accounts; empty means the address above.',
    max: 255,
    default: '',
    form: hostOrEmpty,
  }),
  localPort: whole({
    title: 'Own port',
    help: 'Port of this box for SIP with this softswitch; each softswitch needs its own.',
    min: 1024,
    max: 65535,
    default: 5060,
  }),
  priority: whole({ title: 'Priority', help: 'Lower is tried first.', min: 0, max: 999, default: 1 }),
  callLimit: whole({
    title: 'Call limit',
    help: 'Calls at the same time; 0 = no limit.',
    min: 0,
    max: 1000,
    default: 0,
  }),
  registerExpiryS: whole({
    title: 'Registration expiry',
    help: 'Asked of the softswitch.',
    unit: 's',
    min: 60,
    max: 7200,
    default: 600,
  }),
  probeIntervalS: whole({
    title: 'Probe interval',
    help: 'OPTIONS on the registered flow.',
    unit: 's',
    min: 2,
    max: 300,
    default: 15,
  }),
  silenceBudgetMs: whole({
    title: 'Silence budget',
    help: 'Without any answer for this long the next softswitch is tried beside this one.',
    unit: 'ms',
    min: 300,
    max: 32000,
    default: 1200,
  }),
  progressBudgetMs: whole({
    title: 'Progress budget',
    help: 'Trying and then nothing for this long: cancelled, then the next.',
    unit: 'ms',
    min: 6000,
    max: 60000,
    default: 20000,
  }),
  ringS: whole({
    title: 'Ring time',
    help: 'How long the far end may ring.',
    unit: 's',
    min: 5,
    max: 300,
    default: 120,
  }),
  digits: choice({
    title: 'Digits in a call',
    help: 'event: RFC 4733; info: SIP INFO; inBand: in the audio.',
    of: ['event', 'info', 'inBand'],
    default: 'event',
  }),
  codecs: v.optional(
    v.pipe(
      v.array(v.picklist(['PCMA', 'PCMU'], 'must be PCMA or PCMU')),
      v.minLength(1, 'must name at least one codec'),
      v.maxLength(2, 'must name each codec once'),
      v.title('Codecs'),
      v.description('In order of preference.'),
    ),
    ['PCMA', 'PCMU'],
  ),
  verdicts: v.optional(
    v.pipe(
      v.record(
        v.pipe(v.string(), v.regex(/^[3-6]\d\d$/, 'must be a SIP status from 300 to 699')),
        v.picklist(['stop', 'next'], 'must be stop or next'),
      ),
      v.title('Own verdicts'),
      v.description(
        'Final answers of this softswitch that end the call (stop) or let it go on (next) unlike the table.',
      ),
    ),
    {},
  ),
});
