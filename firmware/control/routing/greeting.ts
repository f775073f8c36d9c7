import type { Configuration } from '../../config/schema.ts';
import { isSome } from '../../core/machine.ts';
import type { Target } from '../facts.ts';
import type { Attempt, Level } from './attempt.ts';
import { isWithin } from './calendar.ts';
import type { PlanQuestion } from './question.ts';

/**
 * Which greeting mailboxes and auto attendants have for this call (U11): that for outside hours where the call begins
 * outside of them. Pure; levels without such a greeting are left as they are.
 */
export const greeted = (question: PlanQuestion, levels: readonly Level[]): readonly Level[] => {
  const { mailbox, attendants } = question.configuration;
  if (mailbox.greetingOut === '' && attendants.every(({ greetingOut }) => greetingOut === '')) return levels;
  return levels.map((level) => {
    const attempts = level.ownVoice ? level.attempts.map((attempt) => greetedBy(question, attempt)) : [];
    return isSome(attempts) ? { ...level, attempts } : level;
  });
};

const greetedBy = (question: PlanQuestion, attempt: Attempt): Attempt => {
  const [target] = attempt.targets;
  const calendar = calendarOf(question.configuration, target);
  const hours = question.configuration.calendars.find(({ id }) => id === calendar);
  if (hours === undefined || isWithin(hours, question.now)) return attempt;
  const why = `${attempt.why}; greeting for outside the hours of ${hours.id}`;
  return { ...attempt, targets: [{ ...target, outsideHours: true }], why };
};

/** The calendar by which a target greets; undefined for one that always greets alike. */
const calendarOf = ({ mailbox, attendants }: Configuration, { kind, id }: Target): string | undefined => {
  const greets =
    kind === 'mailbox' ? mailbox : kind === 'attendant' ? attendants.find((each) => each.id === id) : undefined;
  return greets === undefined || greets.greetingOut === '' ? undefined : greets.calendar;
};
