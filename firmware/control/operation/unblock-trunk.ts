import { operationArguments } from '../../config/arguments.ts';
import { type BlockRooms, trunkArgument, unknownTrunk } from './block-trunk.ts';
import { done, type Verb } from './verb.ts';

/** Ends a block before its time. */
export const unblockTrunk = ({ trunks }: BlockRooms): Verb<{ trunk: string }> => ({
  name: 'unblock-trunk',
  title: 'Unblock a softswitch',
  help: 'Calls go out over it again.',
  arguments: operationArguments({ trunk: trunkArgument }),
  deadlineMs: 5_000,
  disturbs: false,
  run({ trunk: id }, by) {
    if (!trunks.ids().includes(id)) return unknownTrunk(trunks.ids());
    const was = trunks.unblock(id, by);
    return done(was ? `${id} takes outgoing calls again.` : `${id} was not blocked.`, { trunk: id, was });
  },
});
