import { after, type Instant, type Machine } from '../../core/machine.ts';
import type { MessageIndex, Stored } from './message-index.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/** When the mailboxes are gone through next. */
export type Retention = { readonly sweepAt: Instant };
export type RetentionEffect = { readonly do: 'sweep' };

/** At start and once a day. */
export const retentionMachine: Machine<Retention, never, RetentionEffect> = {
  step: (_, __, now) => ({ state: { sweepAt: after(now, DAY_MS) }, effects: [{ do: 'sweep' }] }),
  deadline: ({ sweepAt }) => sweepAt,
};

/** 2023-01-01 00:00 UTC: no gateway stood anywhere before, a wall clock that says so has not been set. */
export const EARLIEST_WALL = 1_672_531_200_000;

/**
 * Whether messages may be deleted by this clock. `seen` is what it said at the sweep before; one that was not set or
 * has leaped since (a day back, two days on) must say the same for a day before it is believed.
 */
export const clockIsSound = (seen: number | undefined, wall: number): boolean =>
  wall >= EARLIEST_WALL && seen !== undefined && wall > seen - HOUR_MS && wall < seen + 2 * DAY_MS;

const isSet = (at: number): boolean => at >= EARLIEST_WALL;

/** Messages whose time has come. One that was taken by a clock that was not set ages from the first sweep that knows. */
export const expiredOf = (index: MessageIndex, wall: number, retentionDays: number): readonly string[] =>
  index.messages
    .filter(({ at, agesFrom }) => {
      const from = agesFrom ?? at;
      return isSet(from) && wall - from > retentionDays * DAY_MS;
    })
    .map(({ id }) => id);

/** The same index with a begin for what has no age yet; the very same if there is no such message. */
export const withAges = (index: MessageIndex, wall: number): MessageIndex => {
  const ageless = ({ at, agesFrom }: Stored) => agesFrom === undefined && (!isSet(at) || at > wall + DAY_MS);
  if (!index.messages.some(ageless)) return index;
  return { ...index, messages: index.messages.map((each) => (ageless(each) ? { ...each, agesFrom: wall } : each)) };
};
