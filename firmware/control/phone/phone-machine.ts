import { earliest, type Instant, type Machine } from '../../core/machine.ts';
import type { LineEvent } from '../../engine-protocol/events.ts';
import type { CallerId, LineSignal } from '../../engine-protocol/signals.ts';
import { type Cause, failureTable, isFailure } from '../failure.ts';
import type { Caller, LegCommand, LegId, Setup, Unfit } from '../leg/leg.ts';
import { beginDialling, type Dialled, diallingLapsed, digitDialled, digitDialledOn } from './dialling-machine.ts';
import { flashed, leaves, recall, returned } from './hold.ts';
import {
  heldBy,
  holding,
  isRung,
  type OffHook,
  type Out,
  type Phone,
  type PhoneEffect,
  type PhoneEvent,
  type PhoneSettings,
  quiet,
  released,
  stay,
} from './phone-state.ts';

export type { Phone, PhoneEffect, PhoneEvent, PhoneSettings } from './phone-state.ts';

/** One phone; `settings` is read at each digit, so that a changed map holds from the next digit on. */
export const phoneMachine = (settings: () => PhoneSettings): Machine<Phone, PhoneEvent, PhoneEffect> => ({
  step: (phone, event, now) => {
    switch (event.type) {
      case 'lapse':
        return lapsed(phone, settings(), now);
      case 'line':
        return lineEvent(phone, event.event, event.may === true, settings, now);
      case 'recall':
        return phone.at === 'onHook' ? recall(event.leg, settings(), now) : stay(phone);
      case 'command':
        return commanded(phone, event.command);
      case 'found':
        return found(phone, event, settings(), now);
      case 'goesOn':
        return goesOn(phone, event.ringing);
      case 'coded':
        return phone.at === 'placing' ? coded(phone, event.taken) : stay(phone);
      case 'placed':
        return phone.at === 'placing'
          ? stay(
              { at: 'calling', leg: event.leg, number: phone.number, ...holding(phone) },
              { do: 'open', leg: event.leg },
            )
          : stay(phone, released(event.leg, 'hungUp'));
      default:
        return joined(phone, event.type === 'opened');
    }
  },
  deadline: (phone) => {
    if (phone.at === 'recalling') return phone.until;
    return earliest(phone.at === 'dialling' ? phone.dialling.lapseAt : undefined, heldBy(phone)?.until);
  },
});

function lineEvent(phone: Phone, event: LineEvent, may: boolean, settings: () => PhoneSettings, now: Instant): Out {
  switch (event.is) {
    case 'offHook':
      return lifted(phone, settings(), now);
    case 'onHook':
      return hungUp(phone, may, settings(), now);
    case 'flash':
      return flashed(phone, may, settings(), now);
    case 'parked':
      return phone.at === 'onHook' ? stay(phone) : parked(phone);
    case 'digit':
      // In a call digits stay in the engine, but where the trunk wants them as INFO.
      if (phone.at === 'talking') return stay(phone, { tell: { type: 'digit', leg: phone.leg, digit: event.digit } });
      if (phone.at === 'calling') return dialledOn(phone, event.digit, settings().map);
      if (phone.at !== 'dialling') return stay(phone);
      return dialled(phone, digitDialled(phone.dialling, event.digit, settings().map, settings(), now));
    default:
      return stay(phone);
  }
}

function lifted(phone: Phone, settings: PhoneSettings, now: Instant): Out {
  if (phone.at === 'onHook') return stay({ at: 'dialling', dialling: beginDialling(settings, now) });
  if (phone.at === 'recalling') return returned(phone.leg, {});
  if (phone.at !== 'ringing') return stay(phone);
  const { leg, beside } = phone;
  return stay({ at: 'answering', leg }, { do: 'open', leg, beside });
}

/** Hanging up ends at once whatever the phone was doing; whoever it holds is not lost by it. */
function hungUp(phone: Phone, mayJoin: boolean, settings: PhoneSettings, now: Instant): Out {
  const idle: Phone = { at: 'onHook' };
  const held = heldBy(phone);
  if (held) return leaves(phone as OffHook, held, mayJoin, settings, now);
  switch (phone.at) {
    case 'onHook':
    case 'ringing':
    case 'recalling':
      return stay(phone);
    case 'answering':
    case 'calling':
    case 'talking':
      return stay(idle, { do: 'close', leg: phone.leg }, released(phone.leg, 'hungUp'));
    default:
      return stay(idle);
  }
}

function parked(phone: Phone): Out {
  const state: Phone = { at: 'parked', ...holding(phone) };
  if (!('leg' in phone) || isRung(phone)) return stay(state);
  return stay(state, { do: 'close', leg: phone.leg }, released(phone.leg, 'hungUp'));
}

// ── dialling ────────────────────────────────────────────────────────────────────────────────────

function dialled(phone: Phone, outcome: Dialled): Out {
  const held = holding(phone);
  switch (outcome.is) {
    case 'more':
      return stay({ at: 'dialling', dialling: outcome.dialling, ...held });
    case 'number':
      return placed(outcome, held);
    case 'failed':
      return unfit(phone, outcome.number, outcome.cause);
  }
}

const placed = ({ number, grows }: Extract<Dialled, { is: 'number' }>, held: ReturnType<typeof holding>): Out =>
  stay({ at: 'placing', number, ...held }, { do: 'dial', number, ...(grows ? { grows } : {}) });

/** A further digit of a number that is being called: digits that no number has are not heard. */
function dialledOn(phone: Extract<Phone, { at: 'calling' }>, digit: string, map: PhoneSettings['map']): Out {
  const { leg, number, collects } = phone;
  const more = collects && number !== undefined ? digitDialledOn(number, digit, map) : undefined;
  if (!more) return stay(phone);
  const tell = { type: 'digit', leg, digit, ...(more.last ? { last: true as const } : {}) } as const;
  return stay({ ...phone, number: more.number }, { tell });
}

/** A call that comes to nothing is a call too: it has a record, and its caller hears a sentence. No digit, no call. */
function unfit(phone: Phone, number: string, cause: Unfit): Out {
  const held = holding(phone);
  if (number === '') return stay({ at: 'hearing', cause, ...held }, { do: 'signal', play: toneOf(cause) });
  return stay({ at: 'placing', number, ...held }, { do: 'dial', number, unfit: cause });
}

/** The stuttering dial tone says yes, the special information tone no. */
const coded = (phone: Phone, taken: boolean): Out =>
  stay(
    { at: 'hearing', cause: taken ? 'hungUp' : 'forbidden', ...holding(phone) },
    { do: 'signal', play: { tone: taken ? 'stutter' : 'special' } },
  );

/** The tone of a failure; after an ordinary end the busy tone asks to hang up. */
const toneOf = (cause: Cause): LineSignal => ({ tone: isFailure(cause) ? failureTable[cause].tone : 'busy' });

function lapsed(phone: Phone, settings: PhoneSettings, now: Instant): Out {
  if (phone.at === 'recalling') {
    return now < phone.until ? stay(phone) : stay({ at: 'onHook' }, quiet, released(phone.leg, 'noAnswer'));
  }
  const held = heldBy(phone);
  if (held && now >= held.until) return heldGone(phone as OffHook, held.leg, 'noAnswer');
  if (phone.at !== 'dialling' || now < phone.dialling.lapseAt) return stay(phone);
  return dialled(phone, diallingLapsed(phone.dialling, settings.map));
}

/** The held party is let go, or has left; what the phone does meanwhile goes on. */
function heldGone(phone: OffHook, leg: LegId, cause: Cause): Out {
  const { held: _, ...rest } = phone;
  return stay(rest as OffHook, released(leg, cause));
}

function commanded(phone: Phone, command: LegCommand): Out {
  if (command.do === 'setup') return setup(phone, command);
  const leg = command.do === 'release' ? command.leg : command.leg.leg;
  if (command.do === 'release' && heldBy(phone)?.leg === leg) return heldGone(phone as OffHook, leg, command.cause);
  if (!('leg' in phone) || phone.leg !== leg) return stay(phone);
  switch (command.do) {
    case 'alert':
      return hears(phone, command.hear === 'local ringback' ? 'ringback' : undefined);
    case 'connect':
      return phone.at === 'calling' ? stay({ at: 'talking', leg, ...holding(phone) }, quiet) : stay(phone);
    case 'collect':
      return phone.at === 'calling' ? collects(phone, command.on) : stay(phone);
    case 'hold':
      return phone.at === 'talking' ? hears(phone, 'hold') : stay(phone);
    case 'resume':
      return phone.at === 'talking' ? hears(phone) : stay(phone);
    case 'digit':
      return stay(phone, { do: 'signal', play: { digits: command.digit, by: 'dtmf' } });
    case 'release':
      return letGo(phone, command.cause);
    default:
      return stay(phone);
  }
}

function collects(phone: Extract<Phone, { at: 'calling' }>, on: boolean): Out {
  const { collects: _, ...rest } = phone;
  return stay(on ? { ...rest, collects: true } : rest, { do: 'listen', leg: phone.leg, on });
}

const playOf = (what: 'hold' | 'ringback' | undefined): PhoneEffect => {
  if (what === undefined) return quiet;
  return { do: 'signal', play: what === 'hold' ? { tone: 'hold' } : { tone: 'ringback', yieldsToMedia: true } };
};

/** What the line plays instead of the other party; nothing: the other party is heard. */
function hears(phone: Phone, what?: 'hold' | 'ringback'): Out {
  if (phone.at !== 'talking') return stay(phone, playOf(what));
  const { hears: _, ...rest } = phone;
  return stay(what === undefined ? rest : { ...rest, hears: what }, playOf(what));
}

/** The plane before us may have died before it could say what it had decided: it is said again. */
function goesOn(phone: Phone, ringing: boolean): Out {
  if (phone.at === 'talking') return stay(phone, playOf(phone.hears));
  return isRung(phone) && !ringing ? stay(phone, { do: 'signal', play: { ring: 'normal' } }) : stay(phone);
}

/** A call for this phone: it rings if it is idle, else it is busy. */
function setup(phone: Phone, { leg, beside, caller }: Setup): Out {
  if (phone.at !== 'onHook') return stay(phone, released(leg, 'busy'));
  return stay(
    { at: 'ringing', leg, beside },
    { do: 'signal', play: { ring: 'normal', callerId: callerIdOf(caller) } },
    { tell: { type: 'alerting', leg, media: false } },
  );
}

const callerIdOf = (caller: Caller): CallerId => ({
  number: caller.number === '' ? 'unavailable' : caller.number,
  ...(caller.name === undefined ? {} : { name: caller.name }),
});

/** The coordinator ends the leg: a ringing phone falls silent, a person at the handset hears why. */
function letGo(phone: Extract<Phone, { leg: LegId }>, cause: Cause): Out {
  const { leg } = phone;
  if (isRung(phone)) return stay({ at: 'onHook' }, quiet, released(leg, cause));
  const state: Phone = { at: 'hearing', cause, ...holding(phone) };
  return stay(state, { do: 'close', leg, play: toneOf(cause) }, released(leg, cause));
}

/** The line was joined to the call's context, or could not be. */
function joined(phone: Phone, opened: boolean): Out {
  if (opened) {
    if (phone.at !== 'answering') return stay(phone);
    return stay({ at: 'talking', leg: phone.leg }, { tell: { type: 'connect', leg: phone.leg } });
  }
  if (phone.at !== 'answering' && phone.at !== 'calling' && phone.at !== 'talking') return stay(phone);
  return letGo(phone, 'mediaLost');
}

/**
 * After a restart nothing of a call is left: whoever held the handset in one hears that it is over. A handset that was
 * lifted while we started has the engine's dial tone in the ear, and may dial.
 */
function found(
  phone: Phone,
  { offHook, lost, cause }: Extract<PhoneEvent, { type: 'found' }>,
  settings: PhoneSettings,
  now: Instant,
): Out {
  const held = heldBy(phone);
  const legs = [...('leg' in phone ? [phone.leg] : []), ...(held ? [held.leg] : [])];
  const over = legs.map((leg) => released(leg, cause));
  // a handset that is lifted at this moment has its dial tone from the engine: it is not to be taken away
  if (!offHook) return stay({ at: 'onHook' }, ...(isRung(phone) ? [quiet] : []), ...over);
  if (phone.at === 'dialling' && !lost) return stay(phone);
  if (phone.at === 'onHook' && !lost) return lifted(phone, settings, now);
  const why = phone.at === 'hearing' ? phone.cause : cause;
  return stay({ at: 'hearing', cause: why }, { do: 'signal', play: toneOf(why) }, ...over);
}
