import { argument, operationArguments } from '../../config/arguments.ts';
import { done, refusedAt, type Verb } from './verb.ts';

export type BlockRooms = {
  readonly trunks: {
    /** Ids of the softswitches. */
    ids(): readonly string[];
    /** Minutes 0: until it is unblocked. */
    block(id: string, by: string, minutes: number): boolean;
    /** False where it was not blocked. */
    unblock(id: string, by: string): boolean;
    /** Calls that are up over it. */
    callsUp(id: string): number;
  };
};

/** The softswitch that is meant. */
export const trunkArgument = argument.shortName('The one that is meant.', 'Softswitch');

export const unknownTrunk = (ids: readonly string[]) =>
  refusedAt(
    'trunk',
    `must be one of ${ids.join(', ') || '(none is set up)'}`,
    'Name a softswitch that is in the settings.',
  );

const blockArgs = operationArguments({
  trunk: trunkArgument,
  minutes: argument.whole({
    title: 'For',
    help: '0 = until it is unblocked. A restart of the box ends it.',
    unit: 'min',
    min: 0,
    max: 1440,
    default: 60,
  }),
});

/** Takes a softswitch out of service for outgoing calls (U19). */
export const blockTrunk = ({ trunks }: BlockRooms): Verb<{ trunk: string; minutes: number }> => ({
  name: 'block-trunk',
  title: 'Block a softswitch',
  help: 'No call goes out over it; emergency calls do, calls that are up go on, and calls from there still arrive.',
  arguments: blockArgs,
  deadlineMs: 5_000,
  disturbs: true,
  run({ trunk: id, minutes }, by) {
    if (!trunks.block(id, by, minutes)) return unknownTrunk(trunks.ids());
    const until = minutes === 0 ? 'until it is unblocked' : `for ${minutes} min`;
    const up = trunks.callsUp(id);
    const calls = up === 0 ? '' : ` ${up} of its calls ${up === 1 ? 'goes' : 'go'} on.`;
    return done(`${id} takes no outgoing calls ${until}; emergency calls pass.${calls}`, { trunk: id, minutes });
  },
});
