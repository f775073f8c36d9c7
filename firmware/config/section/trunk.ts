import * as v from 'valibot';
import {
  choice,
  dateAndTimeOrNothing,
  dialled,
  flag,
  nameOrNothing,
  optionalText,
  shortName,
  texts,
  whole,
} from '../setting.ts';

const words = 'must be a host name or an address, such as sip.example.com, 192.0.2.1 or 2001:db8::1';
const hostOrEmpty = { is: /^[A-Za-z0-9._:-]*$/, words };

/** A rule on a number (U9); all of them are applied in their order. */
const transform = v.strictObject({
  on: choice({
    title: 'On',
    help: 'The number that is called, or the number that is shown.',
    of: ['callee', 'caller'],
    default: 'callee',
  }),
  begins: optionalText({ title: 'Numbers that begin', help: 'Empty: all.', max: 24, default: '', form: dialled }),
  strip: whole({
    title: 'Strip',
    help: 'So many characters are taken from the beginning.',
    min: 0,
    max: 24,
    default: 0,
  }),
  prepend: optionalText({ title: 'Prepend', help: 'Put before what is left.', max: 24, default: '', form: dialled }),
  matches: optionalText({
    title: 'Matches',
    help: 'Regular expression for the whole number instead of a beginning; no repetition within a repetition.',
    max: 64,
    default: '',
  }),
  becomes: optionalText({
    title: 'Becomes',
    help: 'With $1 to $9 for its groups.',
    max: 64,
    default: '',
    form: { is: /^[+0-9*#$]*$/, words: 'must be digits, +, *, # and $1 to $9' },
  }),
});

const known = { setting: 'kind', is: ['registering', 'peer'] } as const;
const accepting = { setting: 'kind', is: ['accepting'] } as const;

/**
 * One SIP softswitch (U1-U6), or a PBX that registers with us (U19). Every account registers with every trunk of kind
 * `registering`.
 */
export const trunk = v.strictObject({
  id: shortName('Used in records, alarms and topics.'),
  kind: choice({
    title: 'Kind',
    help: 'Registering: our accounts register there. Peer: known by its address. Accepting: a PBX registers with us.',
    of: ['registering', 'peer', 'accepting'],
    default: 'registering',
  }),
  host: optionalText({
    title: 'Address',
    help: 'Name or address of the softswitch.',
    max: 255,
    default: '',
    form: hostOrEmpty,
    appliesWhen: known,
  }),
  port: whole({
    title: 'Port',
    help: 'SIP port of the softswitch.',
    min: 1,
    max: 65535,
    default: 5060,
    appliesWhen: known,
  }),
  user: optionalText({
    title: 'User',
    help: 'Name under which the PBX registers with us, and by which it is asked for the password.',
    max: 64,
    default: '',
    form: { is: /^[A-Za-z0-9._+-]*$/, words: 'must be letters, digits and . _ + -' },
    appliesWhen: accepting,
  }),
  password: optionalText({
    title: 'Password',
    help: 'Of the PBX, at least 8 characters: it is asked for over the network.',
    max: 128,
    default: '',
    secret: true,
    appliesWhen: accepting,
  }),
  allowed: texts({
    title: 'Only from',
    help: 'Addresses or networks such as 192.168.1.0/24 from which the PBX may register and call; empty: all.',
    most: 16,
    max: 49,
    form: { is: /^[0-9A-Fa-f.:]+([/][0-9]{1,3})?$/, words: 'must be an address, or a network such as 192.168.1.0/24' },
    appliesWhen: accepting,
  }),
  digest: choice({
    title: 'Digest',
    help: 'Hash by which the PBX shows its password. MD5 alone for a PBX that stumbles over SHA-256.',
    of: ['both', 'SHA-256', 'MD5'],
    default: 'both',
    appliesWhen: accepting,
  }),
  calledIn: choice({
    title: 'Called number in',
    help: 'In To, while the request names the Contact of the PBX (RFC 3261), or in the request as well.',
    of: ['to', 'request'],
    default: 'to',
    appliesWhen: accepting,
  }),
  callsOut: flag({
    title: 'Calls outside',
    help: 'The PBX may call outside numbers by the other trunks. Off: phones here and emergency numbers only.',
    default: false,
    appliesWhen: accepting,
  }),
  transport: choice({ title: 'Transport', help: 'How SIP is carried.', of: ['udp', 'tcp'], default: 'udp' }),
  domain: optionalText({
    title: 'Domain',
    help: 'Domain of the SIP addresses of the accounts; empty means the address above. Of a PBX that registers with us: the name by which it calls us; empty: any.',
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
    help: 'Asked of the softswitch; of a PBX that registers with us the longest that it gets.',
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
    help: 'As events (RFC 4733), by SIP INFO, or in the audio.',
    of: ['event', 'info', 'inBand'],
    default: 'event',
  }),
  overlap: flag({
    title: 'Overlap dialling',
    help: 'Where it finds a number incomplete (484), the caller may dial on, and it is asked for the longer number.',
    default: false,
  }),
  codecs: v.optional(
    v.pipe(
      v.array(v.picklist(['PCMA', 'PCMU'], 'must be PCMA or PCMU')),
      v.minLength(1, 'must name at least one codec'),
      v.maxLength(2, 'must name each codec once'),
      v.title('Codecs'),
      v.description('In order of preference.'),
      v.metadata({ ordered: true }),
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
  role: choice({
    title: 'Role',
    help: 'Protect: tried only after all others failed or are full.',
    of: ['normal', 'protect'],
    default: 'normal',
  }),
  group: optionalText({
    title: 'Group',
    help: 'Trunk group it belongs to; empty: none.',
    max: 32,
    default: '',
    form: nameOrNothing,
  }),
  cpsLimit: whole({ title: 'New calls a second', help: '0 = no limit.', min: 0, max: 100, default: 0 }),
  emergency: flag({
    title: 'For emergency calls',
    help: 'The provider takes emergency calls from here and knows this address. Tried before other trunks.',
    default: false,
  }),
  sosUrn: flag({
    title: 'Takes urn:service:sos',
    help: 'Emergency calls are asked for as urn:service:sos (RFC 5031); the number stays in To. Off: by the number alone.',
    default: false,
  }),
  location: choice({
    title: 'Takes the location',
    help: 'With emergency calls (RFC 6442): the address of the phone itself, or where it can be fetched.',
    of: ['none', 'value', 'reference'],
    default: 'none',
  }),
  lock: choice({
    title: 'Lock',
    help: 'No call leaves over it, none comes in either, or calls that are up go on and new ones do not. Emergency calls pass.',
    of: ['none', 'noOutgoing', 'all', 'drain'],
    default: 'none',
  }),
  lockUntil: optionalText({
    title: 'Locked until',
    help: 'Date and time such as 2027-12-24 18:00, by the time zone of the first calendar, when the lock ends by itself; empty: never.',
    max: 19,
    default: '',
    form: dateAndTimeOrNothing,
    appliesWhen: { setting: 'lock', is: ['noOutgoing', 'all', 'drain'] },
  }),
  techPrefix: optionalText({
    title: 'Tech prefix',
    help: 'Put before every number that is sent; records show the number without it.',
    max: 16,
    default: '',
    form: { is: /^[0-9*#]*$/, words: 'must be digits, * and #' },
  }),
  transforms: v.optional(v.pipe(v.array(transform), v.maxLength(32, 'must have at most 32 rules')), []),
  rates: optionalText({ title: 'Rates', help: 'Rate table; empty: none.', max: 32, default: '', form: nameOrNothing }),
  ratesOut: optionalText({
    title: 'Rates outside hours',
    help: 'Rate table outside the hours of the calendar below; empty: the same.',
    max: 32,
    default: '',
    form: nameOrNothing,
  }),
  rateCalendar: optionalText({
    title: 'Calendar of the rates',
    help: 'Empty: the first table always.',
    max: 32,
    default: '',
    form: nameOrNothing,
  }),
  interface: optionalText({
    title: 'Network path',
    help: 'Network interface that it is bound to, such as eth0 or wwan0; empty: as the system routes.',
    max: 15,
    default: '',
    form: { is: /^[A-Za-z0-9._-]*$/, words: 'must be the name of an interface' },
  }),
});
