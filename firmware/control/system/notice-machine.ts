import { after, type Instant, type Lapse, type Machine, type Step } from '../../core/machine.ts';

/** What the office is told: an alarm, or the digest of a day. Times are wall time in ms since 1970. */
export type Notice = {
  /** The alarm that it is about; `digest`. */
  readonly id: string;
  readonly is: 'raised' | 'cleared' | 'digest';
  readonly severity: 'critical' | 'major' | 'warning';
  readonly text: string;
  readonly cause: string;
  readonly remedy: string;
  readonly at: number;
  /** Of a digest: what happened, line by line. */
  readonly lines?: readonly string[];
};

/**
 * One way to the office: a bounded queue and one message at a time (R10).
 *
 *   idle ──tell──▶ sending ──sent──▶ idle, or the next
 *                     └──failed──▶ waiting ──its time──▶ sending
 *
 * What waits goes in one message. A full queue loses its oldest: the newest is worth most, and memory is bounded. The
 * state is in the adoption file, so that a restart of the plane loses nothing.
 */
export type NoticeQueue = {
  readonly is: 'idle' | 'sending' | 'waiting';
  readonly waiting: readonly Notice[];
  /** How many of `waiting` are in the message that is under way. */
  readonly under: number;
  /** Failures in a row. */
  readonly failures: number;
  readonly at?: Instant;
};
export type NoticeEvent =
  | { readonly type: 'tell'; readonly notice: Notice }
  | { readonly type: 'sent' }
  | { readonly type: 'failed'; readonly why: string }
  /** Nobody is to be told this way any more. */
  | { readonly type: 'off' };
export type NoticeEffect =
  | { readonly do: 'send'; readonly notices: readonly Notice[] }
  /** News only: the first failure in a row, and the first success after one. */
  | { readonly fact: 'noticeFailed' | 'noticeSent'; readonly why: string };

export const MOST_WAITING = 100;
const MOST_IN_ONE = 20;
const WAITS_MS = [10_000, 30_000, 60_000, 300_000, 900_000] as const;

export const emptyQueue: NoticeQueue = { is: 'idle', waiting: [], under: 0, failures: 0 };

type Out = Step<NoticeQueue, NoticeEffect>;

/** After a restart of the plane: what was under way is sent once more, as nobody knows whether it came. */
export const resumedQueue = (kept: NoticeQueue, now: Instant): NoticeQueue =>
  kept.is === 'idle' ? kept : { ...kept, is: 'waiting', under: 0, at: now };

export const noticeMachine: Machine<NoticeQueue, NoticeEvent, NoticeEffect> = {
  step(state: NoticeQueue, event: NoticeEvent | Lapse, now: Instant): Out {
    switch (event.type) {
      case 'tell':
        return told(state, event.notice);
      case 'lapse':
        return state.is === 'waiting' && state.at !== undefined && now >= state.at ? send(state) : still(state);
      case 'sent':
        return state.is === 'sending' ? sent(state) : still(state);
      case 'failed':
        return state.is === 'sending' ? failed(state, event.why, now) : still(state);
      case 'off':
        return still(emptyQueue);
    }
  },
  deadline: (state) => (state.is === 'waiting' ? state.at : undefined),
};

const still = (state: NoticeQueue): Out => ({ state, effects: [] });

const told = (state: NoticeQueue, notice: Notice): Out => {
  const { under } = state;
  const all = [...state.waiting, notice];
  // what is under way is not touched
  const waiting = all.length > MOST_WAITING ? [...all.slice(0, under), ...all.slice(under + 1)] : all;
  const next = { ...state, waiting };
  return state.is === 'idle' ? send(next) : still(next);
};

const send = (state: NoticeQueue): Out => {
  const { at: _, ...rest } = state;
  const notices = state.waiting.slice(0, MOST_IN_ONE);
  if (notices.length === 0) return still({ ...rest, is: 'idle', under: 0 });
  return { state: { ...rest, is: 'sending', under: notices.length }, effects: [{ do: 'send', notices }] };
};

const sent = (state: NoticeQueue): Out => {
  const next = send({ ...state, waiting: state.waiting.slice(state.under), under: 0, failures: 0 });
  if (state.failures === 0) return next;
  return { state: next.state, effects: [{ fact: 'noticeSent', why: 'it is accepted again' }, ...next.effects] };
};

const failed = (state: NoticeQueue, why: string, now: Instant): Out => {
  const failures = state.failures + 1;
  const wait = WAITS_MS[Math.min(failures, WAITS_MS.length) - 1]!;
  const next: NoticeQueue = { ...state, is: 'waiting', under: 0, failures, at: after(now, wait) };
  return { state: next, effects: failures === 1 ? [{ fact: 'noticeFailed', why }] : [] };
};
