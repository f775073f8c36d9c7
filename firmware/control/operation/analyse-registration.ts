import { argument, operationArguments } from '../../config/arguments.ts';
import type { RegistrationAnalysis } from '../trunk/analysis.ts';
import { trunkArgument, unknownTrunk } from './block-trunk.ts';
import { done, type Ended, refusedAt, type Verb } from './verb.ts';

export type AnalyseRooms = {
  readonly trunks: {
    ids(): readonly string[];
    /** Registers anew now and tells what was seen; undefined: there is no such account. Ends by itself in 10 s. */
    analyse(trunk: string, account: string): Promise<RegistrationAnalysis | undefined>;
  };
  readonly accounts: () => readonly string[];
};

const args = operationArguments({
  trunk: trunkArgument,
  account: argument.text({ title: 'Account', help: 'Short name of the account.', min: 1, max: 32 }),
});

/** Registers an account anew and says in one sentence how it stands and what to do. */
export const analyseRegistration = (rooms: AnalyseRooms): Verb<{ trunk: string; account: string }> => ({
  name: 'analyse-registration',
  title: 'Analyse a registration',
  help: 'Registers the account anew now and says what came back, and what to do about it.',
  arguments: args,
  deadlineMs: 12_000,
  disturbs: false,
  async run({ trunk, account }): Promise<Ended> {
    const { trunks, accounts } = rooms;
    if (!trunks.ids().includes(trunk)) return unknownTrunk(trunks.ids());
    const analysis = await trunks.analyse(trunk, account);
    if (analysis === undefined) {
      const names = accounts().join(', ') || '(none is set up)';
      return refusedAt('account', `must be one of ${names}`, 'Name an account that is in the settings.');
    }
    // the analysis was made, whatever it found
    return done(sentenceOf(analysis), analysis);
  },
});

const whereWords = ({ trunk, host, address }: RegistrationAnalysis): string =>
  address === undefined || address === host ? `${trunk} (${host})` : `${trunk} (${host}, found at ${address})`;

/** The final answer, empty where none came. */
const answerWords = ({ status, phrase, roundTripMs }: RegistrationAnalysis): string => {
  if (status === undefined) return '';
  const took = roundTripMs === undefined ? '' : ` after ${Math.max(1, Math.round(roundTripMs))} ms`;
  return `: ${`${status} ${phrase ?? ''}`.trim()} came back${took}`;
};

const sentenceOf = (analysis: RegistrationAnalysis): string => {
  const { account, registered, expiresS, seenFrom, sentence, remedy } = analysis;
  if (!registered) return `${capital(sentence)}${answerWords(analysis)}. ${remedy}`.trim();
  const time = expiresS === undefined ? '' : ` for ${expiresS} s`;
  const seen = seenFrom === undefined ? '' : ` It sees us at ${seenFrom}: there is address translation on the way.`;
  return `${account} is registered at ${whereWords(analysis)}${time}${answerWords(analysis)}.${seen}`;
};

const capital = (words: string): string => words.charAt(0).toUpperCase() + words.slice(1);
