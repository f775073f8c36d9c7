import type { Instant, Machine, Step } from '../../core/machine.ts';
import type { LineEvent } from '../../engine-protocol/events.ts';
import type { CallerId, LineSignal } from '../../engine-protocol/signals.ts';
import { type Cause, failureTable, isFailure } from '../failure.ts';
import type { Caller, LegCommand, LegEvent, LegId, Setup, Unfit } from '../leg/leg.ts';
import type { DigitMap } from '../routing/digit-map.ts';
import {
  beginDialling,
  type Dialled,
  type Dialling,
  type DiallingTimes,
  diallingLapsed,
  digitDialled,
} from './dialling-machine.ts';

/** The person on an FXS port. */
export type Phone =
  | { readonly at: 'onHook' }
  /** Left off hook past the howler. */
  | { readonly at: 'parked' }
  | { readonly at: 'ringing'; readonly leg: LegId; readonly beside: LegId }
  /** Lifted while ringing: its line is being joined to the call. */
  | { readonly at: 'answering'; readonly leg: LegId }
  | { readonly at: 'dialling'; readonly dialling: Dialling }
  /** A number was dialled; its leg gets its name in the same cascade. */
  | { readonly at: 'placing'; readonly number: string }
  | { readonly at: 'calling'; readonly leg: LegId }
  | { readonly at: 'talking'; readonly leg: LegId }
  /** Far end gone or call failed, handset still up; the engine goes over to the howler by itself. */
  | { readonly at: 'hearing'; readonly cause: Cause };

export type PhoneEvent =
  | { readonly type: 'line'; readonly event: LineEvent }
  | { readonly type: 'command'; readonly command: LegCommand }
  | { readonly type: 'placed'; readonly leg: LegId }
  /** What was dialled was a star code: nobody is called, and a tone says whether it was taken. */
  | { readonly type: 'coded'; readonly taken: boolean }
  | { readonly type: 'opened' | 'mediaFailed' }
  /** Where the handset was found after a start of either plane. `lost`: the plane before us had it in a call. */
  | { readonly type: 'found'; readonly offHook: boolean; readonly lost: boolean; readonly cause: Cause }
  /** A plane before us had it as it is now; `ringing`: the engine rings it. */
  | { readonly type: 'goesOn'; readonly ringing: boolean };

export type PhoneEffect =
  | { readonly tell: LegEvent }
  /** `unfit`: the digit map makes no number of it, and the caller is to be told. */
  | { readonly do: 'dial'; readonly number: string; readonly unfit?: Unfit }
  | { readonly do: 'open'; readonly leg: LegId; readonly beside?: LegId }
  /** `play` is heard when the line has left the call. */
  | { readonly do: 'close'; readonly leg: LegId; readonly play?: LineSignal }
  | { readonly do: 'signal'; readonly play: LineSignal | 'none' };
type Out = Step<Phone, PhoneEffect>;

export type PhoneSettings = DiallingTimes & { readonly map: DigitMap };

const stay = (state: Phone, ...effects: PhoneEffect[]): Out => ({ state, effects });
const quiet: PhoneEffect = { do: 'signal', play: 'none' };
const released = (leg: LegId, cause: Cause): PhoneEffect => ({ tell: { type: 'released', leg, cause } });

/** One phone; `settings` is read at each digit, so that a changed map holds from the next digit on. */
export const phoneMachine = (settings: () => PhoneSettings): Machine<Phone, PhoneEvent, PhoneEffect> => ({
  step: (phone, event, now) => {
    switch (event.type) {
      case 'lapse':
        return lapsed(phone, settings(), now);
      case 'line':
        return lineEvent(phone, event.event, settings, now);
      case 'command':
        return commanded(phone, event.command);
      case 'found':
        return found(phone, event, settings(), now);
      case 'goesOn': {
        // The plane before us died before it could say so.
        const ring: PhoneEffect = { do: 'signal', play: { ring: 'normal' } };
        return phone.at === 'ringing' && !event.ringing ? stay(phone, ring) : stay(phone);
      }
      case 'coded':
        return phone.at === 'placing' ? coded(event.taken) : stay(phone);
      case 'placed':
        return phone.at === 'placing'
          ? stay({ at: 'calling', leg: event.leg }, { do: 'open', leg: event.leg })
          : stay(phone, released(event.leg, 'hungUp'));
      default:
        return joined(phone, event.type === 'opened');
    }
  },
  deadline: (phone) => (phone.at === 'dialling' ? phone.dialling.lapseAt : undefined),
});

function lineEvent(phone: Phone, event: LineEvent, settings: () => PhoneSettings, now: Instant): Out {
  switch (event.is) {
    case 'offHook':
      return lifted(phone, settings(), now);
    case 'onHook':
      return hungUp(phone);
    case 'parked':
      return phone.at === 'onHook' ? stay(phone) : parked(phone);
    case 'digit':
      // In a call digits stay in the engine, but where the trunk wants them as INFO.
      if (phone.at === 'talking') return stay(phone, { tell: { type: 'digit', leg: phone.leg, digit: event.digit } });
      if (phone.at !== 'dialling') return stay(phone);
      return dialled(digitDialled(phone.dialling, event.digit, settings().map, settings(), now));
    default:
      // A flash does nothing yet, and above all does not end the call.
      return stay(phone);
  }
}

function lifted(phone: Phone, settings: PhoneSettings, now: Instant): Out {
  if (phone.at === 'onHook') return stay({ at: 'dialling', dialling: beginDialling(settings, now) });
  if (phone.at !== 'ringing') return stay(phone);
  const { leg, beside } = phone;
  return stay({ at: 'answering', leg }, { do: 'open', leg, beside });
}

/** Hanging up ends at once whatever the phone was doing. */
function hungUp(phone: Phone): Out {
  const idle: Phone = { at: 'onHook' };
  switch (phone.at) {
    case 'onHook':
    case 'ringing':
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
  if (!('leg' in phone) || phone.at === 'ringing') return stay({ at: 'parked' });
  return stay({ at: 'parked' }, { do: 'close', leg: phone.leg }, released(phone.leg, 'hungUp'));
}

function dialled(outcome: Dialled): Out {
  switch (outcome.is) {
    case 'more':
      return stay({ at: 'dialling', dialling: outcome.dialling });
    case 'number':
      return stay({ at: 'placing', number: outcome.number }, { do: 'dial', number: outcome.number });
    case 'failed':
      return unfit(outcome.number, outcome.cause);
  }
}

/** A call that comes to nothing is a call too: it has a record, and its caller hears a sentence. No digit, no call. */
function unfit(number: string, cause: Unfit): Out {
  if (number === '') return stay({ at: 'hearing', cause }, { do: 'signal', play: toneOf(cause) });
  return stay({ at: 'placing', number }, { do: 'dial', number, unfit: cause });
}

/** The stuttering dial tone says yes, the special information tone no. */
const coded = (taken: boolean): Out =>
  stay(
    { at: 'hearing', cause: taken ? 'hungUp' : 'forbidden' },
    { do: 'signal', play: { tone: taken ? 'stutter' : 'special' } },
  );

/** The tone of a failure; after an ordinary end the busy tone asks to hang up. */
const toneOf = (cause: Cause): LineSignal => ({ tone: isFailure(cause) ? failureTable[cause].tone : 'busy' });

function lapsed(phone: Phone, settings: PhoneSettings, now: Instant): Out {
  if (phone.at !== 'dialling' || now < phone.dialling.lapseAt) return stay(phone);
  return dialled(diallingLapsed(phone.dialling, settings.map));
}

function commanded(phone: Phone, command: LegCommand): Out {
  if (command.do === 'setup') return setup(phone, command);
  const leg = command.do === 'release' ? command.leg : command.leg.leg;
  if (!('leg' in phone) || phone.leg !== leg) return stay(phone);
  switch (command.do) {
    case 'alert': {
      const ringback: LineSignal = { tone: 'ringback', yieldsToMedia: true };
      return stay(phone, { do: 'signal', play: command.hear === 'local ringback' ? ringback : 'none' });
    }
    case 'connect':
      return phone.at === 'calling' ? stay({ at: 'talking', leg }, quiet) : stay(phone);
    case 'digit':
      return stay(phone, { do: 'signal', play: { digits: command.digit, by: 'dtmf' } });
    case 'release':
      return letGo(phone, command.cause);
    default:
      return stay(phone);
  }
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
  if (phone.at === 'ringing') return stay({ at: 'onHook' }, quiet, released(leg, cause));
  return stay({ at: 'hearing', cause }, { do: 'close', leg, play: toneOf(cause) }, released(leg, cause));
}

/** The line was joined to the call's context, or could not be. */
function joined(phone: Phone, opened: boolean): Out {
  if (opened) {
    if (phone.at !== 'answering') return stay(phone);
    return stay({ at: 'talking', leg: phone.leg }, { tell: { type: 'connect', leg: phone.leg } });
  }
  if (phone.at !== 'answering' && phone.at !== 'calling') return stay(phone);
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
  const over = 'leg' in phone ? [released(phone.leg, cause)] : [];
  if (!offHook) return stay({ at: 'onHook' }, quiet, ...over);
  if (phone.at === 'dialling' && !lost) return stay(phone);
  if (phone.at === 'onHook' && !lost) return lifted(phone, settings, now);
  const why = phone.at === 'hearing' ? phone.cause : cause;
  return stay({ at: 'hearing', cause: why }, { do: 'signal', play: toneOf(why) }, ...over);
}
