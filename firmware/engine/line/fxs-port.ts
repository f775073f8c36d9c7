import { GatewayError } from '../../core/error.ts';
import type { Instant, Lapse } from '../../core/machine.ts';
import type { FxsTiming, Hardware } from '../../engine-protocol/hardware.ts';
import type { LineSignal } from '../../engine-protocol/signals.ts';
import { digitsTone } from '../sound/tone-generator.ts';
import { type Feed, type FeedEvent, feedMachine } from './feed-machine.ts';
import { type Fxs, type FxsEffect, type FxsEvent, fxsMachine } from './fxs-machine.ts';
import { type Hook, type HookEffect, hookAtStart, hookMachine } from './hook-machine.ts';
import type { LineFacts, LinePort, PortEdge, PortHost } from './port.ts';
import { type RingEffect, type RingEvent, ringAtStart, ringMachine } from './ring-machine.ts';

const DIGIT_MS = 80;
const DIGIT_PAUSE_MS = 80;
const PULSE_DIGIT_MS = 100;

/** Performs what the hook, ringing and phone machines of one FXS port decide. */
export class FxsPort implements LinePort {
  readonly kind = 'fxs';
  readonly #host: PortHost;
  readonly #timing: FxsTiming;
  readonly #feedMachine;
  readonly #hookMachine;
  #hardware: Hardware;
  #hook: Hook = hookAtStart;
  #phone: Fxs = { phase: 'idle' };
  #ringing = ringAtStart;
  #feed: Feed = { phase: 'on' };

  constructor(timing: FxsTiming, hardware: Hardware, host: PortHost) {
    this.#timing = timing;
    this.#hardware = hardware;
    this.#host = host;
    this.#feedMachine = feedMachine(timing.openOnReleaseMs);
    this.#hookMachine = hookMachine(timing);
    host.drive({ feed: 'normal' });
    host.drive({ ring: 'off' });
  }

  get open(): boolean {
    return this.#hook.phase === 'offHook';
  }

  get facts(): LineFacts {
    const lifted = this.#hook.phase === 'offHook' || this.#hook.phase === 'opened';
    return { offHook: lifted, present: true, ringing: this.#ringing.phase === 'ringing' };
  }

  get signalling(): boolean {
    return false;
  }

  retune(hardware: Hardware): void {
    this.#hardware = hardware;
  }

  edge(edge: PortEdge, now: number): void {
    if (edge.is !== 'loop') return;
    this.#feedStep({ type: 'loop', closed: edge.closed, at: edge.at as Instant }, now as Instant);
  }

  tick(at: number): void {
    const now = at as Instant;
    const feedAt = this.#feedMachine.deadline(this.#feed);
    if (feedAt !== undefined && now >= feedAt) this.#feedStep({ type: 'lapse' }, now);
    const hookAt = this.#hookMachine.deadline(this.#hook);
    if (hookAt !== undefined && now >= hookAt) {
      const next = this.#hookMachine.step(this.#hook, { type: 'lapse' }, now);
      this.#hook = next.state;
      this.#performHook(next.effects, now);
    }
    const ringAt = ringMachine.deadline(this.#ringing);
    if (ringAt !== undefined && now >= ringAt) this.#ring({ type: 'lapse' }, now);
    const phoneAt = fxsMachine.deadline(this.#phone);
    if (phoneAt !== undefined && now >= phoneAt) this.#step({ type: 'lapse' }, now);
  }

  heard(): void {}

  digitBegan(now: number): void {
    this.#step({ type: 'digit' }, now as Instant);
  }

  joined(now: number): void {
    this.#step({ type: 'joined' }, now as Instant);
  }

  left(now: number): void {
    this.#step({ type: 'left' }, now as Instant);
  }

  signal(signal: LineSignal | 'none', at: number): void {
    const now = at as Instant;
    if (signal === 'none') {
      this.#step({ type: 'silence' }, now);
      return;
    }
    if ('tone' in signal) {
      const yields = signal.yieldsToMedia === true;
      this.#step({ type: 'tone', tone: signal.tone, yields, inContext: this.#host.inContext }, now);
      return;
    }
    if ('digits' in signal) {
      this.#host.play('digits', digitsTone(signal.digits, DIGIT_MS, DIGIT_PAUSE_MS), false);
      return;
    }
    if ('ring' in signal) {
      this.#startRinging(signal.ring, now);
      return;
    }
    if ('polarity' in signal) {
      this.#host.drive({ feed: signal.polarity });
      return;
    }
    if (signal.loop !== 'release')
      throw new GatewayError('engine-request', `a phone line cannot ${signal.loop} a loop`);
    this.#feedStep({ type: 'release', closed: this.open }, now);
  }

  #startRinging(name: string, now: Instant): void {
    const cadence = this.#hardware.rings[name];
    if (!cadence) {
      const names = Object.keys(this.#hardware.rings).join(', ');
      throw new GatewayError('engine-request', `no ring is called ${name}; there are ${names}`);
    }
    this.#step({ type: 'ring', cadence }, now);
  }

  #feedStep(event: FeedEvent | Lapse, now: Instant): void {
    const { state, effects } = this.#feedMachine.step(this.#feed, event, now);
    this.#feed = state;
    for (const effect of effects) {
      if ('feed' in effect) this.#host.drive(effect);
      else this.#loop(effect.loop === 'closed', effect.at, now);
    }
  }

  #loop(closed: boolean, at: Instant, now: Instant): void {
    const next = this.#hookMachine.step(this.#hook, { type: 'loop', closed, at }, at);
    this.#hook = next.state;
    this.#performHook(next.effects, now);
  }

  #performHook(effects: readonly HookEffect[], now: Instant): void {
    for (const effect of effects) {
      if (effect.is === 'pulseDigit') {
        this.#step({ type: 'digit' }, now);
        const { digit } = effect;
        this.#host.report({ is: 'digit', digit, heardBy: 'pulse', lastedMs: PULSE_DIGIT_MS }, now);
      } else if (effect.is === 'offHook') {
        this.#step({ type: 'offHook', standing: this.#host.standing, inContext: this.#host.inContext }, now);
      } else this.#step({ type: effect.is }, now);
    }
  }

  #step(event: FxsEvent | { readonly type: 'lapse' }, now: Instant): void {
    const { state, effects } = fxsMachine.step(this.#phone, event, now);
    this.#phone = state;
    for (const effect of effects) this.#perform(effect, now);
  }

  #perform(effect: FxsEffect, now: Instant): void {
    if ('report' in effect) {
      this.#host.report({ is: effect.report }, now);
      return;
    }
    if ('ring' in effect) {
      this.#ring(effect.ring === 'stop' ? { type: 'stop' } : { type: 'start', cadence: effect.ring }, now);
      return;
    }
    if (effect.tone === 'none') {
      this.#host.silence();
      return;
    }
    this.#host.play(effect.tone, this.#hardware.tones[effect.tone], effect.yields);
  }

  #ring(event: RingEvent | { readonly type: 'lapse' }, now: Instant): void {
    const { state, effects } = ringMachine.step(this.#ringing, event, now);
    this.#ringing = state;
    for (const effect of effects) this.#voltage(effect);
  }

  #voltage(effect: RingEffect): void {
    this.#host.drive(effect.voltage === 'on' ? { ring: 'on', hertz: this.#timing.ringHertz } : { ring: 'off' });
  }
}
