import { after, type Instant, type Lapse, type Machine, type Step } from '../../core/machine.ts';
import type { Cause } from '../failure.ts';
import type { LegCommand, LegEvent, LegId } from '../leg/leg.ts';

/** A phone that is wanted back for its party is tried again so often while it is busy. */
const TRY_AGAIN_MS = 2_000;

/**
 * A phone has transferred: its two legs, `held` in the first call and `second` in the other, are joined back to back.
 * Each call keeps its own legs, record and charges; what one end does is told to the other call by this machine.
 *
 *     ringing ── answered ──► joined ── either end gone ──► over
 *        └─ not answered ──► returning ── the phone takes it back ──► over
 */
export type Transfer = { readonly held: LegId; readonly second: LegId; readonly line: string } & (
  | { readonly phase: 'ringing'; readonly until: Instant }
  | { readonly phase: 'joined' }
  /** The second one has failed: the phone is rung back for its party, as soon as it is idle. */
  | { readonly phase: 'returning'; readonly tryAt: Instant; readonly until: Instant }
  | { readonly phase: 'over' }
);

export type TransferEvent =
  | { readonly type: 'command'; readonly command: LegCommand }
  /** The phone rings for the party, whose leg is the phone's again. */
  | { readonly type: 'taken' };
export type TransferEffect =
  | { readonly tell: LegEvent }
  /** The two ends hear each other from here on. */
  | { readonly do: 'join' }
  /** The second call came to nothing. */
  | { readonly do: 'returned' }
  | { readonly do: 'recall' };
type Out = Step<Transfer, TransferEffect>;

const stay = (state: Transfer, ...effects: TransferEffect[]): Out => ({ state, effects });
const over = ({ held, second, line }: Transfer, ...effects: TransferEffect[]): Out => ({
  state: { held, second, line, phase: 'over' },
  effects,
});
const released = (leg: LegId, cause: Cause): TransferEffect => ({ tell: { type: 'released', leg, cause } });

/** `waitMs`: so long the held party waits, for the second one to answer, and for the phone to take it back. */
export const transferMachine = (waitMs: () => number): Machine<Transfer, TransferEvent, TransferEffect> => ({
  step: (transfer, event, now) => {
    switch (transfer.phase) {
      case 'ringing':
        return ringing(transfer, event, waitMs(), now);
      case 'joined':
        return joined(transfer, event);
      case 'returning':
        return returning(transfer, event, now);
      case 'over':
        return stay(transfer);
    }
  },
  deadline: (transfer) => {
    if (transfer.phase === 'ringing') return transfer.until;
    return transfer.phase === 'returning' ? transfer.tryAt : undefined;
  },
  over: ({ phase }) => phase === 'over',
});

/** Attended: the two are joined at once. Blind: the held party hears it ring. */
export const beginTransfer = (
  legs: Pick<Transfer, 'held' | 'second' | 'line'>,
  answered: boolean,
  waitMs: number,
  now: Instant,
): Out =>
  answered
    ? join(legs)
    : stay(
        { ...legs, phase: 'ringing', until: after(now, waitMs) },
        { tell: { type: 'alerting', leg: legs.held, media: false } },
      );

const join = ({ held, second, line }: Pick<Transfer, 'held' | 'second' | 'line'>): Out =>
  stay({ held, second, line, phase: 'joined' }, { do: 'join' }, { tell: { type: 'retrieve', leg: held } });

const legOf = (command: LegCommand): LegId =>
  command.do === 'release' || command.do === 'setup' ? command.leg : command.leg.leg;

type In<P extends Transfer['phase']> = Extract<Transfer, { phase: P }>;

function ringing(transfer: In<'ringing'>, event: TransferEvent | Lapse, waitMs: number, now: Instant): Out {
  const { held, second } = transfer;
  if (event.type === 'lapse') {
    return now < transfer.until ? stay(transfer) : failed(transfer, 'noAnswer', waitMs, now);
  }
  if (event.type !== 'command') return stay(transfer);
  const { command } = event;
  if (command.do === 'release') {
    if (command.leg === second) return failed(transfer, command.cause, waitMs, now);
    return over(transfer, released(held, command.cause), released(second, 'hungUp'));
  }
  return command.do === 'connect' && legOf(command) === second ? join(transfer) : stay(transfer);
}

const failed = ({ held, second, line }: Transfer, cause: Cause, waitMs: number, now: Instant): Out =>
  stay(
    { held, second, line, phase: 'returning', tryAt: after(now, TRY_AGAIN_MS), until: after(now, waitMs) },
    { do: 'returned' },
    released(second, cause),
    // the hold tone again, instead of ringback
    { tell: { type: 'hold', leg: held } },
    { do: 'recall' },
  );

/** What one end does is what the phone would have done in the other call. */
function joined(transfer: In<'joined'>, event: TransferEvent | Lapse): Out {
  if (event.type !== 'command') return stay(transfer);
  const { command } = event;
  const { held, second } = transfer;
  const leg = legOf(command);
  const other = leg === held ? second : held;
  switch (command.do) {
    case 'release':
      return over(transfer, released(leg, command.cause), released(other, command.cause));
    case 'digit':
      return stay(transfer, { tell: { type: 'digit', leg: other, digit: command.digit } });
    case 'hold':
    case 'resume':
      return stay(transfer, { tell: { type: command.do === 'hold' ? 'hold' : 'retrieve', leg: other } });
    case 'alert':
      return stay(transfer, { tell: { type: 'alerting', leg: other, media: false } });
    default:
      return stay(transfer);
  }
}

function returning(transfer: In<'returning'>, event: TransferEvent | Lapse, now: Instant): Out {
  const { held } = transfer;
  if (event.type === 'taken') return over(transfer);
  if (event.type === 'command') {
    const { command } = event;
    return command.do === 'release' ? over(transfer, released(held, command.cause)) : stay(transfer);
  }
  if (now >= transfer.until) return over(transfer, released(held, 'noAnswer'));
  if (now < transfer.tryAt) return stay(transfer);
  return stay({ ...transfer, tryAt: after(now, TRY_AGAIN_MS) }, { do: 'recall' });
}
