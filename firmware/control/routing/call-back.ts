import type { Line } from '../../config/schema.ts';
import { isSome } from '../../core/machine.ts';
import type { Attempt, Level } from './attempt.ts';
import type { PlanReason } from './explanation.ts';
import { accountOfLine, phoneLine, phonesAttempt } from './inside.ts';
import type { PlanQuestion } from './question.ts';

// For an hour after an emergency call the service may call back, and must reach who has called (S4).

type Planned = { readonly levels: readonly Level[]; readonly reasons: readonly PlanReason[] };

/** How long such a phone rings where nobody else would ring with it. */
const ALONE_RING_MS = 30_000;

/** A call from outside to a phone that has called an emergency number within the hour. */
export const calledBack = (question: PlanQuestion, { id }: Pick<Line, 'id'>): boolean =>
  fromOutside(question) && waiting(question).some(({ line }) => line === id);

/**
 * Phones that have called an emergency number by the way by which this call comes: the exchange line that was dialled
 * on, or the account that was shown. The number that was shown may be that of another phone, or of a ring group.
 */
export const calledBackLines = (question: PlanQuestion): readonly Line[] =>
  fromOutside(question)
    ? waiting(question).flatMap(({ line: id, over = [] }) => {
        const line = phoneLine(question.configuration, id);
        return line !== undefined && comesBack(question, line, over) ? [line] : [];
      })
    : [];

const fromOutside = ({ offer }: PlanQuestion): boolean => offer.from.kind === 'trunk' || offer.from.kind === 'line';

const waiting = ({ memory, now }: PlanQuestion): PlanQuestion['memory']['callBacks'] =>
  memory.callBacks.filter(({ untilMs }) => now.ms < untilMs);

const comesBack = ({ offer, configuration }: PlanQuestion, line: Line, over: readonly string[]): boolean => {
  const { from, to, dialled } = offer;
  if (from.kind === 'line') return over.includes(from.id);
  // without an account of its own its emergency call left by the first one
  const shown = accountOfLine(configuration, line) ?? configuration.accounts[0];
  return shown !== undefined && ((to?.kind === 'phone' && to.id === shown.line) || dialled === shown.user);
};

/** The same levels, with these phones ringing beside whoever rings first, or before all else where nobody does. */
export const withCallBacks = ({ levels, reasons }: Planned, lines: readonly Line[]): Planned => {
  const [first, ...rest] = levels;
  const rung = first?.attempts[0].targets.map(({ id }) => id) ?? [];
  const others = lines.filter(({ id }) => !rung.includes(id));
  if (!isSome(others)) return { levels, reasons };
  const why = 'an emergency service may be calling back: it rings past every rule';
  const ringing = phonesAttempt(others[0].id, others, ALONE_RING_MS, why);
  const beside = others.map(({ id }): PlanReason => ({ what: id, why }));
  if (first === undefined || !ringsPhones(first)) {
    return { levels: [{ on: 'any', attempts: [ringing] }, ...levels], reasons: [...beside, ...reasons] };
  }
  const [attempt] = first.attempts;
  const joined: Attempt = { ...attempt, targets: [...attempt.targets, ...ringing.targets] };
  return { levels: [{ ...first, attempts: [joined] }, ...rest], reasons: [...beside, ...reasons] };
};

const ringsPhones = ({ attempts, elsewhere }: Level): boolean =>
  elsewhere === undefined && attempts.length === 1 && attempts[0].targets.every(({ kind }) => kind === 'phone');
