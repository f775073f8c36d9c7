import type { Configuration, Line } from '../../config/schema.ts';
import { isSome, type Some } from '../../core/machine.ts';
import type { Target } from '../facts.ts';
import { type CallFailure, failureTable } from '../failure.ts';
import type { TrunkSnapshot } from '../trunk/trunk.ts';
import type { Attempt, Level } from './attempt.ts';

/** A voice of the box begins at once; no sentence, message or session of an owner lasts longer. */
const VOICE_SILENCE_MS = 5_000;
const LONGEST_VOICE_MS = 3_600_000;
/** Who does not take the call gets a message. Failures of the box itself (no audio) do not go to a mailbox. */
const MISSED: Some<CallFailure> = ['noAnswer', 'busy', 'unavailable', 'declined'];

export type OwnVoice = Extract<Target['kind'], 'mailbox' | 'mailboxMenu' | 'sentence' | 'attendant' | 'announcement'>;

/** The attempt at a voice of the box (recorded voices answer, speak and record by themselves). */
export const voiceAttempt = (kind: OwnVoice, id: string, why: string): Attempt => {
  const target: Target = { kind, id, number: '' };
  return {
    id: `${kind}/${id}`,
    targets: [target],
    start: 'alone',
    silenceMs: VOICE_SILENCE_MS,
    progressMs: VOICE_SILENCE_MS,
    ringMs: LONGEST_VOICE_MS,
    verdicts: {},
    bound: true,
    why,
  };
};

/** Whether the mailbox of a phone takes a call from there (S2), and why. */
export const mailboxTakes = (
  line: Line,
  fromSoftswitch: boolean,
  trunks: readonly TrunkSnapshot[],
): { readonly takes: boolean; readonly why: string } => {
  if (line.mailbox === 'always') return { takes: true, why: 'the mailbox takes what nobody answers' };
  if (line.mailbox === 'never') return { takes: false, why: 'the mailbox is switched off' };
  if (fromSoftswitch) return { takes: false, why: 'the softswitch that sent the call lives' };
  const living = trunks.find(({ kind, health }) => kind === 'trunk' && health !== 'down' && health !== 'held');
  return living
    ? { takes: false, why: `${living.id} is ${living.health}, and the mailbox is for outages` }
    : { takes: true, why: 'no softswitch lives, and the mailbox is for outages' };
};

/** The caller leaves a message where the phone did not take the call. */
export const mailboxLevel = (line: Line, why: string): Level => ({
  on: MISSED,
  attempts: [voiceAttempt('mailbox', line.id, why)],
  ownVoice: true,
});

const spoken = (Object.keys(failureTable) as CallFailure[]).filter((each) => failureTable[each].spoken !== undefined);
const sentence = (failure: CallFailure): Level => ({
  on: [failure],
  attempts: [voiceAttempt('sentence', failure, `the caller is told: ${failureTable[failure].sentence}`)],
  ownVoice: true,
});
/** After all else: who calls from a phone of ours hears in words why the call failed, then the tone (U15). */
export const sentenceLevels: readonly Level[] = spoken.map(sentence);

/** The levels of a call that no other level can be made for; undefined where the tone says it all. */
export const onlySentence = (failure: CallFailure): Some<Level> | undefined => {
  const levels = spoken.includes(failure) ? [sentence(failure)] : [];
  return isSome(levels) ? levels : undefined;
};

/** The phone that dials the access code of the mailboxes hears its own messages. */
export const isAccessCode = (configuration: Configuration, dialled: string): boolean =>
  dialled !== '' && dialled === configuration.mailbox.accessCode;
