import type { Instant, Lapse, Machine, Step } from '../../core/machine.ts';

/**
 * A softswitch that a person has taken out of service for outgoing calls (U19).
 *
 *   blocked ──unblock, or its time is over──▶ over
 *
 * The state is in the adoption file, so that a block outlives the control plane.
 */
export type Block = { readonly is: 'blocked'; readonly by: string; readonly until?: Instant } | { readonly is: 'over' };
export type BlockEvent = { readonly type: 'unblock'; readonly by: string };
export type BlockEffect = { readonly fact: 'trunkUnblocked'; readonly by: string };

const over = (by: string): Step<Block, BlockEffect> => ({
  state: { is: 'over' },
  effects: [{ fact: 'trunkUnblocked', by }],
});

export const blockMachine: Machine<Block, BlockEvent, BlockEffect> = {
  step(state: Block, event: BlockEvent | Lapse): Step<Block, BlockEffect> {
    if (state.is === 'over') return { state, effects: [] };
    return over(event.type === 'unblock' ? event.by : 'the clock');
  },
  deadline: (state) => (state.is === 'blocked' ? state.until : undefined),
  over: (state) => state.is === 'over',
};
