import type { Cause } from '../../firmware/control/failure.ts';

/**
 * What is expected of a call out by the primary softswitch (a secondary stands beside it) when the primary fails: each
 * fault at each moment. This table was written before what fulfils it; `docs/fault-matrix.md` is made from it.
 */
export const faults = [
  'silent',
  'frozen and thawed',
  'ICMP unreachable',
  'TCP reset',
  'TLS stall',
  '503',
  '503 + Retry-After',
  '403',
  '480',
  '486',
  '603',
  '100 then silence',
  '180 then silence',
  '183 then silence',
  'DNS gone',
  'link down',
] as const;
export type Fault = (typeof faults)[number];

export const moments = ['idle', 'before INVITE', 'before 18x', 'ringing', 'in call'] as const;
export type Moment = (typeof moments)[number];

/** What each moment is, for the page. */
export const momentIs: Readonly<Record<Moment, string>> = {
  idle: 'no call is up, and the fault has lasted until the box had time to see it; then the call is dialled',
  'before INVITE': 'the fault is there when the first INVITE comes, and nothing was known of it',
  'before 18x': 'the primary has taken the INVITE with 100; the fault comes before anything rings',
  ringing: 'the primary has sent 180; the fault comes before the answer',
  'in call': 'the primary has answered and was acknowledged; the fault comes while both speak',
};

/**
 * When an attempt begins, from the last key: `at once`; after the silence budget; after the progress budget; when the
 * end of the cancelled attempt was waited for after that.
 */
export type After = 'at once' | 'silence budget' | 'progress budget' | 'progress budget and end';

export type Attempted = {
  readonly by: 'primary' | 'secondary';
  readonly after: After;
  /** What the record says of its end. */
  readonly end: Cause | 'answered';
  readonly status?: number;
};

/**
 * How the call went at a softswitch, as a capture shows it. `nothing`: no INVITE. `unanswered`: an INVITE without any
 * answer before the fault ended, and so without a CANCEL. `woken`: its late challenge was acknowledged and not
 * answered. `refused`: its final answer was acknowledged. `broken`: the connection was lost, nothing can be said.
 * `cut off`: the link was down, so that it heard no CANCEL and no BYE. `cancelled`: CANCEL, answered. `cancel unanswered`: CANCEL into silence. `answered`: 200, ACK, and at the end a BYE
 * that was answered. `bye unanswered`: the same, the BYE into silence.
 */
export type Saw =
  | 'nothing'
  | 'unanswered'
  | 'woken'
  | 'refused'
  | 'broken'
  | 'cut off'
  | 'cancelled'
  | 'cancel unanswered'
  | 'answered'
  | 'bye unanswered';

/** What the caller hears one after the other; a sentence by its name in `profiles/sentence/names.ts`. */
export type Heard =
  | 'callee'
  | 'ringback'
  | 'early audio'
  | 'busy'
  | 'congestion'
  | 'notAllowed'
  | 'notReachable'
  | 'allLinesBusy'
  | 'noWayOut';

export type Expected = {
  readonly attempts: readonly Attempted[];
  readonly primary: Saw;
  readonly secondary: Saw;
  readonly hears: readonly Heard[];
  readonly cause: Cause;
  readonly endedBy: 'caller' | 'callee' | 'gateway';
  /** The next call, dialled at once, does not ask the primary. */
  readonly nextCallSkipsPrimary?: true;
  readonly why: string;
};
/** A cell that cannot exist, and why. */
export type Impossible = { readonly cannot: string };
export type Cell = Expected | Impossible;
export const isExpected = (cell: Cell): cell is Expected => !('cannot' in cell);

// ── endings that many cells have in common ──────────────────────────────────────────────────────

type Ending = Omit<Expected, 'why'>;

const takenByPrimary: Ending = {
  attempts: [{ by: 'primary', after: 'at once', end: 'answered' }],
  primary: 'answered',
  secondary: 'nothing',
  hears: ['callee'],
  cause: 'hungUp',
  endedBy: 'caller',
};
const skipsPrimary: Ending = {
  attempts: [{ by: 'secondary', after: 'at once', end: 'answered' }],
  primary: 'nothing',
  secondary: 'answered',
  hears: ['callee'],
  cause: 'hungUp',
  endedBy: 'caller',
};
/** The secondary takes it, so much later, after the primary has ended so. */
const goesOn = (after: After, primary: Saw, end: Cause, status?: number): Ending => ({
  ...skipsPrimary,
  attempts: [
    { by: 'primary', after: 'at once', end, ...(status === undefined ? {} : { status }) },
    { by: 'secondary', after, end: 'answered' },
  ],
  primary,
});
/** The callee, or the softswitch for it, has spoken: nobody else is asked. */
const stops = (primary: Saw, cause: Cause, hears: readonly Heard[], status?: number): Ending => ({
  attempts: [{ by: 'primary', after: 'at once', end: cause, ...(status === undefined ? {} : { status }) }],
  primary,
  secondary: 'nothing',
  hears,
  cause,
  endedBy: 'callee',
});

const because = (ending: Ending, why: string): Expected => ({ ...ending, why });
const cannot = (why: string): Impossible => ({ cannot: why });
const row = (...cells: readonly [Cell, Cell, Cell, Cell, Cell]): Readonly<Record<Moment, Cell>> => {
  const [idle, beforeInvite, before18x, ringing, inCall] = cells;
  return { idle, 'before INVITE': beforeInvite, 'before 18x': before18x, ringing, 'in call': inCall };
};

// ── rows ────────────────────────────────────────────────────────────────────────────────────────

const noInvite = cannot('it is an answer to an INVITE, and while no call is up there is none; the next column is that');
const settled = cannot('the INVITE has had its final answer; no other can follow (RFC 3261 §13.3.1)');
const rangOut = (cancel: Saw): Ending => stops(cancel, 'noAnswer', ['ringback', 'busy']);
const noSecondRing = 'a phone may be ringing, so nobody else is asked';

/** A final answer of the primary that speaks of the callee. */
const callee = (status: number, cause: Cause, ...hears: readonly Heard[]) =>
  row(
    noInvite,
    because(stops('refused', cause, hears, status), 'a stop code'),
    because(stops('refused', cause, hears, status), 'a stop code, after 100'),
    because(stops('refused', cause, ['ringback', ...hears], status), 'a stop code, after 180'),
    settled,
  );

const unavailable = (more: Pick<Expected, 'nextCallSkipsPrimary'>) =>
  row(
    because(skipsPrimary, 'probes and registrations are answered 503 too: it is known to be down or held'),
    because({ ...goesOn('at once', 'refused', 'congestion', 503), ...more }, 'not the callee but the way is refused'),
    because({ ...goesOn('at once', 'refused', 'congestion', 503), ...more }, 'nothing rings yet'),
    because(
      { ...stops('refused', 'congestion', ['ringback', 'allLinesBusy', 'congestion'], 503), ...more },
      'no second trunk after 180',
    ),
    settled,
  );

const tls = cannot('no trunk speaks TLS yet: this row is filled in with the transport');
const untouched = (why: string) => because(takenByPrimary, why);
const nameKept = 'the last good address of a name stays; the flow is open and needs no name';

export const table: Readonly<Record<Fault, Readonly<Record<Moment, Cell>>>> = {
  silent: row(
    because(skipsPrimary, 'probes went unanswered: known to be down, it costs no time'),
    because(goesOn('silence budget', 'unanswered', 'serverSilent'), 'the silence budget; no CANCEL without a 1xx'),
    because(
      goesOn('progress budget and end', 'cancel unanswered', 'progressStalled'),
      '100 and then nothing: cancelled after the progress budget, and its end waited for',
    ),
    because(rangOut('cancel unanswered'), noSecondRing),
    because({ ...takenByPrimary, primary: 'bye unanswered' }, 'audio goes on: silence of signalling ends no call'),
  ),
  'frozen and thawed': row(
    because(skipsPrimary, 'still frozen: known to be down; what was asked of it meanwhile rings nobody when it thaws'),
    because(
      goesOn('silence budget', 'woken', 'serverSilent'),
      'thawed after the secondary has answered: its late challenge is acknowledged and not answered, nobody rings twice',
    ),
    untouched('thawed within the progress budget: the call goes on where it is'),
    untouched('thawed while it rings: answered there'),
    untouched('the call has not noticed'),
  ),
  'ICMP unreachable': row(
    because(skipsPrimary, 'probes went unanswered: known to be down'),
    because(
      goesOn('silence budget', 'unanswered', 'serverSilent'),
      'the flow’s socket is not connected, so ICMP is not seen: the silence budget decides',
    ),
    because(goesOn('progress budget and end', 'cancel unanswered', 'progressStalled'), 'as with silence'),
    because(rangOut('cancel unanswered'), noSecondRing),
    because({ ...takenByPrimary, primary: 'bye unanswered' }, 'audio goes on'),
  ),
  'TCP reset': row(
    untouched('the connection was opened and registered anew'),
    because(goesOn('at once', 'broken', 'serverUnreachable'), 'the connection was lost with the INVITE on it'),
    because(goesOn('at once', 'broken', 'serverUnreachable'), 'lost before anything rang'),
    because(stops('broken', 'serverUnreachable', ['ringback', 'noWayOut', 'congestion']), noSecondRing),
    untouched('audio goes on; the BYE goes over the new connection'),
  ),
  'TLS stall': row(tls, tls, tls, tls, tls),
  '503': unavailable({}),
  '503 + Retry-After': unavailable({ nextCallSkipsPrimary: true }),
  '403': row(
    because(
      goesOn('at once', 'refused', 'forbidden', 403),
      'registrations are refused too: without a binding it is the account that is forbidden, not the callee',
    ),
    because(stops('refused', 'forbidden', ['notAllowed', 'congestion'], 403), 'our binding is good: a stop code'),
    because(stops('refused', 'forbidden', ['notAllowed', 'congestion'], 403), 'our binding is good, after 100'),
    because(stops('refused', 'forbidden', ['ringback', 'notAllowed', 'congestion'], 403), 'after 180'),
    settled,
  ),
  '480': callee(480, 'unavailable', 'notReachable', 'busy'),
  '486': callee(486, 'busy', 'busy'),
  '603': callee(603, 'declined', 'busy'),
  '100 then silence': row(
    noInvite,
    because(
      goesOn('progress budget', 'cancelled', 'progressStalled'),
      'the progress budget; the softswitch lives and answers the CANCEL',
    ),
    cannot('the 100 is this moment: it is the column before'),
    cannot('180 has been sent; no 100 follows it'),
    settled,
  ),
  '180 then silence': row(
    noInvite,
    because(rangOut('cancelled'), 'the ring time; the softswitch lives and answers the CANCEL'),
    cannot('with its 180 it is the column before'),
    cannot('the 180 is this moment: it is the column before INVITE'),
    settled,
  ),
  '183 then silence': row(
    noInvite,
    because(stops('cancelled', 'noAnswer', ['early audio', 'busy']), 'early audio is heard for the ring time'),
    cannot('with its 183 it is the column before'),
    because(
      stops('cancelled', 'noAnswer', ['ringback', 'early audio', 'busy']),
      'early audio takes the ringback’s place',
    ),
    settled,
  ),
  'DNS gone': row(
    untouched(nameKept),
    untouched(nameKept),
    untouched(nameKept),
    untouched(nameKept),
    untouched(nameKept),
  ),
  'link down': row(
    because(skipsPrimary, 'the kernel has said so: known to be down'),
    because(
      goesOn('silence budget', 'unanswered', 'serverSilent'),
      'the link goes down with the INVITE on it: at the latest the silence budget',
    ),
    because(
      goesOn('progress budget and end', 'cut off', 'progressStalled'),
      'at the latest the progress budget; a link that is down carries no CANCEL',
    ),
    because(rangOut('cut off'), noSecondRing),
    because(
      {
        ...takenByPrimary,
        ...{ primary: 'cut off', hears: ['callee', 'congestion'], cause: 'mediaLost', endedBy: 'callee' },
      },
      'no packet for 30 s: the callee’s side of the call is over, and the caller is told by the tone',
    ),
  ),
};

export type Place = { readonly fault: Fault; readonly moment: Moment; readonly expected: Expected };

/** Every cell that can exist, row by row. */
export const places: readonly Place[] = faults.flatMap((fault) =>
  moments.flatMap((moment) => {
    const cell = table[fault][moment];
    return isExpected(cell) ? [{ fault, moment, expected: cell }] : [];
  }),
);

/** Cells that also run with the timers as they are by default. */
export const fullTime: readonly (readonly [Fault, Moment])[] = [
  ['silent', 'idle'],
  ['silent', 'before INVITE'],
  ['silent', 'before 18x'],
  ['frozen and thawed', 'before INVITE'],
  ['ICMP unreachable', 'before INVITE'],
  ['TCP reset', 'before INVITE'],
  ['503 + Retry-After', 'before INVITE'],
  ['486', 'ringing'],
  ['100 then silence', 'before INVITE'],
  ['603', 'before INVITE'],
];
