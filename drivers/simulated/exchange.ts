/**
 * One line of a simulated public exchange, seen by an FXO port, with the party at its far end.
 *
 *   idle -> seized -> dialTone -> dialling -> routing -> ringback -> talking -> hungUp
 *     |                                          `-> busy | congestion | silence
 *     `-> ringing -> talking
 * An open loop leads back to idle from everywhere.
 */

import type { CardHost, Drive } from '../contract/line-card.ts';
import type { NumberPlan, SimulatedSettings } from './defaults.ts';
import { digitScript } from './dtmf.ts';
import { type CallerId, callerIdSamples } from './fsk.ts';
import { LineEnd, type NewsSink } from './line-end.ts';
import { NumberTable } from './number-table.ts';
import { type Script, ToneSource } from './tone.ts';

export type LineState =
  | 'idle'
  | 'ringing'
  | 'seized'
  | 'dialTone'
  | 'dialling'
  | 'routing'
  | 'ringback'
  | 'busy'
  | 'congestion'
  | 'silence'
  | 'talking'
  | 'hungUp';

export type Disconnect = SimulatedSettings['disconnect'];

/** Caller ID begins so long after the end of the first ring (GR-30: 500 to 1500 ms). */
const CALLER_ID_DELAY_MS = 600;
const FAR_TONE_DBM0 = -10;

/** What the far parties say, by file name; loaded before they are needed. */
export type Voices = ReadonlyMap<string, Int16Array>;

export class ExchangeLine {
  readonly kind = 'exchange';
  readonly end: LineEnd;
  readonly #settings: SimulatedSettings;
  readonly #voices: Voices;
  readonly #tone = new ToneSource();
  /** What happens when a number is dialled. */
  readonly numbers: NumberTable;
  #state: LineState = 'idle';
  /** Grows with every change of state; what was planned in an older one does not happen. */
  #epoch = 0;
  /** The card's end of the loop. */
  #closed = false;
  #feeding = true;
  #flows = false;
  #battery: boolean | undefined;
  #reversed = false;
  #voltage = false;
  #dialled = '';
  #rings = 0;
  #onHookVoice: Int16Array | undefined;
  #onHookAt = 0;

  constructor(name: string, settings: SimulatedSettings, voices: Voices, host: CardHost, sink: NewsSink) {
    this.end = new LineEnd(name, host, sink);
    this.#settings = settings;
    this.#voices = voices;
    this.numbers = new NumberTable(settings.numbers, settings.otherNumbers);
  }

  get lineState(): LineState {
    return this.#state;
  }

  get closed(): boolean {
    return this.#closed;
  }

  get flows(): boolean {
    return this.#flows;
  }

  /** Tells the engine what it would find on opening the port. */
  announce(): void {
    this.#battery = undefined;
    this.#refresh(this.end.now());
    if (this.#flows) this.end.tell({ is: 'current', flows: true });
  }

  /** Rings the line until it is answered or `stopRinging`; `cadence` is ms on, off, on, off … */
  ring(cadence: readonly number[], callerId?: CallerId): void {
    this.#enter('ringing');
    this.#rings = 0;
    this.#onHookVoice = undefined;
    if (callerId !== undefined)
      this.#later(cadence[0]! + CALLER_ID_DELAY_MS, () => {
        this.#onHookVoice = callerIdSamples(callerId);
        this.#onHookAt = 0;
      });
    this.#ringStep(cadence, 0, this.end.now());
  }

  stopRinging(): void {
    if (this.#state === 'ringing') this.#enter('idle');
  }

  /** The far party of the number that was dialled answers. */
  answer(plan: NumberPlan = { does: 'answers' }, at = this.end.now()): void {
    this.#enter('talking', undefined, at);
    if (plan.reversal ?? this.#settings.answerReversal) this.setPolarity(true, at);
    this.#speakPlan(plan);
    if (plan.hangsUpAfterMs !== undefined) this.#later(plan.hangsUpAfterMs, (due) => this.farHangUp(undefined, due));
  }

  /** The far party hangs up, and the exchange tells it in its way, or in that of `by`. */
  farHangUp(by: Disconnect = this.#settings.disconnect, at = this.end.now()): void {
    this.end.mouth.silence();
    const way = this.end.behaviours.has('noDisconnect') ? 'nothing' : by;
    if (way === 'loop') this.drop(this.#settings.loopDropMs, at);
    else this.#enter('hungUp', way === 'tone' ? this.#settings.tones.busy : undefined, at);
    if (way === 'polarity') this.setPolarity(!this.#reversed, at);
  }

  /** Takes the feed away for `ms`: the loop drop that tells of a hang-up. */
  drop(ms: number, at = this.end.now()): void {
    this.#enter('hungUp', undefined, at);
    this.#feeding = false;
    this.#refresh(at);
    this.end.agenda.after(ms, (due) => {
      this.#feeding = true;
      this.#refresh(due);
    });
  }

  setPolarity(reversed: boolean, at = this.end.now()): void {
    if (this.#reversed === reversed) return;
    this.#reversed = reversed;
    this.end.tell({ is: 'polarity', reversed }, at);
    this.end.news('polarity', { reversed }, at);
  }

  /** Plays a tone of the exchange over whatever is heard; undefined ends it. */
  playTone(script: Script | undefined): void {
    if (script === undefined) this.#tone.stop();
    else this.#tone.start(script);
  }

  /** The far party presses keys. */
  press(digits: string, onMs: number, offMs: number): Promise<boolean> {
    return new Promise((done) => {
      this.end.mouth.play(digitScript(digits, onMs, offMs), (why) => done(why === 'end'));
    });
  }

  behavioursChanged(): void {
    this.#refresh(this.end.now());
  }

  drive(drive: Drive): void {
    if (!('loop' in drive)) return;
    const closed = drive.loop === 'closed';
    if (closed === this.#closed) return;
    this.#closed = closed;
    // What follows is told with line time, never within this call.
    this.end.agenda.after(0, (at) => this.#loopMoved(at));
  }

  read(frame: Int16Array): void {
    this.end.agenda.tick();
    frame.fill(0);
    this.end.mouth.fill(frame);
    if (this.#state !== 'talking') frame.fill(0);
    this.#tone.addTo(frame);
    this.end.finish(frame, this.#flows);
    if (this.#onHookVoice !== undefined) this.#sendOnHook(this.#onHookVoice, frame);
  }

  write(frame: Int16Array): void {
    const digit = this.end.hear(frame, this.#flows);
    if (digit !== '') this.#digit(digit);
  }

  state(): object {
    return {
      port: this.end.name,
      kind: this.kind,
      line: this.#state,
      loop: this.#closed ? 'closed' : 'open',
      current: this.#flows,
      battery: this.#battery ?? false,
      polarity: this.#reversed ? 'reversed' : 'normal',
      dialled: this.#dialled,
      rings: this.#rings,
      speaking: this.end.mouth.speaking,
      listening: this.end.ear.listening,
      level: Math.round(this.end.ear.level * 10) / 10,
      faults: this.end.behaviours.names,
    };
  }

  /** Caller ID passes an open loop, between two rings. */
  #sendOnHook(voice: Int16Array, frame: Int16Array): void {
    if (this.#state === 'ringing' && this.end.behaviours.loop(true))
      for (let i = 0; i < frame.length && this.#onHookAt < voice.length; i++) frame[i] = voice[this.#onHookAt++]!;
    if (this.#state !== 'ringing' || this.#onHookAt >= voice.length) this.#onHookVoice = undefined;
  }

  #enter(state: LineState, tone?: Script, at = this.end.now()): void {
    this.#epoch++;
    this.#state = state;
    if (state !== 'ringing') this.#setVoltage(false, at);
    this.playTone(tone);
    this.end.news('line', { line: state, dialled: this.#dialled }, at);
  }

  /** Does `action` after `ms` of line time, if the line is in the same state still. */
  #later(ms: number, action: (at: number) => void): void {
    const epoch = this.#epoch;
    this.end.agenda.after(ms, (at) => {
      if (epoch === this.#epoch) action(at);
    });
  }

  #ringStep(cadence: readonly number[], step: number, at: number): void {
    const on = step % 2 === 0;
    if (on) this.#rings++;
    this.#setVoltage(on, at);
    this.#later(cadence[step]!, (due) => this.#ringStep(cadence, (step + 1) % cadence.length, due));
  }

  #setVoltage(on: boolean, at: number): void {
    const seen = on && !this.end.behaviours.has('cableOut');
    if (seen === this.#voltage) return;
    this.#voltage = seen;
    this.end.tell({ is: 'ringing', on: seen }, at);
    this.end.news('ringing', { on: seen, rings: this.#rings }, at);
  }

  #loopMoved(at: number): void {
    const epoch = this.#epoch;
    if (!this.#closed) this.#feeding = true;
    this.#refresh(at);
    this.end.news('loop', { closed: this.#closed }, at);
    if (!this.#closed)
      // A short opening is a flash: the exchange waits before it gives the line up.
      this.end.agenda.after(this.#settings.flashLongestMs, (due) => {
        if (!this.#closed && epoch === this.#epoch) this.#release(due);
      });
    else if (this.#state === 'ringing') this.answer({ does: 'answers', reversal: false }, at);
    else if (this.#state === 'idle') this.#seized(at);
    else this.end.news('flash', {}, at);
  }

  #release(at: number): void {
    this.end.mouth.silence();
    this.#enter('idle', undefined, at);
    this.setPolarity(false, at);
  }

  #seized(at: number): void {
    this.#dialled = '';
    this.#enter('seized', undefined, at);
    if (this.end.behaviours.has('noDialTone')) return;
    this.#later(this.#settings.dialToneDelayMs, (due) => this.#enter('dialTone', this.#settings.tones.dial, due));
  }

  #digit(digit: string): void {
    const open = this.#state === 'dialTone' || this.#state === 'dialling' || this.#state === 'seized';
    if (!open || this.end.behaviours.has('deafToDigits')) return;
    if (digit !== '#') this.#dialled += digit;
    this.#enter('dialling');
    if (digit === '#' || this.numbers.complete(this.#dialled)) this.#route();
    else this.#later(this.#settings.interDigitMs, () => this.#route());
  }

  #route(): void {
    const plan = this.numbers.planOf(this.#dialled);
    this.#enter('routing');
    this.#later(this.#settings.callSetupMs, (at) => this.#outcome(plan, at));
  }

  #outcome(plan: NumberPlan, at: number): void {
    const { tones } = this.#settings;
    if (plan.does === 'busy' || plan.does === 'congestion') this.#enter(plan.does, tones[plan.does], at);
    else if (plan.does === 'silence') this.#enter('silence', undefined, at);
    else {
      this.#enter('ringback', tones.ringback, at);
      if (plan.does === 'answers') this.#later(plan.afterMs ?? 0, (due) => this.answer(plan, due));
    }
  }

  #speakPlan(plan: NumberPlan): void {
    const voice = plan.file === undefined ? undefined : this.#voices.get(plan.file);
    if (voice !== undefined) this.end.mouth.speak(voice, true);
    else if (plan.hertz !== undefined)
      this.end.mouth.play({ steps: [{ hertz: [plan.hertz], ms: 0, level: FAR_TONE_DBM0 }] });
  }

  /** Battery and current, as they follow from the cable, the feed and the card's end of the loop. */
  #refresh(at: number): void {
    const cable = this.end.behaviours.loop(true);
    const fed = cable && this.#feeding;
    if (!fed) this.#setVoltage(false, at);
    const flows = this.#closed && fed;
    // Current that ends because the card opened its own end is no news to the card.
    if (flows !== this.#flows && this.#closed) this.end.tell({ is: 'current', flows }, at);
    this.#flows = flows;
    // A drop on a line in use shows as lost current; battery is what an idle line is measured for.
    const battery = cable && (this.#feeding || this.#closed);
    if (battery === this.#battery) return;
    this.#battery = battery;
    this.end.tell({ is: 'battery', present: battery }, at);
    this.end.news('battery', { present: battery }, at);
  }
}
