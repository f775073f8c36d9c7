import type { CallId, Fact } from '../facts.ts';
import { shownKey } from '../routing/number-pool.ts';
import type { RoutingMemory, TollMemory, WallTime } from '../routing/question.ts';
import { closedKey } from '../routing/toll-guard.ts';

/** What outlives a restart. Plain data; times are wall time in ms. */
export type Book = {
  /** The day that the counts below are of, such as 2027-12-24; empty before the time was known. */
  readonly day: string;
  readonly scenario: string;
  /** The one before, for one step back (U20). */
  readonly scenarioBefore: string;
  readonly callBacks: RoutingMemory['callBacks'];
  readonly numberShown: RoutingMemory['numberShown'];
  readonly poolTurns: RoutingMemory['poolTurns'];
  readonly spent: TollMemory['spent'];
  /** Calls that are up and stand in `spent` already: a restart does not count them again. */
  readonly counted: readonly CallId[];
  readonly closed: TollMemory['closed'];
  /** Wrong PINs of star codes in a row, by phone line, and lines that may dial none any more. */
  readonly wrongPins: Readonly<Record<string, number>>;
  readonly lockedCodes: readonly string[];
  /** Calls of the last hour to classes that are watched, oldest first. */
  readonly sudden: Readonly<Record<string, readonly { readonly atMs: number; readonly line: string }[]>>;
};

export const freshBook: Book = {
  ...{ day: '', scenario: '', scenarioBefore: '', callBacks: [] },
  ...{ numberShown: {}, poolTurns: {}, spent: {}, counted: [], closed: [], sudden: {} },
  ...{ wrongPins: {}, lockedCodes: [] },
};

/** So long an emergency service may call back (S4). */
const CALL_BACK_MS = 3_600_000;
const HOUR_MS = 3_600_000;
/** Callees whose number is remembered; of more the oldest are forgotten. */
const MOST_SHOWN = 1000;
/** Classes that a sudden change closes (R8). */
const WATCHED: readonly string[] = ['international', 'premium'];

type Spent = TollMemory['spent'][string];
const NOTHING: Spent = { calls: 0, minutes: 0, cost: 0 };

/** With more spent by a phone line (empty: none), and by the box. */
export const withSpent = (spent: Book['spent'], line: string, more: Spent): Book['spent'] => {
  const sum = (a: Spent = NOTHING): Spent => ({
    calls: a.calls + more.calls,
    minutes: a.minutes + more.minutes,
    cost: a.cost + more.cost,
  });
  return { ...spent, '': sum(spent['']), ...(line === '' ? {} : { [line]: sum(spent[line]) }) };
};

/** Calls that ended with a control plane nobody takes out: more than these are never up. */
const MOST_COUNTED = 200;

/** One more call of the day for a phone line (empty: none), unless it stands there already. */
export const withCounted = (book: Book, call: CallId, line: string): Book =>
  book.counted.includes(call)
    ? book
    : {
        ...book,
        spent: withSpent(book.spent, line, { calls: 1, minutes: 0, cost: 0 }),
        counted: [...book.counted, call].slice(-MOST_COUNTED),
      };

/**
 * A new day begins with nothing spent and nothing shown. While the time is not sure none begins: a box that starts
 * without a clock would forget what was spent.
 */
export const onDay = (book: Book, now: WallTime, day: string): Book => {
  if (!now.sure || book.day === day) return book;
  return book.day === '' ? { ...book, day } : { ...book, day, numberShown: {}, poolTurns: {}, spent: {} };
};

/** The callee has been shown this number of the pool. What it saw first today it shall see again, once that is free. */
export const withShown = (book: Book, pool: string, callee: string, number: string): Book => {
  const key = shownKey(pool, callee);
  const { [key]: before, ...others } = book.numberShown;
  const kept = Object.entries(others).slice(-(MOST_SHOWN - 1));
  return {
    ...book,
    numberShown: { ...Object.fromEntries(kept), [key]: before ?? number },
    poolTurns: { ...book.poolTurns, [pool]: (book.poolTurns[pool] ?? 0) + 1 },
  };
};

/** The emergency service may call this phone back from now on (S4); `over`: also by this exchange line. */
export const withCallBack = (book: Book, line: string, nowMs: number, over?: string): Book => {
  const standing = book.callBacks.filter(({ untilMs }) => untilMs > nowMs);
  const before = standing.find((each) => each.line === line)?.over ?? [];
  const lines = over === undefined || before.includes(over) ? before : [...before, over];
  const entry = { line, untilMs: nowMs + CALL_BACK_MS, ...(lines.length === 0 ? {} : { over: lines }) };
  return { ...book, callBacks: [...standing.filter((each) => each.line !== line), entry] };
};

export type TollClosed = Extract<Fact, { readonly fact: 'tollClosed' }>;

/**
 * One more call to a class. When the calls of an hour are too many (`most`; 0: never) the class is to be closed (R8):
 * for the line that made them all, else for the box.
 */
export const withWatched = (
  book: Book,
  line: string,
  numberClass: string,
  nowMs: number,
  most: number,
): { readonly book: Book; readonly closes?: TollClosed } => {
  if (most === 0 || !WATCHED.includes(numberClass)) return { book };
  const before = (book.sudden[numberClass] ?? []).filter(({ atMs }) => atMs > nowMs - HOUR_MS && atMs <= nowMs);
  const calls = [...before, { atMs: nowMs, line }].slice(-most);
  const counted = { ...book, sudden: { ...book.sudden, [numberClass]: calls } };
  if (calls.length < most) return { book: counted };
  const one = calls.every((each) => each.line === line) ? line : '';
  const why = `${calls.length} ${numberClass} calls within an hour${one === '' ? '' : ` from ${one}`}`;
  return { book: counted, closes: { fact: 'tollClosed', line: one, class: numberClass, why } };
};

export const withClosed = (book: Book, line: string, numberClass: string): Book => ({
  ...book,
  closed: [...book.closed.filter((key) => key !== closedKey(line, numberClass)), closedKey(line, numberClass)],
  sudden: { ...book.sudden, [numberClass]: [] },
});

export const withOpened = (book: Book, line: string, numberClass: string): Book => ({
  ...book,
  closed: book.closed.filter((key) => key !== closedKey(line, numberClass)),
});

/** So many wrong PINs in a row lock, as those of a mailbox do. */
const MOST_WRONG_PINS = 3;

/** Whether one more wrong PIN locks the codes of a phone. */
export const locksCodes = ({ wrongPins }: Book, line: string): boolean => (wrongPins[line] ?? 0) + 1 >= MOST_WRONG_PINS;

export const withPin = (book: Book, line: string, right: boolean): Book => {
  const { [line]: wrong = 0, ...others } = book.wrongPins;
  return { ...book, wrongPins: right ? others : { ...others, [line]: wrong + 1 } };
};

export const withCodes = (book: Book, line: string, is: 'locked' | 'unlocked'): Book => {
  const others = book.lockedCodes.filter((each) => each !== line);
  return { ...withPin(book, line, true), lockedCodes: is === 'locked' ? [...others, line] : others };
};

export const withScenario = (book: Book, scenario: string): Book =>
  scenario === book.scenario ? book : { ...book, scenario, scenarioBefore: book.scenario };
