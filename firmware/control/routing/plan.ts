import type { Configuration, Line } from '../../config/schema.ts';
import { isSome, type Some } from '../../core/machine.ts';
import type { CallFailure } from '../failure.ts';
import type { TrunkSnapshot } from '../trunk/trunk.ts';
import type { Attempt, Level } from './attempt.ts';
import { emergencyOrder, emergencyVerdicts, isEmergency } from './emergency.ts';
import { isAccessCode, mailboxLevel, mailboxTakes, onlySentence, sentenceLevels, voiceAttempt } from './own-voice.ts';
import type { PlanQuestion } from './question.ts';

/** Why something was chosen or left out, in words, for the record and the routing analysis. */
export type PlanReason = { readonly what: string; readonly why: string };
export type PlanResult = { readonly reasons: readonly PlanReason[] } & (
  | { readonly is: 'planned'; readonly levels: Some<Level> }
  | { readonly is: 'refused'; readonly cause: CallFailure }
);

/** A phone of ours says at once whether it rings. */
const PHONE_SILENCE_MS = 3_000;
const PHONE_PROGRESS_MS = 6_000;
/** Longer than any wait for dial tone and any dialling. */
const LINE_SILENCE_MS = 20_000;
const LINE_PROGRESS_MS = 30_000;

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

const extensionLine = (configuration: Configuration, dialled: string): Line | undefined =>
  configuration.lines.find((line) => line.kind === 'fxs' && line.enabled && line.extension === dialled);

const menuPlan = (line: string): PlanResult => {
  const why = 'the code of the mailbox was dialled';
  const attempts: Some<Attempt> = [voiceAttempt('mailboxMenu', line, why)];
  return { is: 'planned', levels: [{ on: 'any', attempts, ownVoice: true }], reasons: [{ what: line, why }] };
};

const phonePlan = (question: PlanQuestion, id: string, why: string): PlanResult => {
  const { configuration, offer, trunks } = question;
  const line = configuration.lines.find((each) => each.id === id && each.kind === 'fxs' && each.enabled);
  if (!line) return refused('unavailable', [{ what: id, why: 'there is no phone on this line' }]);
  // A test call must not leave a message.
  const { takes, why: whyMailbox } =
    offer.from.kind === 'gateway'
      ? { takes: false, why: 'the box itself leaves no message' }
      : mailboxTakes(line, offer.from.kind === 'trunk', trunks);
  const attempt: Attempt = {
    id: id,
    targets: [{ kind: 'phone', id, number: line.extension }],
    start: 'hedged',
    silenceMs: PHONE_SILENCE_MS,
    progressMs: PHONE_PROGRESS_MS,
    ringMs: (takes ? configuration.mailbox.ringS : configuration.routing.phoneRingS) * 1000,
    verdicts: {},
    bound: true,
    why,
  };
  const reasons = [
    { what: id, why },
    { what: `mailbox/${id}`, why: whyMailbox },
  ];
  const rings: Level = { on: 'any', attempts: [attempt] };
  return { is: 'planned', levels: takes ? [rings, mailboxLevel(line, whyMailbox)] : [rings], reasons };
};

/** By this way alone, whatever is known of it: a test wants to know. */
const onlyPlan = (question: PlanQuestion, id: string): PlanResult => {
  const way = question.trunks.find((each) => each.id === id);
  if (!way) return refused('noRoute', [{ what: id, why: 'there is no such trunk or line' }]);
  const why = 'this way alone was asked for';
  const attempt =
    way.kind === 'line' ? lineAttempt(way, question, why) : { ...trunkAttempt(way, undefined, question), why };
  return { is: 'planned', levels: [{ on: 'any', attempts: [attempt] }], reasons: [{ what: id, why }] };
};

/** Out by trunks with the caller's account, then by exchange lines if settings allow. */
const outsidePlan = (question: PlanQuestion): PlanResult => {
  const { offer, configuration } = question;
  const reasons: PlanReason[] = [];
  const from = offer.from.kind;
  const ways = question.trunks.filter((way) => way.kind === 'trunk' && !(from === 'trunk' && way.id === offer.from.id));
  const lines = configuration.routing.exchangeFallback && from !== 'line' ? linesOf(question, reasons) : [];
  const free = ways.filter((way) => !isBlocked(way, reasons) && !isFull(way, reasons));
  const usable = free.filter((way) => isUsable(way));
  const chosen = usable.length > 0 || lines.length > 0 ? usable : free.filter((way) => way.health === 'down');
  for (const way of free) if (!chosen.includes(way)) reasons.push({ what: way.id, why: `it is ${way.health}` });
  const ordered = [...chosen].sort(byPriority(offer.caller.account));
  const attempts = [
    ...ordered.map((way, at) => trunkAttempt(way, ordered[at - 1], question)),
    ...lines.map((way) => lineAttempt(way, question, whyLine(ways))),
  ];
  for (const attempt of attempts) reasons.push({ what: attempt.id, why: attempt.why });
  if (isSome(attempts)) return { is: 'planned', levels: [{ on: 'any', attempts }], reasons };
  if (question.trunks.length > 0) return refused('congestion', reasons);
  return refused('noRoute', [{ what: offer.dialled, why: 'there is no trunk and no exchange line' }]);
};

const whyLine = (softswitches: readonly TrunkSnapshot[]): string =>
  softswitches.length === 0 ? 'no softswitch is set up' : 'no softswitch took the call';

/** By a person (U19); what is blocked is no last resort either. */
const isBlocked = (way: TrunkSnapshot, reasons: PlanReason[]): boolean => {
  if (way.blocked === undefined) return false;
  const { by, minutesLeft } = way.blocked;
  reasons.push({ what: way.id, why: `it is blocked by ${by}${minutesLeft === 0 ? '' : ` for ${minutesLeft} min`}` });
  return true;
};

const isFull = (way: TrunkSnapshot, reasons: PlanReason[]): boolean => {
  if (way.callLimit === 0 || way.callsUp < way.callLimit) return false;
  reasons.push({ what: way.id, why: `all its ${way.callLimit} calls are up` });
  return true;
};
const isUsable = (way: TrunkSnapshot): boolean => way.health !== 'down' && way.health !== 'held';

const linesOf = (question: PlanQuestion, reasons: PlanReason[]): TrunkSnapshot[] =>
  question.trunks.filter((way) => {
    if (way.kind !== 'line') return false;
    if (isUsable(way)) return !isFull(way, reasons);
    reasons.push({ what: way.id, why: `the line is ${way.health}` });
    return false;
  });

/** What has just come back takes calls after all others, until it has been stable (U3); then priority; among equals a softswitch that holds our binding, then the one that is surely alive, then the name. */
const byPriority =
  (account: string | undefined) =>
  (a: TrunkSnapshot, b: TrunkSnapshot): number =>
    Number(a.health === 'returning') - Number(b.health === 'returning') ||
    a.priority - b.priority ||
    Number(isBound(b, account)) - Number(isBound(a, account)) ||
    Number(b.health === 'up') - Number(a.health === 'up') ||
    a.id.localeCompare(b.id);

const isBound = (way: TrunkSnapshot, account: string | undefined): boolean =>
  account !== undefined && way.bound.includes(account);

const trunkAttempt = (way: TrunkSnapshot, before: TrunkSnapshot | undefined, question: PlanQuestion): Attempt => {
  const { offer, configuration } = question;
  const registering = (id: string) => configuration.trunks.find((trunk) => trunk.id === id)?.kind !== 'peer';
  // Beside an open attempt only among equals or the pair of one account (U6).
  const pair = !before || before.priority === way.priority || (registering(before.id) && registering(way.id));
  return {
    id: way.id,
    targets: [{ kind: 'trunk', id: way.id, number: offer.dialled }],
    start: pair ? 'hedged' : 'alone',
    silenceMs: way.silenceBudgetMs,
    progressMs: way.progressBudgetMs,
    ringMs: way.ringMs,
    verdicts: way.verdicts,
    bound: registering(way.id) ? isBound(way, offer.caller.account) : true,
    why: `priority ${way.priority}, ${way.health}`,
  };
};

const lineAttempt = (way: TrunkSnapshot, { offer }: PlanQuestion, why: string): Attempt => ({
  id: way.id,
  targets: [{ kind: 'line', id: way.id, number: offer.dialled }],
  start: 'alone',
  silenceMs: Math.max(LINE_SILENCE_MS, way.silenceBudgetMs),
  progressMs: Math.max(LINE_PROGRESS_MS, way.progressBudgetMs),
  ringMs: way.ringMs,
  verdicts: way.verdicts,
  bound: true,
  why,
});

const emergencyPlan = (question: PlanQuestion): PlanResult => {
  const attempts = emergencyOrder(question.trunks).map((way): Attempt => {
    const plain = way.kind === 'line' ? lineAttempt(way, question, '') : { ...trunkAttempt(way, undefined, question) };
    return { ...plain, verdicts: emergencyVerdicts, why: 'emergency call' };
  });
  const reasons = attempts.map(({ id, why }) => ({ what: id, why }));
  return isSome(attempts)
    ? { is: 'planned', levels: [{ on: 'any', attempts }], reasons }
    : refused('noRoute', [{ what: question.offer.dialled, why: 'there is no line and no trunk at all' }]);
};
