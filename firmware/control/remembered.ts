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
    phones: () => configuration().lines.flatMap(({ id, kind }) => (kind === 'fxs' ? [id] : [])),
    state: (fact) => runner.outward(() => runner.cascade(() => runner.fact(fact))),
  });

/** Whose midnight is that of the box: that of the night lock, else of its first calendar, else of its system. */
const zoneOf = ({ calendars, tollGuard }: Configuration): string =>
  (calendars.find(({ id }) => id === tollGuard.nightCalendar) ?? calendars[0])?.timeZone ??
  Intl.DateTimeFormat().resolvedOptions().timeZone;

/** A call that goes on, as the ledger counts it. */
export const goingOn = ({ call, record }: GoesOn, wallMs: number): CallGoingOn => {
  const { from, dialled, at, answeredAfterMs, emergency = false } = record;
  const isUp = answeredAfterMs !== undefined;
  const attempts = record.attempts.filter(({ cause }) => cause === (isUp ? 'answered' : undefined));
  const [first] = attempts;
  const about = attempts.map(({ attempt, shows, toll }) => {
    return [attempt, { ...(shows === undefined ? {} : { shows }), ...(toll === undefined ? {} : { toll }) }] as const;
  });
  const talkedMs = isUp ? Math.max(0, wallMs - at - answeredAfterMs) : 0;
  const answered = isUp && first !== undefined ? { answered: { attempt: first.attempt, talkedMs } } : {};
  return { call, from, dialled, emergency, attempts: Object.fromEntries(about), ...answered };
};
