import { after, type Instant, type Machine } from '../../core/machine.ts';

const EVERY_MS = 30_000;

/** When mailboxes that are full are looked at next: space that others free on the medium tells nobody. */
export type RoomWatch = { readonly lookAt: Instant };
export type RoomWatchEffect = { readonly do: 'look' };

export const roomWatch = (now: Instant): RoomWatch => ({ lookAt: after(now, EVERY_MS) });

export const roomWatchMachine: Machine<RoomWatch, never, RoomWatchEffect> = {
  step: (_, __, now) => ({ state: roomWatch(now), effects: [{ do: 'look' }] }),
  deadline: ({ lookAt }) => lookAt,
};
