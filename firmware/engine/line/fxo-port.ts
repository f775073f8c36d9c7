import { GatewayError } from '../../core/error.ts';
import type { Instant, Lapse } from '../../core/machine.ts';
import type { FxoTiming, Hardware } from '../../engine-protocol/hardware.ts';
import type { LineSignal } from '../../engine-protocol/signals.ts';
import { type ProgressTone, ToneDetector } from '../sound/tone-detector.ts';
import { digitsTone } from '../sound/tone-generator.ts';
import { type Disconnect, type DisconnectEvent, disconnectMachine } from './disconnect-machine.ts';
import { type Fxo, type FxoEffect, type FxoEvent, fxoMachine } from './fxo-machine.ts';
import type { LineFacts, LinePort, PortEdge, PortHost } from './port.ts';

/** Performs what the exchange-line and disconnect machines of one FXO port decide. */
export class FxoPort implements LinePort {
  readonly kind = 'fxo';
  readonly #host: PortHost;
  readonly #timing: FxoTiming;
  readonly #machine;
  readonly #disconnects;
  #hardware: Hardware;
  #detector: ToneDetector;
  #line: Fxo = { phase: 'idle' };
  #disconnect: Disconnect = { phase: 'unwatched' };
  #loopClosed = false;
  #battery = true;
  #restingPolarity = false;
  #polarity = false;
  #voice = false;
  #now = 0 as Instant;

  constructor(timing: FxoTiming, hardware: Hardware, host: PortHost) {
    this.#timing = timing;
    this.#hardware = hardware;
    this.#host = host;
    this.#machine = fxoMachine(timing);
    this.#disconnects = disconnectMachine(timing);
    this.#detector = this.#listen(hardware);
    host.drive({ loop: 'open' });
  }

  get open(): boolean {
    return this.#loopClosed;
  }

  get facts(): LineFacts {
    const ringing = this.#line.phase === 'alerted' && this.#line.reported;
    return { offHook: this.#loopClosed, present: this.#battery, ringing };
  }

  get signalling(): boolean {
    return this.#line.phase === 'seizing' || this.#line.phase === 'dialling';
  }

  retune(hardware: Hardware): void {
    this.#hardware = hardware;
    this.#detector = this.#listen(hardware);
  }

  edge(edge: PortEdge, at: number): void {
    const now = at as Instant;
    this.#now = now;
    if (edge.is === 'ringing') this.#step({ type: 'ringing', on: edge.on }, now);
    else if (edge.is === 'current')
      this.#supervise({ type: 'current', flows: edge.flows, at: edge.at as Instant }, now);
    else if (edge.is === 'polarity') this.#turned(edge.reversed, now);
    else if (edge.is === 'battery') this.#battery = edge.present;
  }

  tick(at: number): void {
    const now = at as Instant;
    this.#now = now;
    const lineAt = this.#machine.deadline(this.#line);
    if (lineAt !== undefined && now >= lineAt) this.#step({ type: 'lapse' }, now);
    const dropAt = this.#disconnects.deadline(this.#disconnect);
    if (dropAt !== undefined && now >= dropAt) this.#supervise({ type: 'lapse' }, now);
  }

  heard(frame: Int16Array, at: number): void {
    if (!this.#loopClosed) return;
    const now = at as Instant;
    this.#now = now;
    this.#detector.write(frame);
    const voice = this.#detector.otherSound;
    if (this.#line.phase === 'waiting' && (voice || this.#voice)) this.#step({ type: 'voice', heard: voice }, now);
    this.#voice = voice;
  }

  digitBegan(): void {}

  joined(): void {}

  left(): void {}

  signal(signal: LineSignal | 'none', at: number): void {
    const now = at as Instant;
    this.#now = now;
    if (signal === 'none') {
      this.#host.silence();
      return;
    }
    if ('tone' in signal) {
      const tone = this.#hardware.tones[signal.tone];
      this.#host.play(signal.tone, tone, signal.yieldsToMedia === true);
      return;
    }
    if ('digits' in signal) {
      this.#dial(signal.digits);
      return;
    }
    if (!('loop' in signal)) throw new GatewayError('engine-request', 'an exchange line can neither ring nor reverse');
    if (signal.loop === 'seize') {
      const { dial, blind } = signal;
      this.#step({ type: 'seize', dial, ...(blind ? { blind } : {}) }, now);
    } else this.#step({ type: signal.loop }, now);
  }

  #listen(hardware: Hardware): ToneDetector {
    return new ToneDetector(hardware.tones, (...heard) => this.#toneHeard(...heard));
  }

  #toneHeard(tone: ProgressTone, certain: boolean, soundedMs: number): void {
    if (tone === 'ringback') {
      this.#step({ type: 'ringback' }, this.#now);
      return;
    }
    if (tone === 'dial') this.#step({ type: 'dialTone' }, this.#now);
    if (certain) this.#supervise({ type: 'tone', tone, soundedMs }, this.#now);
  }

  /** The polarity at the moment of seizing is the resting one: lines are plugged in either way round. */
  #turned(reversed: boolean, now: Instant): void {
    this.#polarity = reversed;
    if (!this.#loopClosed) return;
    if (reversed === this.#restingPolarity) {
      this.#supervise({ type: 'polarityReturned', at: now }, now);
      return;
    }
    this.#step({ type: 'reversed' }, now);
    this.#supervise({ type: 'answeredByPolarity', at: now }, now);
  }

  #step(event: FxoEvent | Lapse, now: Instant): void {
    const { state, effects } = this.#machine.step(this.#line, event, now);
    this.#line = state;
    for (const effect of effects) this.#perform(effect, now);
  }

  #perform(effect: FxoEffect, now: Instant): void {
    if ('loop' in effect) {
      this.#switchLoop(effect.loop === 'closed');
      return;
    }
    if ('supervise' in effect) {
      this.#supervise({ type: effect.supervise ? 'hold' : 'let' }, now);
      return;
    }
    if ('dial' in effect) {
      this.#dial(effect.dial);
      return;
    }
    switch (effect.report) {
      case 'seized':
        this.#host.report({ is: 'seized', dialTone: effect.dialTone }, now);
        return;
      case 'answered':
        this.#host.report({ is: 'answered', by: effect.by }, now);
        return;
      default:
        this.#host.report({ is: effect.report }, now);
        return;
    }
  }

  #dial(digits: string): void {
    this.#host.play('digits', digitsTone(digits, this.#timing.digitMs, this.#timing.digitPauseMs), false);
  }

  #switchLoop(closed: boolean): void {
    if (closed && !this.#loopClosed) this.#restingPolarity = this.#polarity;
    this.#loopClosed = closed;
    this.#detector.reset();
    if (!closed) this.#host.silence();
    this.#host.drive({ loop: closed ? 'closed' : 'open' });
  }

  #supervise(event: DisconnectEvent | Lapse, now: Instant): void {
    const { state, effects } = this.#disconnects.step(this.#disconnect, event, now);
    this.#disconnect = state;
    for (const effect of effects) {
      this.#step({ type: 'disconnected' }, now);
      const { disconnected: by, ...tone } = effect;
      this.#host.report({ is: 'disconnected', by, ...tone }, now);
    }
  }
}
