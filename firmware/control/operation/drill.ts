import { argument, operationArguments } from '../../config/arguments.ts';
import type { Drills } from './drills.ts';
import { done, failed, refusedAt, type Verb } from './verb.ts';

export type DrillRooms = {
  readonly drills: Pick<Drills, 'start'>;
  /** What is taken where nothing is asked for. */
  readonly drillSettings: () => { readonly testNumber: string; readonly blockS: number };
};

const args = operationArguments({
  trunk: argument.optionalText({
    title: 'Softswitch',
    help: 'The one that falls silent; empty: the first.',
    max: 32,
    default: '',
    form: { is: /^$|^[A-Za-z0-9][A-Za-z0-9-]*$/, words: 'must be a short name' },
  }),
  seconds: argument.whole({
    title: 'For',
    help: 'So long it is silent for the box. 0 = as the settings say.',
    unit: 's',
    min: 0,
    max: 300,
    default: 0,
  }),
  number: argument.optionalText({
    title: 'Test number',
    help: 'Called while it is silent; never an emergency number. Empty: as the settings say.',
    max: 24,
    default: '',
    form: { is: /^[+]?[0-9*#]*$/, words: 'must be digits, with + before, * or # where needed' },
  }),
});

/** The longest silence, the longest return, the longest test call and something over. */
const DEADLINE_MS = 600_000;
const SHORTEST_BLOCK_S = 5;

/** One button that proves the failover on the live box (U17). */
export const drill = ({
  drills,
  drillSettings,
}: DrillRooms): Verb<{ trunk: string; seconds: number; number: string }> => ({
  name: 'failover-drill',
  title: 'Failover drill',
  help: 'For some seconds no new call reaches the softswitch; calls that are up go on. Measures how the box goes on without it and comes back, and writes a sheet. An emergency call ends it at once.',
  arguments: args,
  deadlineMs: DEADLINE_MS,
  disturbs: true,
  async run({ trunk, seconds, number }, by) {
    if (seconds !== 0 && seconds < SHORTEST_BLOCK_S)
      return refusedAt('seconds', `must be 0, or at least ${SHORTEST_BLOCK_S}`, 'Choose a longer time.');
    const { testNumber, blockS } = drillSettings();
    const blockMs = (seconds === 0 ? blockS : seconds) * 1000;
    const sheet = await drills.start({ by, trunk, blockMs, number: number === '' ? testNumber : number });
    return sheet.passed ? done(sheet.sentence, sheet) : failed(sheet.sentence);
  },
});
