import { after, type Instant, type Machine } from '../../../core/machine.ts';
import type { ServerEffect } from './invite-server-machine.ts';
import type { Timers } from './timers.ts';

/**
 * Non-INVITE server transaction, RFC 3261 §17.2.2: trying → (1xx) proceeding → (final) completed ─J→ over.
 * What nobody answers ends with Timer F of the far end; we forget it then as well, so that nothing stays for ever.
 */
export type Server =
  | { readonly is: 'trying' | 'proceeding'; readonly endAt: Instant }
  | { readonly is: 'completed'; readonly endAt: Instant }
  | { readonly is: 'over' };
export type ServerEvent =
  | { readonly type: 'request' }
  | { readonly type: 'respond'; readonly status: number }
  | { readonly type: 'transportFailed' };

export const serverTrying = (timers: Timers, now: Instant): Server => ({
  is: 'trying',
  endAt: after(now, timers.giveUp),
});

export const serverMachine = (timers: Timers, reliable: boolean): Machine<Server, ServerEvent, ServerEffect> => ({
  step(state, event, now) {
    if (state.is === 'over') return { state, effects: [] };
    if (event.type === 'lapse') return { state: now >= state.endAt ? { is: 'over' } : state, effects: [] };
    if (event.type === 'transportFailed') return { state: { is: 'over' }, effects: [] };
    if (event.type === 'request') return { state, effects: state.is === 'trying' ? [] : [{ do: 'resend' }] };
    if (state.is === 'completed') return { state, effects: [] };
    const effects: ServerEffect[] = [{ do: 'send' }];
    if (event.status < 200) return { state: { ...state, is: 'proceeding' }, effects };
    return { state: reliable ? { is: 'over' } : { is: 'completed', endAt: after(now, timers.giveUp) }, effects };
  },
  deadline: (state) => (state.is === 'over' ? undefined : state.endAt),
  over: (state) => state.is === 'over',
});
