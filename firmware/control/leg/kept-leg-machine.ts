import { after, type Instant, type Machine } from '../../core/machine.ts';
import type { SipSignal } from '../sip/face.ts';

/** How often it is looked whether the flow stands again, and how long that is worth while: Timer B of the far end. */
const LOOK_EVERY_MS = 100;
const GIVE_UP_MS = 32_000;

/** A SIP leg of the plane before us, whose dialog is to be ended as soon as its flow is open. */
export type KeptLeg = {
  readonly is: 'waiting' | 'leaving' | 'gone';
  readonly lookAt: Instant;
  readonly until: Instant;
};
export type KeptLegEvent = SipSignal | { readonly type: 'flow'; readonly open: boolean };
export type KeptLegEffect = { readonly do: 'look' | 'end' };

export const keptLeg = (now: Instant): KeptLeg => ({ is: 'waiting', lookAt: now, until: after(now, GIVE_UP_MS) });

export const keptLegMachine: Machine<KeptLeg, KeptLegEvent, KeptLegEffect> = {
  step: (leg, event, now) => {
    if ('sip' in event) return { state: { ...leg, is: 'gone' }, effects: [] };
    if (event.type === 'lapse') {
      if (leg.is === 'leaving' || now >= leg.until) return { state: { ...leg, is: 'gone' }, effects: [] };
      return { state: { ...leg, lookAt: after(now, LOOK_EVERY_MS) }, effects: [{ do: 'look' }] };
    }
    if (!event.open || leg.is !== 'waiting') return { state: leg, effects: [] };
    return { state: { ...leg, is: 'leaving', lookAt: after(now, GIVE_UP_MS) }, effects: [{ do: 'end' }] };
  },
  deadline: (leg) => (leg.is === 'gone' ? undefined : leg.lookAt),
  over: (leg) => leg.is === 'gone',
};
