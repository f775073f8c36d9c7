import type { Configuration, Did, Line, RingGroup } from '../../config/schema.ts';
import { isSome } from '../../core/machine.ts';
import type { Level } from './attempt.ts';
import { notCounted } from './calendar.ts';
import { calledBack, calledBackLines, withCallBacks } from './call-back.ts';
import type { PlanReason } from './explanation.ts';
import { failoverPlan } from './failover.ts';
import { alwaysForwarded, closedPlan, forwardingPlan, ringsFirstMs } from './forwarding.ts';
import { extensionLine, phoneLine, phonesAttempt, ringingLines } from './inside.ts';
import { mailboxLevel, mailboxTakes, voiceAttempt } from './own-voice.ts';
import type { PlanQuestion, Routed } from './question.ts';

/** Who is called on this box. */
export type Callee =
  | { readonly kind: 'phone'; readonly line: Line }
  | { readonly kind: 'ringGroup'; readonly group: RingGroup }
  | { readonly kind: 'attendant' | 'mailbox'; readonly id: string };
export type Inward = { readonly levels: readonly Level[]; readonly reasons: readonly PlanReason[] };

/** The callee with this extension; undefined where nobody has it, or nothing of it is in use. */
export const calleeByExtension = (configuration: Configuration, dialled: string): Callee | undefined => {
  const line = extensionLine(configuration, dialled);
  if (line) return { kind: 'phone', line };
  const group = configuration.ringGroups.find(({ extension }) => extension === dialled);
  if (group) return groupOf(configuration, group.id);
  const attendant = configuration.attendants.find(({ extension }) => extension !== '' && extension === dialled);
  return attendant && { kind: 'attendant', id: attendant.id };
};

/** The callee that a way in names (`to`). */
export const calleeOf = (configuration: Configuration, to: NonNullable<Routed['to']>): Callee | undefined => {
  if (to.kind === 'phone') {
    const line = phoneLine(configuration, to.id);
    return line && { kind: 'phone', line };
  }
  if (to.kind === 'ringGroup') return groupOf(configuration, to.id);
  if (to.kind === 'mailbox') return phoneLine(configuration, to.id) && { kind: 'mailbox', id: to.id };
  return configuration.attendants.some(({ id }) => id === to.id) ? { kind: 'attendant', id: to.id } : undefined;
};

/** The callee of an inbound number, which names a line, a ring group or an auto attendant. */
export const calleeOfNumber = (configuration: Configuration, { rings }: Did): Callee | undefined =>
  calleeOf(configuration, { kind: 'phone', id: rings }) ??
  calleeOf(configuration, { kind: 'ringGroup', id: rings }) ??
  calleeOf(configuration, { kind: 'attendant', id: rings });

const groupOf = (configuration: Configuration, id: string): Callee | undefined => {
  const group = configuration.ringGroups.find((each) => each.id === id);
  const isThere = group?.lines.some((line) => phoneLine(configuration, line) !== undefined);
  return group && isThere ? { kind: 'ringGroup', group } : undefined;
};

/**
 * How somebody on this box is reached (pure): the phone, or where its rules lead (U14); the failover of the number that
 * was called (U13); the mailbox behind all of it (S2). `callee` undefined: nobody is there, so only the failover is
 * left. A number that an emergency service may call back rings its phone past every rule (S4).
 */
export const inwardLevels = (
  question: PlanQuestion,
  callee: Callee | undefined,
  did: Did | undefined,
  why: string,
): Inward => withCallBacks(usualLevels(question, callee, did, why), calledBackLines(question));

const usualLevels = (question: PlanQuestion, callee: Callee | undefined, did: Did | undefined, why: string): Inward => {
  const failover = did === undefined ? { levels: [], reasons: [] } : failoverPlan(question, did);
  if (callee?.kind !== 'phone') {
    const { levels, reasons } = callee === undefined ? { levels: [], reasons: [] } : together(question, callee, why);
    return { levels: [...levels, ...failover.levels], reasons: [...reasons, ...failover.reasons] };
  }
  const rung = phoneLevels(question, callee.line, why);
  const mailbox = mailboxOf(question, callee.line);
  const levels = [...rung.levels, ...failover.levels, ...mailbox.levels];
  return {
    levels: sendersCallRings(question, callee.line, levels),
    reasons: [...rung.reasons, ...failover.reasons, ...mailbox.reasons],
  };
};

/**
 * A call that a living softswitch sends rings until that takes it back (S2): no rule of its own says how long the phone
 * rings, and nobody else takes what it does not answer.
 */
const sendersCallRings = (question: PlanQuestion, line: Line, levels: readonly Level[]): readonly Level[] => {
  const { from } = question.offer;
  const lives = question.trunks.some(({ id, health }) => from.kind === 'trunk' && id === from.id && health !== 'down');
  const [first, ...rest] = levels;
  if (!lives || first === undefined || ringsFirstMs(question, line) !== undefined) return levels;
  const [attempt] = first.attempts;
  const isItself = attempt.targets.every(({ kind, id }) => kind === 'phone' && id === line.id);
  if (!isItself || rest.some(({ on }) => on === 'any' || on.includes('noAnswer'))) return levels;
  return [{ ...first, attempts: [{ ...attempt, untilCancelled: true }] }, ...rest];
};

const together = (question: PlanQuestion, callee: Exclude<Callee, { kind: 'phone' }>, why: string): Inward => {
  if (callee.kind !== 'ringGroup') {
    const attempts: Level['attempts'] = [voiceAttempt(callee.kind, callee.id, why)];
    return { levels: [{ on: 'any', attempts, ownVoice: true }], reasons: [{ what: attempts[0].id, why }] };
  }
  const { group } = callee;
  const what = `ring group ${group.id}`;
  const closed = notCounted(group, question);
  const lines = ringingLines(question, group);
  if (closed !== undefined || !isSome(lines)) {
    return { levels: [], reasons: [{ what, why: closed ?? 'none of its phones counts now' }] };
  }
  const attempts: Level['attempts'] = [phonesAttempt(group.id, lines, group.ringS * 1000, why)];
  const ring = `${why}; ${lines.map(({ id }) => id).join(', ')} ring together`;
  return { levels: [{ on: 'any', attempts }], reasons: [{ what, why: ring }] };
};

const phoneLevels = (question: PlanQuestion, line: Line, why: string): Inward => {
  if (calledBack(question, line)) {
    const reason = { what: line.id, why: 'an emergency service may be calling back: it rings past every rule' };
    return { levels: [ringing(question, line, why, undefined)], reasons: [{ what: line.id, why }, reason] };
  }
  const always = alwaysForwarded(question, line);
  if (always !== undefined) {
    const led = forwardingPlan(question, line, 0);
    const reason = { what: line.id, why: `it does not ring: forwarding ${always.id} leads all its calls on` };
    if (led.levels.length > 0) return { levels: led.levels, reasons: [reason, ...led.reasons] };
  }
  const closed = notCounted(line, question);
  if (closed !== undefined) {
    const led = closedPlan(question, line, closed);
    return { levels: led.levels, reasons: [{ what: line.id, why: `it does not ring: ${closed}` }, ...led.reasons] };
  }
  const led = always === undefined ? forwardingPlan(question, line, 1) : { levels: [], reasons: [] };
  const rings = ringing(question, line, why, ringsFirstMs(question, line));
  return { levels: [rings, ...led.levels], reasons: [{ what: line.id, why }, ...led.reasons] };
};

const ringing = (question: PlanQuestion, line: Line, why: string, firstMs: number | undefined): Level => {
  const { mailbox, routing } = question.configuration;
  const ringS = takesMessage(question, line).takes ? mailbox.ringS : routing.phoneRingS;
  return { on: 'any', attempts: [phonesAttempt(line.id, [line], firstMs ?? ringS * 1000, why)] };
};

const mailboxOf = (question: PlanQuestion, line: Line): Inward => {
  const { takes, why: policy } = takesMessage(question, line);
  const closed = calledBack(question, line) ? undefined : notCounted(line, question);
  const why = closed === undefined ? policy : `${policy}; ${line.id}: ${closed}`;
  return { levels: takes ? [mailboxLevel(line, why)] : [], reasons: [{ what: `mailbox/${line.id}`, why }] };
};

/** A test call must not leave a message. */
const takesMessage = ({ offer, trunks }: PlanQuestion, line: Line): ReturnType<typeof mailboxTakes> =>
  offer.from.kind === 'gateway'
    ? { takes: false, why: 'the box itself leaves no message' }
    : mailboxTakes(line, offer.from.kind === 'trunk', trunks);
