import type { Configuration } from '../../config/schema.ts';
import { spanWords } from '../../core/time-words.ts';
import type { Target } from '../facts.ts';
import { type CallFailure, failureTable, isFailure } from '../failure.ts';
import type { Attempt, Level } from '../routing/attempt.ts';
import type { PlanResult } from '../routing/plan.ts';

/** One way that would be tried. */
export type AnalysedWay = {
  /** Every place that rings together, in words. */
  readonly to: string;
  readonly kind: Target['kind'];
  readonly why: string;
  /** What becomes of it in time, and what the far end sees of the caller. */
  readonly how: readonly string[];
};
export type AnalysedLevel = {
  /** When this is tried. */
  readonly when: string;
  readonly ways: readonly AnalysedWay[];
};
export type RouteAnalysis = {
  readonly is: 'planned' | 'refused';
  /** What would happen, in one sentence. */
  readonly sentence: string;
  readonly levels: readonly AnalysedLevel[];
  /** Every rule that was tried, in order. */
  readonly rules: readonly { readonly what: string; readonly why: string }[];
  /** Ways that are not used, and why. */
  readonly leftOut: readonly { readonly what: string; readonly why: string }[];
};

/** One for each failure in the plan: a person reads it once. */
const isSentence = ({ attempts, ownVoice }: Level): boolean =>
  ownVoice === true && attempts.every(({ targets }) => targets.every(({ kind }) => kind === 'sentence'));
const TOLD_WHY: AnalysedLevel = {
  when: 'If all of this fails',
  ways: [{ to: 'a sentence of the box', kind: 'sentence', why: 'the caller hears why the call failed', how: [] }],
};

/** The plan in plain words. `known`: ids of all trunks and exchange lines. */
export const analysisOf = (
  planned: PlanResult,
  known: readonly string[],
  configuration: Configuration,
): RouteAnalysis => {
  const levels = planned.is === 'planned' ? planned.levels : [];
  const used = new Set(
    levels.flatMap(({ attempts }) => attempts.flatMap(({ targets }) => targets.map(({ id }) => id))),
  );
  const ways = levels.some((level) => !isSentence(level)) ? levels.filter((level) => !isSentence(level)) : levels;
  const isLeftOut = ({ what }: { readonly what: string }): boolean => known.includes(what) && !used.has(what);
  return {
    is: planned.is,
    sentence: sentenceOf(planned, configuration),
    levels: [
      ...ways.map((level, at) => ({
        when: whenWords(level, at),
        ways: level.attempts.map((attempt) => wayOf(attempt, configuration)),
      })),
      ...(ways.length > 0 && ways.length < levels.length ? [TOLD_WHY] : []),
    ],
    rules: planned.reasons.filter((reason) => !isLeftOut(reason)),
    leftOut: planned.reasons.filter(isLeftOut),
  };
};

const sentenceOf = (planned: PlanResult, configuration: Configuration): string => {
  if (planned.is === 'refused') return `The call would be refused: ${failureTable[planned.cause].sentence}.`;
  const [first, ...others] = planned.levels.flatMap(({ attempts, ownVoice }) => (ownVoice ? [] : attempts));
  if (first === undefined) {
    const voice = planned.levels[0].attempts[0];
    return `The call would go to ${targetsWords(voice, configuration)}.`;
  }
  const then =
    others.length === 0 ? '' : `, then ${others.length === 1 ? 'to one other way' : `to ${others.length} other ways`}`;
  return `The call would go to ${targetsWords(first, configuration)}${then}.`;
};

const whenWords = (level: Level, at: number): string => {
  if (level.protect) {
    const delay = level.protect.delayMs === 0 ? '' : `, after ${spanWords(level.protect.delayMs)}`;
    return `When all others failed${delay} (protect)`;
  }
  if (level.ownVoice) return at === 0 ? 'The box itself' : `The box itself, ${onWords(level)}`;
  if (at === 0) return 'First';
  return level.elsewhere ? `Elsewhere, ${onWords(level)}` : `Then, ${onWords(level)}`;
};

const onWords = ({ on }: Level): string => {
  if (on === 'any') return 'if nothing before led to an answer';
  const causes = on.map((each) => (isFailure(each) ? failureTable[each].sentence : each));
  return causes.length > 3 ? 'if what came before failed' : `if ${causes.join(', or ')}`;
};

const wayOf = (attempt: Attempt, configuration: Configuration): AnalysedWay => {
  const { targets, why, by, shows, accept, preempts, start, ringMs } = attempt;
  const far = targets[0].kind === 'trunk' || targets[0].kind === 'line';
  const how = [
    ...(by === undefined ? [] : [`by ${by}`]),
    ...(shows === undefined
      ? []
      : [shows.withheld ? 'the caller is withheld' : `shows ${shows.number || 'no number'}`]),
    ...(accept ? ['whoever answers must press 1'] : []),
    ...(preempts === undefined ? [] : ['an ordinary call is ended for it']),
    ...(far && start === 'hedged'
      ? [`the next is tried beside it after ${spanWords(attempt.silenceMs)} of silence`]
      : []),
    ...(targets[0].kind === 'sentence' || targets[0].kind === 'announcement' ? [] : [`rings for ${spanWords(ringMs)}`]),
  ];
  return { to: targetsWords(attempt, configuration), kind: targets[0].kind, why, how };
};

const targetsWords = ({ targets }: Attempt, configuration: Configuration): string =>
  targets.map((target) => targetWords(target, configuration)).join(', ');

const targetWords = ({ kind, id, number, techPrefix = '' }: Target, { lines }: Configuration): string => {
  const extension = lines.find((line) => line.id === id)?.extension ?? '';
  const phone = extension === '' ? id : `${extension} (${id})`;
  switch (kind) {
    case 'trunk':
      return `softswitch ${id}, as ${techPrefix}${number}`;
    case 'line':
      return `exchange line ${id}, as ${number}`;
    case 'phone':
      return `phone ${phone}`;
    case 'mailbox':
      return `the mailbox of ${phone}`;
    case 'mailboxMenu':
      return `the menu of the mailbox of ${phone}`;
    case 'attendant':
      return `the auto attendant ${id}`;
    case 'announcement':
      return `the announcement ${id}`;
    case 'sentence':
      return `a sentence: ${failureTable[id as CallFailure]?.sentence ?? id}`;
  }
};
