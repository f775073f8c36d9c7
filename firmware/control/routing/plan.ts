import type { Did } from '../../config/schema.ts';
import { isSome, type Some } from '../../core/machine.ts';
import type { CallFailure } from '../failure.ts';
import { asSent } from './as-sent.ts';
import type { Attempt, Level } from './attempt.ts';
import { calledBack, calledBackLines } from './call-back.ts';
import { emergencyLevels, emergencyNumber } from './emergency.ts';
import type { PlanReason } from './explanation.ts';
import { greeted } from './greeting.ts';
import { inboundRule } from './inbound-number.ts';
import { phoneLine } from './inside.ts';
import { type Callee, calleeByExtension, calleeOf, calleeOfNumber, inwardLevels } from './inward.ts';
import { type OutsideAbout, outsideLevels } from './outside.ts';
import { isAccessCode, onlySentence, sentenceLevels, voiceAttempt } from './own-voice.ts';
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
  const emergency = offer.to === undefined ? emergencyNumber(question) : undefined;
  if (emergency !== undefined && offer.from.kind === 'gateway') {
    return refused('forbidden', [{ what: offer.dialled, why: 'the box itself never calls an emergency number' }]);
  }
  if (emergency !== undefined) return emergencyPlan(question, emergency);
  const ordinary = withGreetings(question, ordinaryPlan(question));
  return offer.from.kind === 'phone' ? withSentences(ordinary) : ordinary;
};

const withGreetings = (question: PlanQuestion, result: PlanResult): PlanResult => {
  if (result.is === 'refused') return result;
  const levels = greeted(question, result.levels);
  return isSome(levels) ? { ...result, levels } : result;
};

/** What is refused outright is told in words too, where there are words for it. */
const withSentences = (result: PlanResult): PlanResult => {
  const { reasons } = result;
  if (result.is === 'planned') return { ...result, levels: [...result.levels, ...sentenceLevels] };
  const levels = onlySentence(result.cause);
  return levels ? { is: 'planned', levels, reasons } : result;
};

const ordinaryPlan = (question: PlanQuestion): PlanResult => {
  const { offer, configuration } = question;
  if (offer.unfit) return refused(offer.unfit, [{ what: offer.dialled, why: 'the digit map makes no number of it' }]);
  const rule = inboundRule(question);
  if (rule !== undefined || offer.to !== undefined || offer.did !== undefined) return inwardPlan(question, rule);
  if (offer.from.kind === 'phone' && isAccessCode(configuration, offer.dialled)) return menuPlan(offer.from.id);
  if (offer.only !== undefined) return onlyPlan(question, offer.only);
  if (offer.dialled === '') return refused('numberIncomplete', [{ what: 'number', why: 'nothing was dialled' }]);
  const callee = calleeByExtension(configuration, offer.dialled);
  const shut = shutIn(question, callee);
  if (shut !== undefined) return refused('congestion', [{ what: offer.from.id, why: shut, shut: true }]);
  if (callee === undefined) return outsidePlan(question);
  const { levels, reasons } = inwardLevels(question, callee, undefined, `${offer.dialled} is an extension of this box`);
  return planned(levels, 'unavailable', reasons);
};

const refused = (cause: CallFailure, reasons: readonly PlanReason[]): PlanResult => ({ is: 'refused', cause, reasons });

const planned = (levels: readonly Level[], otherwise: CallFailure, reasons: readonly PlanReason[]): PlanResult =>
  isSome(levels) ? { is: 'planned', levels, reasons } : refused(otherwise, reasons);

const menuPlan = (line: string): PlanResult => {
  const why = 'the code of the mailbox was dialled';
  const attempts: Some<Attempt> = [voiceAttempt('mailboxMenu', line, why)];
  return { is: 'planned', levels: [{ on: 'any', attempts, ownVoice: true }], reasons: [{ what: line, why }] };
};

/** A call that came for somebody here: by the rule for the number (U13), else as the way in says. */
const inwardPlan = (question: PlanQuestion, rule: Did | undefined): PlanResult => {
  const { offer, configuration } = question;
  const { to } = offer;
  const named = rule !== undefined && rule.rings !== '';
  const callee = named ? calleeOfNumber(configuration, rule) : to && calleeOf(configuration, to);
  const shut = shutIn(question, callee);
  if (shut !== undefined) return refused('congestion', [{ what: offer.from.id, why: shut, shut: true }]);
  const why = named
    ? `the inbound number ${rule.id} says so`
    : `the way in rings this ${to === undefined ? 'phone' : wordOf[to.kind]}`;
  const nobody = { what: named ? rule.rings : (to?.id ?? offer.dialled), why: 'there is no phone on this line' };
  const { levels, reasons } = inwardLevels(question, callee, rule, why);
  return planned(levels, 'unavailable', callee === undefined ? [nobody, ...reasons] : reasons);
};

const wordOf = { phone: 'phone', ringGroup: 'ring group', attendant: 'auto attendant', mailbox: 'mailbox' } as const;

/** Why no call comes in by this softswitch (U19); an emergency service that calls back passes. */
const shutIn = (question: PlanQuestion, callee: Callee | undefined): string | undefined => {
  const { from } = question.offer;
  const way = from.kind === 'trunk' ? question.trunks.find(({ id }) => id === from.id) : undefined;
  if (way === undefined || way.lock === 'none' || way.lock === 'noOutgoing') return undefined;
  if (callee?.kind === 'phone' && calledBack(question, callee.line)) return undefined;
  if (calledBackLines(question).length > 0) return undefined;
  return way.lock === 'all' ? 'it is locked both ways' : 'it takes no new calls (drain)';
};

/** By this way alone, whatever is known of it: a test wants to know. */
const onlyPlan = (question: PlanQuestion, id: string): PlanResult => {
  const { offer } = question;
  const way = question.trunks.find((each) => each.id === id);
  if (!way) return refused('noRoute', [{ what: id, why: 'there is no such trunk or line' }]);
  const why = 'this way alone was asked for';
  const plain =
    way.kind === 'line' ? lineAttempt(way, offer.dialled, why) : trunkAttempt(way, undefined, offer.dialled, question);
  const reasons = [{ what: id, why }];
  const attempt = asSent(question, { ...plain, why }, { forwarded: false }, reasons);
  return { is: 'planned', levels: [{ on: 'any', attempts: [attempt] }], reasons };
};

/** Out as routes, groups and softswitches allow; phones may have to dial a prefix first, which is not sent. */
const outsidePlan = (question: PlanQuestion): PlanResult => {
  const { offer, configuration } = question;
  const { outsidePrefix } = configuration.routing;
  const fromPhone = offer.from.kind === 'phone';
  if (fromPhone && !offer.dialled.startsWith(outsidePrefix)) {
    return refused('unknownNumber', [{ what: offer.dialled, why: `outside numbers begin with ${outsidePrefix}` }]);
  }
  const number = fromPhone ? offer.dialled.slice(outsidePrefix.length) : offer.dialled;
  if (number === '') return refused('numberIncomplete', [{ what: offer.dialled, why: 'only the prefix was dialled' }]);
  const { levels, reasons, refused: cause } = outsideLevels(question, number, dialledBy(question));
  return planned(levels, cause ?? 'noRoute', reasons);
};

const dialledBy = ({ offer, configuration }: PlanQuestion): OutsideAbout => {
  const line = offer.from.kind === 'phone' ? phoneLine(configuration, offer.from.id) : undefined;
  const about = { forwarded: false, why: '' };
  return line === undefined ? about : { ...about, line };
};

const emergencyPlan = (question: PlanQuestion, number: string): PlanResult => {
  const { levels, reasons } = emergencyLevels(question, number);
  const none = { what: number, why: 'there is no line and no trunk at all' };
  return planned(levels, 'noRoute', levels.length > 0 ? reasons : [none]);
};
