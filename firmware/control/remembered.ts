import { join } from 'node:path';
import type { Configuration } from '../config/schema.ts';
import type { Clock } from '../core/clock.ts';
import type { Log } from '../core/log.ts';
import type { Runner } from '../core/runner.ts';
import { type CallGoingOn, Ledger } from './ledger/ledger.ts';
import type { GoesOn } from './records/call-records.ts';
import { dateIn } from './routing/calendar.ts';
import { timeIsKnown } from './system/time-known.ts';

export type RememberedOptions = {
  /** Folder of what is kept over restarts. */
  readonly data: string;
  readonly clock: Clock;
  readonly log: Log;
  readonly runner: Runner;
  readonly configuration: () => Configuration;
  readonly damaged: (why: string) => void;
};

/** Opens what routing remembers of calls before. */
export const openLedger = ({ data, clock, log, runner, configuration, damaged }: RememberedOptions): Promise<Ledger> =>
  Ledger.open({
    ...{ folder: join(data, 'ledger'), clock, log },
    onDamage: ({ path, why, evidence }) => damaged(`store-damaged: ${path}: ${why}; kept as ${evidence}`),
    wallTime: () => ({ ms: clock.wall(), sure: timeIsKnown(clock.wall()) }),
    dayOf: (ms) => dateIn(zoneOf(configuration()), ms),
    suddenCalls: () => configuration().tollGuard.suddenCalls,
    state: (fact) => runner.outward(() => runner.cascade(() => runner.fact(fact))),
  });

/** Whose midnight is that of the box: that of the night lock, else of its first calendar, else of its system. */
const zoneOf = ({ calendars, tollGuard }: Configuration): string =>
  (calendars.find(({ id }) => id === tollGuard.nightCalendar) ?? calendars[0])?.timeZone ??
  Intl.DateTimeFormat().resolvedOptions().timeZone;

/** A call that goes on, as the ledger counts it; undefined for one that nobody has answered yet. */
export const goingOn = ({ call, record }: GoesOn, wallMs: number): CallGoingOn | undefined => {
  const answered = record.attempts.find(({ cause }) => cause === 'answered');
  if (answered === undefined || record.answeredAfterMs === undefined) return undefined;
  const { from, dialled, at, answeredAfterMs } = record;
  const { attempt, shows, toll } = answered;
  const talkedMs = Math.max(0, wallMs - at - answeredAfterMs);
  const about = { ...(shows === undefined ? {} : { shows }), ...(toll === undefined ? {} : { toll }) };
  return { call, from, dialled, attempt, talkedMs, ...about };
};
