import { after, type Instant } from '../../core/machine.ts';
import type { LegId } from '../leg/leg.ts';
import { beginDialling } from './dialling-machine.ts';
import {
  type Held,
  heldBy,
  type OffHook,
  type Out,
  type Phone,
  type PhoneEffect,
  type PhoneSettings,
  quiet,
  released,
  stay,
} from './phone-state.ts';

/**
 * A flash holds the party that talks and gives dial tone for a second one; one more takes the first party back: the
 * second is then held if it has answered, else dropped.
 */
export function flashed(phone: Phone, may: boolean, settings: PhoneSettings, now: Instant): Out {
  const held = heldBy(phone);
  switch (phone.at) {
    case 'talking':
      if (!may) return stay(phone);
      return held ? alternates(phone, held, settings, now) : holds(phone.leg, settings, now);
    case 'calling':
      if (!held || !may) return stay(phone);
      return returned(held.leg, {}, { do: 'close', leg: phone.leg }, released(phone.leg, 'hungUp'));
    case 'dialling':
    case 'hearing':
    case 'parked':
      return held ? returned(held.leg, {}) : stay(phone);
    default:
      return stay(phone);
  }
}

function holds(leg: LegId, settings: PhoneSettings, now: Instant): Out {
  const held: Held = { leg, until: after(now, settings.holdMs) };
  return stay(
    { at: 'dialling', dialling: beginDialling(settings, now), held },
    { tell: { type: 'hold', leg } },
    { do: 'close', leg, play: { tone: 'stutter' } },
  );
}

function alternates({ leg }: { readonly leg: LegId }, held: Held, settings: PhoneSettings, now: Instant): Out {
  const other: Held = { leg, until: after(now, settings.holdMs) };
  return returned(held.leg, { held: other }, { tell: { type: 'hold', leg } }, { do: 'close', leg });
}

/** The party that was held is talked to again, once the line has left whatever it was in. */
export const returned = (leg: LegId, more: { readonly held?: Held }, ...before: PhoneEffect[]): Out =>
  stay({ at: 'talking', leg, ...more }, ...before, quiet, { do: 'return', leg }, { tell: { type: 'retrieve', leg } });

/** Hanging up joins the held party and the second one; without a second one, or if it may not be, it rings back. */
export function leaves(phone: OffHook, held: Held, mayJoin: boolean, settings: PhoneSettings, now: Instant): Out {
  if (!('leg' in phone)) return recall(held.leg, settings, now);
  const { leg } = phone;
  const close: PhoneEffect = { do: 'close', leg };
  if (mayJoin) return stay({ at: 'onHook' }, close, { do: 'transfer', held: held.leg, second: leg });
  const { state, effects } = recall(held.leg, settings, now);
  return { state, effects: [close, released(leg, 'hungUp'), ...effects] };
}

export const recall = (leg: LegId, settings: PhoneSettings, now: Instant): Out =>
  stay({ at: 'recalling', leg, until: after(now, settings.recallMs) }, { do: 'signal', play: { ring: 'normal' } });
