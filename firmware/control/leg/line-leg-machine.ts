import { after, type Instant, type Machine, type Step } from '../../core/machine.ts';
import type { LineEvent } from '../../engine-protocol/events.ts';
import type { CallerId, LineSignal } from '../../engine-protocol/signals.ts';
import type { Cause } from '../failure.ts';
import type { LegCommand, LegEvent, LegId } from './leg.ts';

/** Caller ID comes between the first and the second ring; without one the call is offered at the second. */
export const CALLER_ID_WAIT_MS = 4_000;

/** An exchange line (FXO). */
export type ExchangeLine =
  | { readonly at: 'idle' }
  /** It rings, and who calls is waited for. */
  | { readonly at: 'rung'; readonly offerAt: Instant }
  /** The call was handed up; without a phone to ring it is left ringing. */
  | { readonly at: 'ringing' }
  /** It called us; `joined`: the line stands in its context. */
  | { readonly at: 'offered'; readonly leg: LegId; readonly answered: boolean; readonly joined: boolean }
  /** We call: the line is being joined, then seized and dialled. */
  | { readonly at: 'seizing'; readonly leg: LegId; readonly number: string; readonly blind?: true }
  | { readonly at: 'dialled'; readonly leg: LegId }
  | { readonly at: 'talking'; readonly leg: LegId };

export type ExchangeLineEvent =
  | { readonly type: 'line'; readonly event: LineEvent }
  | { readonly type: 'command'; readonly command: LegCommand }
  | { readonly type: 'offered'; readonly leg: LegId }
  | { readonly type: 'opened' | 'mediaFailed' }
  /** After a restart of either plane the loop is open and nothing is up. */
  | { readonly type: 'found'; readonly cause: Cause };

export type ExchangeLineEffect =
  | { readonly tell: LegEvent }
  /** A call came in; its leg gets its name in the same cascade. */
  | { readonly do: 'offer'; readonly callerId?: CallerId }
  | { readonly do: 'open'; readonly leg: LegId; readonly beside?: LegId }
  /** Opens the loop and subtracts the line. */
  | { readonly do: 'close'; readonly leg: LegId }
  | { readonly do: 'signal'; readonly play: LineSignal | 'none' };
type Out = Step<ExchangeLine, ExchangeLineEffect>;

const idle: ExchangeLine = { at: 'idle' };
const stay = (state: ExchangeLine, ...effects: ExchangeLineEffect[]): Out => ({ state, effects });
const over = (leg: LegId, cause: Cause, tone: { readonly toneMs?: number } = {}): Out =>
  stay(idle, { do: 'close', leg }, { tell: { type: 'released', leg, cause, ...tone } });

/** One exchange line as leg, both ways. */
export const lineLegMachine: Machine<ExchangeLine, ExchangeLineEvent, ExchangeLineEffect> = {
  step: (line, event, now) => {
    switch (event.type) {
      case 'lapse':
        return line.at === 'rung' && now >= line.offerAt ? stay({ at: 'ringing' }, { do: 'offer' }) : stay(line);
      case 'line':
        return lineEvent(line, event.event, now);
      case 'command':
        return commanded(line, event.command);
      case 'offered':
        return offered(line, event.leg);
      case 'found':
        return 'leg' in line ? over(line.leg, event.cause) : stay(idle);
      default:
        return joined(line, event.type === 'opened');
    }
  },
  deadline: (line) => (line.at === 'rung' ? line.offerAt : undefined),
};

const offered = (line: ExchangeLine, leg: LegId): Out =>
  line.at === 'ringing'
    ? stay({ at: 'offered', leg, answered: false, joined: false }, { do: 'open', leg })
    : stay(line, { tell: { type: 'released', leg, cause: 'hungUp' } });

function lineEvent(line: ExchangeLine, event: LineEvent, now: Instant): Out {
  switch (line.at) {
    case 'idle':
      return event.is === 'rung' ? stay({ at: 'rung', offerAt: after(now, CALLER_ID_WAIT_MS) }) : stay(line);
    case 'rung':
    case 'ringing':
      if (event.is === 'callerId' && line.at === 'rung') {
        return stay({ at: 'ringing' }, { do: 'offer', callerId: event.callerId });
      }
      return event.is === 'ringEnded' || event.is === 'disconnected' ? stay(idle) : stay(line);
    case 'offered':
      return event.is === 'ringEnded' || event.is === 'disconnected' ? over(line.leg, 'hungUp') : stay(line);
    case 'talking':
      // Digits come up only where somebody asked for them: a voice of the box.
      if (event.is === 'digit') return stay(line, { tell: { type: 'digit', leg: line.leg, digit: event.digit } });
      return event.is === 'disconnected' ? over(line.leg, 'hungUp', toneOf(event)) : stay(line);
    default:
      return calling(line, event);
  }
}

const toneOf = ({ soundedMs }: Extract<LineEvent, { is: 'disconnected' }>): { readonly toneMs?: number } =>
  soundedMs === undefined ? {} : { toneMs: soundedMs };

type Calling = Extract<ExchangeLine, { at: 'seizing' | 'dialled' }>;

function calling(line: Calling, event: LineEvent): Out {
  const { leg } = line;
  switch (event.is) {
    case 'seized':
      return event.dialTone ? stay(line, { tell: { type: 'proceeding', leg } }) : over(leg, 'lineDead');
    case 'glare':
      return over(leg, 'lineBusyOut');
    case 'dialled':
      // What the exchange says is heard from here on.
      return stay({ at: 'dialled', leg }, { tell: { type: 'progress', leg, media: true } });
    case 'ringback':
      return stay(line, { tell: { type: 'alerting', leg, media: true } });
    case 'answered':
      return stay({ at: 'talking', leg }, { tell: { type: 'connect', leg } });
    case 'disconnected':
      return over(leg, causeOfTone(event.tone));
    default:
      return stay(line);
  }
}

const causeOfTone = (tone: 'busy' | 'congestion' | 'dial' | undefined): Cause =>
  tone === 'busy' ? 'busy' : tone === 'congestion' ? 'congestion' : 'unavailable';

function commanded(line: ExchangeLine, command: LegCommand): Out {
  if (command.do === 'setup') {
    const { leg, beside, target } = command;
    if (line.at !== 'idle') return stay(line, { tell: { type: 'released', leg, cause: 'lineBusyOut' } });
    const blind = target.blind ? { blind: true as const } : {};
    return stay({ at: 'seizing', leg, number: target.number, ...blind }, { do: 'open', leg, beside });
  }
  const leg = command.do === 'release' ? command.leg : command.leg.leg;
  if (!('leg' in line) || line.leg !== leg) return stay(line);
  switch (command.do) {
    case 'connect':
      return line.at === 'offered' ? answered({ ...line, answered: true }) : stay(line);
    case 'digit':
      return stay(line, { do: 'signal', play: { digits: command.digit, by: 'dtmf' } });
    case 'hold':
    case 'resume':
    case 'alert':
      return line.at === 'talking' ? stay(line, { do: 'signal', play: waitingTone[command.do] }) : stay(line);
    case 'release':
      return over(leg, command.cause);
    default:
      return stay(line);
  }
}

/** What a party hears that waits for a phone of ours. */
const waitingTone = { hold: { tone: 'hold' }, alert: { tone: 'ringback' }, resume: 'none' } as const;

/** Off hook as soon as the call is answered and the line stands in its context. */
const answered = (line: Extract<ExchangeLine, { at: 'offered' }>): Out =>
  line.answered && line.joined
    ? stay({ at: 'talking', leg: line.leg }, { do: 'signal', play: { loop: 'answer' } })
    : stay(line);

function joined(line: ExchangeLine, opened: boolean): Out {
  if (line.at === 'seizing') {
    const blind = line.blind ? { blind: true as const } : {};
    const play: LineSignal = { loop: 'seize', dial: line.number, ...blind };
    return opened ? stay(line, { do: 'signal', play }) : over(line.leg, 'lineBusyOut');
  }
  if (line.at !== 'offered') return stay(line);
  return opened ? answered({ ...line, joined: true }) : over(line.leg, 'mediaLost');
}
