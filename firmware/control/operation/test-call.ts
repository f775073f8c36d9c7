import { argument, operationArguments } from '../../config/arguments.ts';
import { spanWords } from '../../core/time-words.ts';
import { failureTable, isFailure } from '../failure.ts';
import type { TestCallResult, TestCalls } from '../ivr/test-call.ts';
import { done, type Ended, failed, refusedAt, type Verb } from './verb.ts';

export type TestCallRooms = {
  readonly testCalls: TestCalls;
  /** Numbers that must never be called for a test, as dialled. */
  readonly emergency: () => readonly string[];
};

const args = operationArguments({
  number: argument.text({
    title: 'Number',
    help: 'Called as a phone of the box would call it. Never an emergency number.',
    min: 1,
    max: 32,
    form: { is: /^[0-9*#+]+$/, words: 'must be digits, *, # or +' },
  }),
  trunk: argument.optionalText({
    title: 'Over',
    help: 'Short name of a softswitch, or an exchange line such as line/5; empty: as routing finds it.',
    max: 40,
    default: '',
    form: { is: /^$|^(line\/)?[A-Za-z0-9][A-Za-z0-9-]*$/, words: 'must be a short name, or line/ and a number' },
  }),
});

const EMERGENCY =
  'Emergency calls need power, a line or a provider that accepts them, and the right address at the provider. Test only with the test number your provider names.';

/** The box calls a number, says a sentence, and tells what became of it. */
export const testCall = ({ testCalls, emergency }: TestCallRooms): Verb<{ number: string; trunk: string }> => ({
  name: 'test-call',
  title: 'Test call',
  help: 'The box calls a number by itself, says a sentence to whoever answers, and tells which way the call took.',
  arguments: args,
  // as long as a far end may ring, and the sentence
  deadlineMs: 150_000,
  disturbs: true,
  async run({ number, trunk }) {
    if (isEmergencyNumber(number, emergency()))
      return refusedAt('number', 'must not be an emergency number', EMERGENCY);
    const result = await testCalls.place({ number, ...(trunk === '' ? {} : { trunk }) });
    return outcomeOf(number, result);
  },
});

/** With and without the plus, as written on paper and as dialled. */
const isEmergencyNumber = (number: string, emergency: readonly string[]): boolean =>
  emergency.includes(number) || emergency.includes(number.replace(/^\+/, ''));

const outcomeOf = (number: string, result: TestCallResult): Ended => {
  const ways = result.attempts.map(({ target, cause }) => `${target}: ${wayWords(cause)}`).join('; ');
  const tail = ways === '' ? '' : ` Ways: ${ways}.`;
  if (!result.answered) {
    const why = isFailure(result.cause) ? failureTable[result.cause].sentence : 'it ended before anybody answered';
    return failed(`The test call to ${number} was not answered: ${why}.${tail}`);
  }
  const after = result.afterMs === undefined ? '' : ` after ${spanWords(result.afterMs)}`;
  return done(`The test call to ${number} was answered${after}.${tail}`, result);
};

const wayWords = (cause: TestCallResult['attempts'][number]['cause']): string => {
  if (cause === 'answered') return 'answered';
  return isFailure(cause) ? failureTable[cause].sentence : 'given up';
};
