import type { Configuration, Forwarding, Line } from '../../config/schema.ts';
import { isSome, type Some } from '../../core/machine.ts';
import type { Attempt, Level } from './attempt.ts';
import { notCounted } from './calendar.ts';
import type { PlanReason } from './explanation.ts';
import { accountOfLine, extensionLine, phoneLine, phonesAttempt, ringingLines } from './inside.ts';
import { passedOn } from './number-pool.ts';
import { outsideLevels } from './outside.ts';
import { voiceAttempt } from './own-voice.ts';
import type { PlanQuestion } from './question.ts';

type Target = Forwarding['targets'][number];
/** How one target of a rule is reached, or why it is left out. */
export type TargetFound =
  | {
      readonly levels: Some<Level>;
      readonly reasons: readonly PlanReason[];
      /** What a call has passed that was led there; no call passes it twice. */
      readonly passes: string;
      /** The phone that rings, which has rules of its own. */
      readonly line?: Line;
    }
  | { readonly left: string };

/** One target of a forwarding as levels (U14). Pure. */
export const targetFound = (question: PlanQuestion, rule: Forwarding, target: Target): TargetFound => {
  const { configuration, offer } = question;
  const why = `forwarding ${rule.id}`;
  switch (target.to) {
    case 'extension':
      return extensionFound(question, rule, target, why);
    case 'group': {
      const group = configuration.ringGroups.find(({ id }) => id === target.name);
      return group ? groupFound(question, rule, group, target, why) : { left: 'there is no such ring group' };
    }
    case 'mailbox':
      if (offer.from.kind === 'gateway') return { left: 'the box itself leaves no message' };
      if (!phoneLine(configuration, target.name)) return { left: 'there is no phone on this line' };
      return voiceFound('mailbox', target.name, rule, why);
    case 'attendant':
      if (!configuration.attendants.some(({ id }) => id === target.name)) return { left: 'there is no such attendant' };
      return voiceFound('attendant', target.name, rule, why);
    case 'announcement':
      return voiceFound('announcement', target.name, rule, why);
    case 'number':
      return outsideFound(question, rule, target, why);
  }
};

const level = (attempt: Attempt, rule: Forwarding): Level => ({ on: 'any', attempts: [{ ...attempt, by: rule.id }] });

/** An extension is a phone, a ring group or an auto attendant. */
const extensionFound = (question: PlanQuestion, rule: Forwarding, target: Target, why: string): TargetFound => {
  const { configuration } = question;
  const line = extensionLine(configuration, target.name);
  if (line) {
    const closed = notCounted(line, question);
    if (closed !== undefined) return { left: closed };
    const levels: Some<Level> = [level(phonesAttempt(line.id, [line], target.ringS * 1000, why), rule)];
    return { levels, reasons: [], passes: line.id, line };
  }
  const group = configuration.ringGroups.find(({ extension }) => extension === target.name);
  if (group) return groupFound(question, rule, group, target, why);
  const attendant = configuration.attendants.find(({ extension }) => extension !== '' && extension === target.name);
  return attendant ? voiceFound('attendant', attendant.id, rule, why) : { left: 'there is no such extension' };
};

const groupFound = (
  question: PlanQuestion,
  rule: Forwarding,
  group: Configuration['ringGroups'][number],
  target: Target,
  why: string,
): TargetFound => {
  const closed = notCounted(group, question);
  if (closed !== undefined) return { left: closed };
  const lines = ringingLines(question, group);
  if (!isSome(lines)) return { left: 'no phone of the ring group is in use' };
  const levels: Some<Level> = [level(phonesAttempt(group.id, lines, target.ringS * 1000, why), rule)];
  return { levels, reasons: [], passes: `ringGroup/${group.id}` };
};

const voiceFound = (
  kind: 'mailbox' | 'attendant' | 'announcement',
  id: string,
  rule: Forwarding,
  why: string,
): TargetFound => ({
  levels: [{ ...level(voiceAttempt(kind, id, why), rule), ownVoice: true }],
  reasons: [],
  passes: `${kind}/${id}`,
});

/** An outside number leaves in the name of the phone that forwards, and is barred as if that phone had dialled (R8). */
const outsideFound = (question: PlanQuestion, rule: Forwarding, target: Target, why: string): TargetFound => {
  const line = phoneLine(question.configuration, rule.line);
  if (!line) return { left: 'there is no phone on this line' };
  const { levels, reasons, refused } = outsideLevels(inNameOf(question, line), target.name, {
    ...{ line, forwarded: true, why },
    ...(rule.display === 'caller' ? { asCaller: true as const } : {}),
  });
  if (!isSome(levels)) return { left: `it cannot be called: ${refused ?? 'noRoute'}` };
  const [first, ...others] = levels.map((each) => ({
    ...each,
    attempts: shown(question, line, rule, target, each.attempts),
  }));
  return { levels: [first as Level, ...others], reasons, passes: `number/${target.name}` };
};

/** The same question as if the phone asked it: its account leaves, and its bindings count. */
const inNameOf = (question: PlanQuestion, line: Line): PlanQuestion => {
  const account = accountOfLine(question.configuration, line);
  const { account: _, ...caller } = question.offer.caller;
  const named = account === undefined ? caller : { ...caller, account: account.id };
  return { ...question, offer: { ...question.offer, caller: named } };
};

const shown = (
  question: PlanQuestion,
  line: Line,
  { id, display, accept }: Forwarding,
  { ringS }: Target,
  attempts: Some<Attempt>,
): Some<Attempt> => {
  const { offer } = question;
  const { number, name } = offer.from;
  const hidden = offer.caller.withheld ? { withheld: true as const } : {};
  const caller = { number, ...(name === undefined ? {} : { name }), ...hidden };
  const account = accountOfLine(question.configuration, line);
  const [first, ...others] = attempts.map((attempt): Attempt => {
    const shows = display === 'caller' ? passedOn(question, attempt.targets[0].id, caller) : attempt.shows;
    return {
      ...attempt,
      by: id,
      ringMs: ringS * 1000,
      ...(shows === undefined ? {} : { shows }),
      ...(account === undefined ? {} : { account: account.id }),
      ...(accept ? { accept: true as const } : {}),
    };
  });
  return [first as Attempt, ...others];
};
