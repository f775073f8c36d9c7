import type { Instant } from '../../core/machine.ts';
import type { CallId, Fact } from '../facts.ts';
import {
  type Book,
  freshBook,
  type TollClosed,
  withCallBack,
  withClosed,
  withCodes,
  withCounted,
  withOpened,
  withPin,
  withScenario,
  withShown,
  withSpent,
  withWatched,
} from './book.ts';
import { type CallsUp, type CallUp, spentBy } from './calls-up.ts';

/** All that the ledger knows. */
export type Pages = { readonly book: Book; readonly calls: CallsUp };
export const freshPages: Pages = { book: freshBook, calls: {} };

/** The moment of a fact, and the limit of `tollGuard.suddenCalls`. */
export type About = { readonly now: Instant; readonly wallMs: number; readonly suddenCalls: number };
/** `closes`: what has to be stated now, because this fact was one too many. */
export type Folded = { readonly pages: Pages; readonly closes?: TollClosed };

/** Takes a fact into the ledger (pure); what does not concern it leaves it as it is. */
export const folded = (pages: Pages, fact: Fact, about: About): Folded => {
  const { book } = pages;
  const turned = (next: Book): Folded => ({ pages: { ...pages, book: next } });
  switch (fact.fact) {
    case 'tollClosed':
      return turned(withClosed(book, fact.line, fact.class));
    case 'tollOpened':
      return turned(withOpened(book, fact.line, fact.class));
    case 'codePinTried':
      return turned(withPin(book, fact.line, fact.right));
    case 'codesLocked':
      return turned(withCodes(book, fact.line, 'locked'));
    case 'codesUnlocked':
      return turned(withCodes(book, fact.line, 'unlocked'));
    case 'scenarioSwitched':
      return turned(withScenario(book, fact.scenario));
    case 'callBegan': {
      const { from, dialled } = fact;
      return withCall(pages, fact.call, { from, dialled, emergency: false, attempts: {}, watched: [] });
    }
    case 'callDialledOn': {
      const call = pages.calls[fact.call];
      return call === undefined ? { pages } : withCall(pages, fact.call, { ...call, dialled: fact.dialled });
    }
    case 'emergencyCall':
    case 'attemptBegan':
    case 'attemptEnded':
    case 'callAnswered':
    case 'callEnded': {
      const call = pages.calls[fact.call];
      return call === undefined ? { pages } : ofCall(pages, call, fact, about);
    }
    default:
      return { pages };
  }
};

type OfCall = Extract<
  Fact,
  { readonly fact: 'emergencyCall' | 'attemptBegan' | 'attemptEnded' | 'callAnswered' | 'callEnded' }
>;

const withCall = (pages: Pages, id: CallId, call: CallUp): Folded => ({
  pages: { ...pages, calls: { ...pages.calls, [id]: call } },
});

const ofCall = (pages: Pages, call: CallUp, fact: OfCall, about: About): Folded => {
  switch (fact.fact) {
    case 'emergencyCall': {
      const book = fact.from.kind === 'phone' ? withCallBack(pages.book, fact.from.id, about.wallMs) : pages.book;
      return withCall({ ...pages, book }, fact.call, { ...call, emergency: true });
    }
    case 'attemptBegan':
      return attemptBegan(pages, call, fact, about);
    case 'attemptEnded': {
      if (call.answered) return { pages };
      const { [fact.attempt]: _, ...attempts } = call.attempts;
      return withCall(pages, fact.call, { ...call, attempts });
    }
    case 'callAnswered':
      return callAnswered(pages, call, fact, about);
    case 'callEnded':
      return { pages: callEnded(pages, call, fact.call, about) };
  }
};

const attemptBegan = (
  pages: Pages,
  call: CallUp,
  { call: id, attempt, target, shows, toll }: Extract<OfCall, { fact: 'attemptBegan' }>,
  { wallMs, suddenCalls }: About,
): Folded => {
  const about = { ...(shows === undefined ? {} : { shows }), ...(toll === undefined ? {} : { toll }) };
  const shown = shows?.of;
  const shownBook = shown ? withShown(pages.book, shown.pool, call.dialled, shown.number) : pages.book;
  const dialsOut = call.emergency && call.from.kind === 'phone' && target.kind === 'line';
  const book = dialsOut ? withCallBack(shownBook, call.from.id, wallMs, target.id) : shownBook;
  const attempts = { ...call.attempts, [attempt]: about };
  const counts = toll !== undefined && !call.emergency && !call.watched.includes(toll.class);
  const watch = counts ? toll : undefined;
  const watched = watch ? [...call.watched, watch.class] : call.watched;
  const next = withCall({ ...pages, book }, id, { ...call, attempts, watched });
  if (watch === undefined) return next;
  const { book: counted, closes } = withWatched(book, watch.line, watch.class, wallMs, suddenCalls);
  return { pages: { ...next.pages, book: counted }, ...(closes === undefined ? {} : { closes }) };
};

const callAnswered = (
  pages: Pages,
  call: CallUp,
  { call: id, attempt }: Extract<OfCall, { fact: 'callAnswered' }>,
  { now }: About,
): Folded => {
  const won = call.attempts[attempt];
  const toll = won?.toll;
  const answered = { at: now, ...(toll === undefined ? {} : { toll }) };
  const book = toll === undefined ? pages.book : withCounted(pages.book, id, toll.line);
  const attempts = won === undefined ? {} : { [attempt]: won };
  return withCall({ ...pages, book }, id, { ...call, attempts, answered });
};

const callEnded = (pages: Pages, call: CallUp, id: CallId, { now, wallMs }: About): Pages => {
  const { [id]: _, ...calls } = pages.calls as Record<CallId, CallUp>;
  const line = call.answered?.toll?.line;
  const { book } = pages;
  const counted = line === undefined ? book.counted : book.counted.filter((each) => each !== id);
  const spent = line === undefined ? book.spent : withSpent(book.spent, line, { calls: 0, ...spentBy(call, now) });
  // the hour of an emergency service begins when the call is over
  const called = call.emergency && call.from.kind === 'phone';
  return { book: { ...(called ? withCallBack(book, call.from.id, wallMs) : book), spent, counted }, calls };
};
