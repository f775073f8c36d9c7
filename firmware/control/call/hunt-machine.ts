import { after, earliest, type Instant, isSome, type Some } from '../../core/machine.ts';
import type { Cause } from '../failure.ts';
import type { LegEvent, LegId } from '../leg/leg.ts';
import type { Attempt } from '../routing/attempt.ts';
import type { Reached } from '../routing/verdict.ts';
import { verdictOn } from '../routing/verdict.ts';
import { askToAccept, hushed, isAccepted } from './acceptance.ts';
import { startNext, wayIsFree } from './hunt-start.ts';
import {
  type Alerting,
  type Asker,
  type Common,
  close,
  closeAll,
  END_WAIT_MS,
  ended,
  type Held,
  type Hunt,
  type HuntEffect,
  type HuntEvent,
  type Incomplete,
  incompleteBy,
  lastCause,
  lose,
  lossBy,
  type Open,
  type Out,
  type Released,
  redirectedAttempt,
  release,
  type Seeking,
  type Spent,
  STOP_WAIT_MS,
} from './hunt-state.ts';
import { ringsUntil, upstreamLost } from './ring-time.ts';

/** Begins a hunt; it uses at most `spent.most` times the targets of an attempt as legs. */
export const beginHunt = (attempts: Some<Attempt>, spent: Spent, asker: Asker, now: Instant): Out =>
  startNext({ ...spent, phase: 'seeking', queue: attempts, tried: [], open: [] }, asker, now);

/** A hunt that begins later, with nothing to try before (and with nothing at all, which is lost at `giveUpAt`). */
export const pausedHunt = (attempts: readonly Attempt[], spent: Spent, startAt: Instant): Seeking => ({
  ...{ ...spent, phase: 'seeking', queue: attempts, tried: [], open: [] },
  startAt,
});

/** The next deadline of a hunt: every phase that waits has one. */
export const huntDeadline = (hunt: Hunt): Instant | undefined => {
  if (hunt.phase === 'alerting') return hunt.noAnswerAt;
  if (hunt.phase !== 'seeking') return undefined;
  const { giveUpAt, stop, startAt, clearing, open } = hunt;
  const budgets = open.map((one) => ('until' in one ? one.until : undefined));
  return earliest(giveUpAt, stop?.until, startAt, clearing?.until, ...budgets);
};

/**
 * Steps a hunt: events are those of its own legs, effects are `setup` and `release` and notes for the record.
 * The first 18x or 2xx wins; what else is open is released.
 */
export const stepHunt = (hunt: Hunt, event: HuntEvent, asker: Asker, now: Instant): Out => {
  if (event.type === 'abandon') return abandon(hunt, event.cause);
  if (event.type === 'cleared') return wayIsFree(hunt, event.call, asker, now);
  if (event.type === 'upstreamLost') return { state: upstreamLost(hunt, now), effects: [] };
  switch (hunt.phase) {
    case 'seeking':
      return event.type === 'lapse' ? lapsed(hunt, asker, now) : seeking(hunt, event, asker, now);
    case 'alerting':
      return event.type === 'lapse' ? unanswered(hunt, asker, now) : alerting(hunt, event, asker, now);
    default:
      return { state: hunt, effects: [] };
  }
};

// ── while nothing rings ─────────────────────────────────────────────────────────────────────────

function seeking(hunt: Seeking, event: LegEvent, asker: Asker, now: Instant): Out {
  const from = hunt.open.find((one) => one.legs.includes(event.leg));
  if (!from) return { state: hunt, effects: [] };
  if (event.type === 'released') return legGone(hunt, from, event, asker, now);
  if (from.heard === 'ending') return { state: hunt, effects: [] };
  switch (event.type) {
    case 'sent':
    case 'challenged':
      return { state: restartBudget(hunt, from, now), effects: [] };
    case 'proceeding':
      return { state: proceeding(hunt, from, now), effects: [] };
    case 'progress':
    case 'alerting':
      return commit(hunt, from, event.type, asker, now);
    case 'connect':
      return connected(hunt, from, event.leg, asker, othersClosed(hunt, from), now);
    default:
      return { state: hunt, effects: [] };
  }
}

const replace = (hunt: Seeking, old: Open, fresh: readonly Open[]): Seeking => ({
  ...hunt,
  open: hunt.open.flatMap((one) => (one === old ? fresh : [one])),
});

const restartBudget = (hunt: Seeking, from: Open, now: Instant): Seeking =>
  from.heard === 'nothing' ? replace(hunt, from, [{ ...from, until: after(now, from.attempt.silenceMs) }]) : hunt;

const proceeding = (hunt: Seeking, from: Open, now: Instant): Seeking => {
  if (from.heard === 'proceeding') return hunt;
  const { attempt, legs } = from;
  return replace(hunt, from, [{ attempt, legs, heard: 'proceeding', until: after(now, attempt.progressMs) }]);
};

const othersClosed = (hunt: Seeking, from: Open): HuntEffect[] =>
  closeAll(
    hunt.open.filter((one) => one !== from),
    'answeredElsewhere',
  );

function commit(hunt: Seeking, from: Open, reached: Alerting['reached'], asker: Asker, now: Instant): Out {
  const { open: _, stop: __, ...common } = hunt;
  const { attempt, legs } = from;
  const noAnswerAt = ringsUntil(attempt, asker, now);
  return {
    state: { ...common, phase: 'alerting', held: { attempt, legs }, reached, noAnswerAt },
    effects: othersClosed(hunt, from),
  };
}

/** Answered; an outside callee of a forwarded call has to accept it first. */
const connected = (
  hunt: Common,
  held: Held,
  leg: LegId,
  asker: Asker,
  others: readonly HuntEffect[],
  now: Instant,
): Out => (held.attempt.accept ? askToAccept(hunt, held, leg, asker, others, now) : won(leg, held, others));

function won(leg: LegId, held: Held, others: readonly HuntEffect[]): Out {
  const target = held.attempt.targets[held.legs.indexOf(leg)] ?? held.attempt.targets[0];
  const losers = held.legs.filter((other) => other !== leg);
  return {
    state: { phase: 'won', leg: { leg, is: 'connected' }, attempt: held.attempt.id, target },
    effects: [...others, ...release(losers, 'answeredElsewhere')],
  };
}

/** One leg of an attempt is over; the attempt is when its last leg is. */
function legGone(hunt: Seeking, from: Open, event: Released, asker: Asker, now: Instant): Out {
  const index = from.legs.indexOf(event.leg);
  const legs = from.legs.filter((leg) => leg !== event.leg);
  if (isSome(legs)) {
    const targets = from.attempt.targets.filter((_, at) => at !== index);
    if (!isSome(targets)) return { state: hunt, effects: [] };
    return { state: replace(hunt, from, [{ ...from, legs, attempt: { ...from.attempt, targets } }]), effects: [] };
  }
  const without = replace(hunt, from, []);
  if (from.heard === 'ending') return startNext(without, asker, now);
  return failed(without, from, event, asker, now);
}

function failed(
  hunt: Seeking,
  from: Held,
  event: Released,
  asker: Asker,
  now: Instant,
  reached: Reached = 'nothing',
): Out {
  const effects = [ended(from.attempt, event.cause, event)];
  const tried = [...hunt.tried, { attempt: from.attempt.id, cause: event.cause }];
  const followUp = redirectedAttempt(from.attempt, event, hunt.begun);
  const { bound, verdicts: overrides } = from.attempt;
  const { cause, status, q850 } = event;
  const judged = verdictOn({ cause, status, q850, reached, bound, overrides, redirected: followUp !== undefined });
  // S4: no stop code applies, not even after a phone rang.
  const verdict = hunt.emergency && judged === 'stop' ? 'next' : judged;
  const next: Seeking = { ...hunt, tried };
  if (verdict === 'stop') {
    const incomplete = reached === 'alerting' ? undefined : incompleteBy(from.attempt, event);
    return prefix(effects, stopped(next, event, incomplete, now));
  }
  const queue = verdict === 'follow' && followUp ? [followUp, ...hunt.queue] : hunt.queue;
  // A hedge that fails leaves the others to their own budgets; only when nothing is waited for the next one starts.
  const waits = hunt.open.some((one) => one.heard === 'nothing' || one.heard === 'proceeding');
  const state = { ...next, queue };
  return prefix(effects, waits && verdict !== 'follow' ? { state, effects: [] } : startNext(state, asker, now));
}

const prefix = (effects: readonly HuntEffect[], out: Out): Out => ({
  state: out.state,
  effects: [...effects, ...out.effects],
});

/** A stop code ends the hunt at once, or as soon as the hedged legs that are open have said their word. */
function stopped(hunt: Seeking, { cause }: Released, incomplete: Incomplete | undefined, now: Instant): Out {
  const stop = { cause, until: after(now, STOP_WAIT_MS), ...(incomplete ? { incomplete } : {}) };
  const state: Seeking = { ...hunt, stop: hunt.stop ?? stop };
  return state.open.some((one) => one.heard !== 'ending')
    ? { state, effects: [] }
    : lose(state, state.stop?.cause ?? cause, [], lossBy(state.stop));
}

// ── deadlines ───────────────────────────────────────────────────────────────────────────────────

function lapsed(hunt: Seeking, asker: Asker, now: Instant): Out {
  if (now >= hunt.giveUpAt) return giveUp(hunt);
  if (hunt.clearing && now >= hunt.clearing.until) return wayIsFree(hunt, hunt.clearing.call, asker, now);
  if (hunt.startAt !== undefined && now >= hunt.startAt) {
    const { startAt: _, ...begins } = hunt;
    return startNext(begins, asker, now);
  }
  if (hunt.stop && now >= hunt.stop.until && !hunt.open.some((one) => one.heard === 'proceeding')) return giveUp(hunt);
  const due = hunt.open.find((one) => 'until' in one && one.until <= now);
  if (!due) return { state: hunt.stop && now >= hunt.stop.until ? hold(hunt, now) : hunt, effects: [] };
  const { attempt, legs } = due;
  if (due.heard === 'nothing') {
    return startNext(replace(hunt, due, [{ attempt, legs, heard: 'outlived' }]), asker, now);
  }
  if (due.heard === 'ending') return startNext(replace(hunt, due, []), asker, now);
  return stalled(hunt, due, now);
}

/** The stop code still waits for a leg that was answered with 100: as long as that leg's own budget. */
const hold = (hunt: Seeking, now: Instant): Seeking =>
  hunt.stop ? { ...hunt, stop: { ...hunt.stop, until: after(now, STOP_WAIT_MS) } } : hunt;

function stalled(hunt: Seeking, due: Open, now: Instant): Out {
  const { attempt, legs } = due;
  // S4: no time-out ends the last way that is left.
  if (hunt.emergency && hunt.queue.length === 0) {
    const goesOn: Open = { attempt, legs, heard: 'proceeding', until: after(now, attempt.progressMs) };
    return { state: replace(hunt, due, [goesOn]), effects: [] };
  }
  const ending: Open = { attempt, legs, heard: 'ending', until: after(now, END_WAIT_MS) };
  const tried = [...hunt.tried, { attempt: attempt.id, cause: 'progressStalled' as const }];
  return { state: { ...replace(hunt, due, [ending]), tried }, effects: close(due, 'progressStalled') };
}

function giveUp(hunt: Seeking): Out {
  const cause = hunt.stop?.cause ?? (hunt.open.length > 0 ? 'serverSilent' : lastCause(hunt));
  return lose(hunt, cause, closeAll(hunt.open, 'serverSilent'), lossBy(hunt.stop));
}

// ── while it rings ──────────────────────────────────────────────────────────────────────────────

function alerting(hunt: Alerting, event: LegEvent, asker: Asker, now: Instant): Out {
  if (!hunt.held.legs.includes(event.leg)) return { state: hunt, effects: [] };
  if (isAccepted(hunt, event)) return won(event.leg, hunt.held, hushed(hunt));
  if (hunt.asking !== undefined && event.type !== 'released') return { state: hunt, effects: [] };
  switch (event.type) {
    case 'connect':
      return connected(hunt, hunt.held, event.leg, asker, [], now);
    case 'alerting':
      return { state: hunt.reached === 'alerting' ? hunt : { ...hunt, reached: 'alerting' }, effects: [] };
    case 'released':
      return ringingGone(hunt, event, asker, now);
    default:
      return { state: hunt, effects: [] };
  }
}

function ringingGone(hunt: Alerting, event: Released, asker: Asker, now: Instant): Out {
  const index = hunt.held.legs.indexOf(event.leg);
  const legs = hunt.held.legs.filter((leg) => leg !== event.leg);
  const targets = hunt.held.attempt.targets.filter((_, at) => at !== index);
  if (isSome(legs) && isSome(targets)) {
    return { state: { ...hunt, held: { legs, attempt: { ...hunt.held.attempt, targets } } }, effects: [] };
  }
  const { held, reached, noAnswerAt: _, asking: __, ...common } = hunt;
  const back: Seeking = { ...common, phase: 'seeking', open: [] };
  const quiet = hushed(hunt);
  // Who hangs up instead of accepting the call has declined it.
  const end: Released = quiet.length > 0 ? { type: 'released', leg: event.leg, cause: 'declined' } : event;
  if (now >= hunt.giveUpAt || quiet.length > 0) {
    const effects = [...quiet, ended(held.attempt, end.cause, end)];
    return lose(back, end.cause, effects, { stopped: reached === 'alerting' });
  }
  return failed(back, held, event, asker, now, reached);
}

/** The ring time is over; an emergency call rings on unless there is another way (S4). */
function unanswered(hunt: Alerting, asker: Asker, now: Instant): Out {
  if (now < hunt.noAnswerAt) return { state: hunt, effects: [] };
  const { held, reached: _, noAnswerAt, ...common } = hunt;
  if (!hunt.emergency) {
    return lose(hunt, 'noAnswer', [...hushed(hunt), ...close(held, 'noAnswer')], { stopped: true });
  }
  if (hunt.queue.length === 0) {
    return { state: { ...hunt, noAnswerAt: after(noAnswerAt, held.attempt.ringMs) }, effects: [] };
  }
  const tried = [...hunt.tried, { attempt: held.attempt.id, cause: 'noAnswer' as const }];
  const back: Seeking = { ...common, tried, phase: 'seeking', open: [] };
  return prefix(close(held, 'noAnswer'), startNext(back, asker, now));
}

/** The caller has gone: everything that is open is released. */
function abandon(hunt: Hunt, cause: Cause): Out {
  if (hunt.phase === 'seeking')
    return lose(
      hunt,
      cause,
      hunt.open.flatMap((one) => close(one, cause)),
      { stopped: true },
    );
  if (hunt.phase === 'alerting') {
    return lose(hunt, cause, [...hushed(hunt), ...close(hunt.held, cause)], { stopped: true });
  }
  return { state: hunt, effects: [] };
}
