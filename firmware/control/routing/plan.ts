import { isSome, type Some } from '../../core/machine.ts';
import type { CallFailure } from '../failure.ts';
import type { Attempt, Level } from './attempt.ts';
import { emergencyOrder, emergencyVerdicts, isEmergency } from './emergency.ts';
import type { PlanReason } from './explanation.ts';
import { extensionLine, phoneLine, phonesAttempt } from './inside.ts';
import { type OutsideAbout, outsideLevels } from './outside.ts';
import { isAccessCode, mailboxLevel, mailboxTakes, onlySentence, sentenceLevels, voiceAttempt } from './own-voice.ts';
import type { PlanQuestion } from './question.ts';
import { lineAttempt, trunkAttempt } from './way-attempt.ts';

export type { PlanReason };

export type PlanResult = { readonly reasons: readonly PlanReason[] } & (
  | { readonly is: 'planned'; readonly levels: Some<Level> }
  | { readonly is: 'refused'; readonly cause: CallFailure }
);

/**
 * Where a call goes (pure). Emergency numbers first; then what the way in names; then extensions, which ring on the
 * box whether or not a softswitch lives (S1); then trunks by priority; then exchange lines. A phone that does not take
 * the call may have a mailbox that does; last of all, a caller on a phone of ours hears why the call failed.
 */
export const plan = (question: PlanQuestion): PlanResult => {
  const { offer } = question;
  const emergency = isEmergency(offer.dialled, question.country.emergency);
  if (emergency && offer.from.kind === 'gateway') {
    return refused('forbidden', [{ what: offer.dialled, why: 'the box itself never calls an emergency number' }]);
  }
  if (emergency) return emergencyPlan(question);
  const planned = ordinaryPlan(question);
  return offer.from.kind === 'phone' ? withSentences(planned) : planned;
};

/** What is refused outright is told in words too, where there are words for it. */
const withSentences = (planned: PlanResult): PlanResult => {
  const { reasons } = planned;
  if (planned.is === 'planned') return { ...planned, levels: [...planned.levels, ...sentenceLevels] };
  const levels = onlySentence(planned.cause);
  return levels ? { is: 'planned', levels, reasons } : planned;
};

const ordinaryPlan = (question: PlanQuestion): PlanResult => {
  const { offer, configuration } = question;
  if (offer.unfit) return refused(offer.unfit, [{ what: offer.dialled, why: 'the digit map makes no number of it' }]);
  if (offer.to) return phonePlan(question, offer.to.id, 'the way in rings this phone');
  if (offer.from.kind === 'phone' && isAccessCode(configuration, offer.dialled)) return menuPlan(offer.from.id);
  if (offer.only !== undefined) return onlyPlan(question, offer.only);
  if (offer.dialled === '') return refused('numberIncomplete', [{ what: 'number', why: 'nothing was dialled' }]);
  const own = extensionLine(configuration, offer.dialled);
  if (own) return phonePlan(question, own.id, `${offer.dialled} is an extension of this box`);
  return outsidePlan(question);
};

const refused = (cause: CallFailure, reasons: readonly PlanReason[]): PlanResult => ({ is: 'refused', cause, reasons });

const menuPlan = (line: string): PlanResult => {
  const why = 'the code of the mailbox was dialled';
  const attempts: Some<Attempt> = [voiceAttempt('mailboxMenu', line, why)];
  return { is: 'planned', levels: [{ on: 'any', attempts, ownVoice: true }], reasons: [{ what: line, why }] };
};

const phonePlan = (question: PlanQuestion, id: string, why: string): PlanResult => {
  const { configuration, offer, trunks } = question;
  const line = phoneLine(configuration, id);
  if (!line) return refused('unavailable', [{ what: id, why: 'there is no phone on this line' }]);
  // A test call must not leave a message.
  const { takes, why: whyMailbox } =
    offer.from.kind === 'gateway'
      ? { takes: false, why: 'the box itself leaves no message' }
      : mailboxTakes(line, offer.from.kind === 'trunk', trunks);
  const ringMs = (takes ? configuration.mailbox.ringS : configuration.routing.phoneRingS) * 1000;
  const attempt = phonesAttempt(id, [line], ringMs, why);
  const reasons = [
    { what: id, why },
    { what: `mailbox/${id}`, why: whyMailbox },
  ];
  const rings: Level = { on: 'any', attempts: [attempt] };
  return { is: 'planned', levels: takes ? [rings, mailboxLevel(line, whyMailbox)] : [rings], reasons };
};

/** By this way alone, whatever is known of it: a test wants to know. */
const onlyPlan = (question: PlanQuestion, id: string): PlanResult => {
  const { offer } = question;
  const way = question.trunks.find((each) => each.id === id);
  if (!way) return refused('noRoute', [{ what: id, why: 'there is no such trunk or line' }]);
  const why = 'this way alone was asked for';
  const attempt =
    way.kind === 'line'
      ? lineAttempt(way, offer.dialled, why)
      : { ...trunkAttempt(way, undefined, offer.dialled, question), why };
  return { is: 'planned', levels: [{ on: 'any', attempts: [attempt] }], reasons: [{ what: id, why }] };
};

/** Out by trunks with the caller's account, then by exchange lines if settings allow. */
const outsidePlan = (question: PlanQuestion): PlanResult => {
  const { levels, reasons, refused: cause } = outsideLevels(question, question.offer.dialled, dialledBy(question));
  return isSome(levels) ? { is: 'planned', levels, reasons } : refused(cause ?? 'noRoute', reasons);
};

const dialledBy = ({ offer, configuration }: PlanQuestion): OutsideAbout => {
  const line = offer.from.kind === 'phone' ? phoneLine(configuration, offer.from.id) : undefined;
  return { ...(line === undefined ? {} : { line }), forwarded: false, why: '' };
};

const emergencyPlan = (question: PlanQuestion): PlanResult => {
  const attempts = emergencyOrder(question.trunks).map((way): Attempt => {
    const { dialled } = question.offer;
    const plain = way.kind === 'line' ? lineAttempt(way, dialled, '') : trunkAttempt(way, undefined, dialled, question);
    return { ...plain, verdicts: emergencyVerdicts, why: 'emergency call' };
  });
  const reasons = attempts.map(({ id, why }) => ({ what: id, why }));
  return isSome(attempts)
    ? { is: 'planned', levels: [{ on: 'any', attempts }], reasons }
    : refused('noRoute', [{ what: question.offer.dialled, why: 'there is no line and no trunk at all' }]);
};
