import type { CallInWords, LabView, MailboxView, OperationInfo } from '../../firmware/control/api/wire.ts';
import type { StatusView } from '../../firmware/control/status/view.ts';

import { rehearsalVerbs } from './fixture-rehearsal.ts';

/** Half past two on a Tuesday in March. */
export const NOW = Date.UTC(2027, 2, 16, 14, 30);
const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;

const trunk = (id: string, priority: number): StatusView['trunks'][number] => ({
  id,
  host: `${id}.softswitch.example`,
  transport: 'udp',
  priority,
  health: 'up',
  why: '',
  callsUp: priority === 1 ? 2 : 0,
  callLimit: 8,
  figures: {
    recent: { attempts: 100, answered: 71, asr: 0.71, acdS: 164, pddMs: 1480 },
    kept: { attempts: 1834, answered: 1297, asr: 0.7, acdS: 158, pddMs: 1510 },
  },
  registrations: [
    { account: 'reception', registered: true, sentence: '' },
    { account: 'workshop', registered: true, sentence: '' },
  ],
});

const phone = (number: number, is: StatusView['ports'][number]['is'], waiting = 0): StatusView['ports'][number] => ({
  line: `line/${number}`,
  kind: 'fxs',
  card: 'simulated',
  port: `phone/${number}`,
  extension: String(10 + number),
  is,
  cause: '',
  waiting,
  simulated: true,
});

/** Everything works, two people talk. */
export const goodStatus: StatusView = {
  at: NOW,
  box: { name: 'Town hall', build: '8a3f52b4c1d2 2027-03-16T09:00:00Z', upS: 3 * 86_400 + 4000 },
  engine: 'in service',
  ports: [
    phone(1, 'in a call'),
    phone(2, 'idle', 2),
    phone(3, 'ringing'),
    phone(4, 'off hook'),
    { ...phone(5, 'idle'), kind: 'fxo', port: 'exchange/1', extension: '' },
    { ...phone(6, 'idle'), kind: 'fxo', port: 'exchange/2', extension: '' },
  ],
  trunks: [trunk('primary', 1), trunk('secondary', 2)],
  calls: [
    {
      call: 'call/1',
      from: { kind: 'phone', id: 'line/1', number: '11', name: 'Reception' },
      dialled: '5550100',
      is: 'talking',
      to: { kind: 'trunk', id: 'primary', number: '5550100' },
      forS: 187,
    },
    {
      call: 'call/2',
      from: { kind: 'trunk', id: 'primary', number: '+1 202 555 0143' },
      dialled: '13',
      is: 'alerting',
      to: { kind: 'phone', id: 'line/3', number: '13' },
      forS: 6,
    },
  ],
  alarms: [],
};

/** The first softswitch is silent, an account of the second has a wrong password, a port is out. */
export const badStatus: StatusView = {
  ...goodStatus,
  calls: [],
  trunks: [
    {
      ...trunk('primary', 1),
      callsUp: 0,
      health: 'down',
      why: 'Silent since 14:21: three probes without an answer.',
      registrations: [
        { account: 'reception', registered: false, sentence: 'The softswitch does not answer.' },
        { account: 'workshop', registered: false, sentence: 'The softswitch does not answer.' },
      ],
    },
    {
      ...trunk('secondary', 2),
      registrations: [
        { account: 'reception', registered: true, sentence: '' },
        {
          account: 'workshop',
          registered: false,
          sentence: 'The password was not accepted. Compare it with that of the provider.',
        },
      ],
    },
    { ...trunk('backup', 3), blocked: { by: 'page', minutesLeft: 25 }, registrations: [] },
  ],
  ports: goodStatus.ports.map((port) =>
    port.line === 'line/4'
      ? { ...port, is: 'out of service' as const, cause: 'the card does not answer' }
      : port.line === 'line/6'
        ? { ...port, is: 'no line' as const, cause: 'no battery on the line' }
        : { ...port, is: 'idle' as const },
  ),
  alarms: [
    {
      id: 'trunkDown/primary',
      kind: 'trunkDown',
      severity: 'critical',
      text: 'The softswitch primary does not answer. Calls take the other ways.',
      cause: 'Three probes in one second without an answer.',
      remedy: 'Check the network and the address of the softswitch; ask its operator.',
      happened: false,
      since: NOW - 9 * MINUTE_MS,
    },
    {
      id: 'controlRestarted',
      kind: 'controlRestarted',
      severity: 'warning',
      text: 'The control plane was restarted.',
      cause: '0 calls were ended',
      remedy: 'If it repeats, keep the log of that time and show it to whoever looks after the box.',
      happened: true,
      since: NOW - 3 * 3600_000,
    },
  ],
};

/** No softswitch is set up yet, as after unpacking. */
export const freshStatus: StatusView = {
  ...goodStatus,
  box: { ...goodStatus.box, upS: 42 },
  trunks: [],
  calls: [],
  ports: goodStatus.ports.map((port) => ({ ...port, is: 'idle' as const, cause: '', waiting: 0 })),
};

type Attempt = CallInWords['record']['attempts'][number];

const attempt = (id: string, kind: Attempt['target']['kind'], cause: Attempt['cause'], afterMs: number): Attempt => ({
  attempt: id,
  target: { kind, id: kind === 'trunk' ? id : 'line/5', number: '5550100' },
  why: 'first in order',
  afterMs,
  lastedMs: 1200,
  ...(cause ? { cause } : {}),
});

const call = (
  count: number,
  part: Partial<CallInWords['record']>,
  words: Omit<CallInWords, 'record'>,
): CallInWords => ({
  ...words,
  record: {
    id: `call/${count}@${NOW - count * 47 * MINUTE_MS}`,
    at: NOW - count * 47 * MINUTE_MS,
    from: { kind: 'phone', id: 'line/1', number: '11' },
    dialled: '5550100',
    attempts: [],
    lastedMs: 30_000,
    endedBy: 'caller',
    cause: 'hungUp',
    sentence: 'the call was ended by hanging up',
    ...part,
  },
});

const overSecond = (count: number): CallInWords =>
  call(
    count,
    {
      attempts: [attempt('primary', 'trunk', 'serverSilent', 20), attempt('secondary', 'trunk', 'answered', 1240)],
      answeredAfterMs: 4200,
      talkedMs: 222_000,
    },
    {
      title: 'Phone 11 called 5550100',
      attempts: [
        'After 0.0 s softswitch primary was tried, as it is first in order: no answer within 1.2 s.',
        'After 1.2 s softswitch secondary was tried, as primary did not answer: it rang and was answered.',
      ],
      end: 'Phone 11 hung up after 3 minutes and 42 seconds.',
    },
  );

const toMailbox = (count: number): CallInWords =>
  call(
    count,
    {
      from: { kind: 'line', id: 'line/5', number: '2025550143' },
      dialled: '12',
      attempts: [attempt('a', 'phone', 'noAnswer', 10), attempt('b', 'mailbox', 'answered', 20_010)],
      answeredAfterMs: 20_050,
      talkedMs: 14_000,
    },
    {
      title: '202 555 0143 called phone 12 over exchange line 5',
      attempts: ['Phone 12 rang for 20 seconds; nobody answered.', 'The mailbox of phone 12 took the call.'],
      end: 'The caller hung up and left a message of 14 seconds.',
    },
  );

const failed = (count: number): CallInWords =>
  call(
    count,
    {
      dialled: '0049301234567',
      attempts: [attempt('primary', 'trunk', 'serverFailed', 15), attempt('secondary', 'trunk', 'forbidden', 90)],
      endedBy: 'gateway',
      cause: 'forbidden',
    },
    {
      title: 'Phone 13 called 0049301234567',
      attempts: [
        'Softswitch primary was tried: it answered 503, it is overloaded.',
        'Softswitch secondary was tried: it answered 403, it forbids the call.',
      ],
      end: 'The phone heard the congestion tone: the softswitch forbids the call.',
    },
  );

/** Ninety calls of three kinds, newest first. */
export const calls: readonly CallInWords[] = Array.from({ length: 90 }, (_, index) =>
  [overSecond, toMailbox, failed][index % 3]!(index + 1),
);

export const mailboxes: readonly MailboxView[] = [
  {
    mailbox: 'line/2',
    extension: '12',
    mode: 'outage',
    usedS: 74,
    quotaS: 1200,
    greeting: 'own',
    locked: false,
    messages: [
      {
        id: 'm3',
        at: NOW - 20 * MINUTE_MS,
        from: { number: '2025550143', name: 'Ada Miller' },
        seconds: 14.2,
        is: 'new',
      },
      { id: 'm2', at: NOW - DAY_MS, from: { number: '' }, seconds: 41, is: 'new' },
      { id: 'm1', at: NOW - 6 * DAY_MS, from: { number: '2025550188' }, seconds: 19, is: 'kept' },
    ],
  },
  {
    mailbox: 'line/3',
    extension: '13',
    mode: 'always',
    usedS: 1200,
    quotaS: 1200,
    greeting: 'spoken',
    locked: true,
    messages: [{ id: 'm9', at: NOW - 2 * DAY_MS, from: { number: '13' }, seconds: 8, is: 'kept' }],
  },
  {
    mailbox: 'line/1',
    extension: '11',
    mode: 'outage',
    usedS: 0,
    quotaS: 1200,
    greeting: 'spoken',
    locked: false,
    messages: [],
  },
];

const trunkArgument = {
  path: 'trunk',
  kind: 'text',
  title: 'Softswitch',
  help: 'Short name of the softswitch.',
  min: 1,
} as const;

const verb = (name: string, title: string, help: string, rest: Partial<OperationInfo> = {}): OperationInfo => ({
  name,
  title,
  help,
  arguments: [],
  deadlineMs: 30_000,
  disturbs: false,
  ...rest,
});

export const operations: readonly OperationInfo[] = [
  ...rehearsalVerbs,
  verb('test-call', 'Test call', 'Calls a number over a softswitch and says how far it came.', {
    arguments: [
      trunkArgument,
      { path: 'number', kind: 'text', title: 'Number', help: 'What is dialled there.', min: 1, max: 32 },
      {
        path: 'seconds',
        kind: 'number',
        title: 'Length',
        help: 'Ends by itself after it.',
        unit: 's',
        min: 1,
        max: 60,
        default: 10,
      },
    ],
  }),
  verb('analyse-registration', 'Check registration', 'Registers once more and says in words what came of it.', {
    arguments: [
      trunkArgument,
      { path: 'account', kind: 'text', title: 'Account', help: 'Short name of the account.', min: 1 },
    ],
  }),
  verb('block-trunk', 'Block a softswitch', 'New calls take the other ways; calls that are up go on.', {
    arguments: [
      trunkArgument,
      {
        path: 'minutes',
        kind: 'number',
        title: 'For',
        help: '0: until it is unblocked.',
        unit: 'minutes',
        min: 0,
        max: 1440,
        default: 0,
      },
    ],
    disturbs: true,
  }),
  verb('unblock-trunk', 'Unblock a softswitch', 'New calls may take it again.', { arguments: [trunkArgument] }),
  verb('restart-control-plane', 'Restart the control plane', 'Calls that are up go on.', { disturbs: true }),
  verb('acknowledge-alarm', 'Acknowledge an alarm', 'It is known now.'),
  verb('keep-message', 'Keep a message', 'It is not new any more.'),
  verb('delete-message', 'Delete a message', 'It is gone.'),
  verb('unlock-mailbox', 'Unlock a mailbox', 'Its PIN can be tried again.'),
];

export const lab: LabView = {
  softswitches: [
    { id: 'primary', address: '127.0.0.1:5070', is: 'runs', bindings: 4, calls: 1 },
    { id: 'secondary', address: '127.0.0.1:5072', is: 'frozen', bindings: 4, calls: 0 },
  ],
  numbers: [
    { number: '600', does: 'Echo: you hear yourself' },
    { number: '601', does: 'A tone of 1004 Hz' },
    { number: '602', does: 'Calls you back after five seconds' },
  ],
};
