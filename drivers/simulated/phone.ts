/** A simulated analog phone on an FXS port: hook, keypad, dial, bell, mouth and ear. */

import type { CardHost, Drive } from '../contract/line-card.ts';
import { Bell } from './bell.ts';
import { digitScript } from './dtmf.ts';
import { type CallerId, CallerIdReader } from './fsk.ts';
import { LineEnd, type NewsSink } from './line-end.ts';

const PULSE_BREAK_MS = 60;
const PULSE_MAKE_MS = 40;
const PULSE_PAUSE_MS = 700;

function isSilent(frame: Int16Array): boolean {
  for (let i = 0; i < frame.length; i++) if (frame[i] !== 0) return false;
  return true;
}

export class Phone {
  readonly kind = 'phone';
  readonly end: LineEnd;
  readonly bell = new Bell();
  #offHook = false;
  /** The hook switch's contact, with its bounces. */
  #contact = false;
  #loop = false;
  #feed: 'normal' | 'reversed' | 'open' = 'normal';
  #ringHertz = 0;
  readonly #display = new CallerIdReader();
  #callerId: CallerId | undefined;

  constructor(name: string, host: CardHost, sink: NewsSink) {
    this.end = new LineEnd(name, host, sink);
  }

  get offHook(): boolean {
    return this.#offHook;
  }

  /** Current flows: what this phone says reaches the card. */
  get loop(): boolean {
    return this.#loop;
  }

  lift(at = this.end.now()): void {
    if (this.#offHook) return;
    this.#offHook = true;
    this.end.news('hook', { off: true }, at);
    this.#switch(true, at);
  }

  hangUp(at = this.end.now()): void {
    if (!this.#offHook) return;
    this.#offHook = false;
    this.end.mouth.silence();
    this.bell.reset();
    this.end.news('hook', { off: false }, at);
    this.#switch(false, at);
  }

  /** Opens the loop for `ms`, as a person who presses the fork shortly. */
  async flash(ms: number): Promise<void> {
    this.#move(false, this.end.now());
    this.end.agenda.after(ms, (at) => this.#move(true, at));
    await this.end.pause(ms);
  }

  /** Presses keys; resolves when the last tone and its pause have ended. False when something cut them short. */
  press(digits: string, onMs: number, offMs: number): Promise<boolean> {
    return new Promise((done) => {
      this.end.mouth.play(digitScript(digits, onMs, offMs), (why) => done(why === 'end'));
    });
  }

  /** Dials by a rotary dial at 10 pulses a second. */
  async pulse(digits: string): Promise<void> {
    let at = 0;
    for (const digit of digits) {
      for (let left = digit === '0' ? 10 : Number(digit); left > 0; left--) {
        this.end.agenda.after(at, (due) => this.#move(false, due));
        this.end.agenda.after(at + PULSE_BREAK_MS, (due) => this.#move(true, due));
        at += PULSE_BREAK_MS + PULSE_MAKE_MS;
      }
      at += PULSE_PAUSE_MS;
    }
    await this.end.pause(at - PULSE_PAUSE_MS);
  }

  /** Tells the engine what it would find on opening the port. */
  announce(): void {
    if (this.#loop) this.end.tell({ is: 'loop', closed: true });
  }

  /** The stack of behaviours has changed: the line may show something else now. */
  behavioursChanged(): void {
    this.#refresh(this.end.now());
  }

  drive(drive: Drive): void {
    if ('feed' in drive) this.#feed = drive.feed;
    else if ('ring' in drive) this.#ringHertz = drive.ring === 'on' ? drive.hertz : 0;
    else return;
    // News of it comes with line time, never within this call.
    this.end.agenda.after(0, (at) => this.#refresh(at));
  }

  read(frame: Int16Array): void {
    this.end.agenda.tick();
    this.end.say(frame, this.#loop);
  }

  write(frame: Int16Array): void {
    this.end.hear(frame, this.#loop);
    if (this.#loop || isSilent(frame) || this.end.behaviours.has('cableOut')) return;
    const callerId = this.#display.hear(frame);
    if (callerId === undefined) return;
    this.#callerId = callerId;
    this.end.news('callerId', callerId);
  }

  state(): object {
    return {
      port: this.end.name,
      kind: this.kind,
      hook: this.#offHook ? 'off' : 'on',
      loop: this.#loop ? 'closed' : 'open',
      feed: this.#feed,
      ringing: this.bell.on,
      rings: this.bell.rings,
      ringHertz: this.bell.hertz,
      cadence: [...this.bell.cadence],
      ...(this.#callerId?.number === undefined ? {} : { callerId: this.#callerId.number }),
      ...(this.#callerId?.name === undefined ? {} : { callerName: this.#callerId.name }),
      speaking: this.end.mouth.speaking,
      listening: this.end.ear.listening,
      level: Math.round(this.end.ear.level * 10) / 10,
      faults: this.end.behaviours.names,
    };
  }

  #switch(closed: boolean, at: number): void {
    const bounce = this.end.behaviours.bounceMs;
    this.#move(closed, at);
    if (bounce === 0) return;
    // Contact opens and closes twice more before it rests.
    for (let edge = 1; edge <= 4; edge++)
      this.end.agenda.after((bounce * edge) / 4, (due) => this.#move(edge % 2 === 0 ? closed : !closed, due));
  }

  #move(contact: boolean, at: number): void {
    this.#contact = contact;
    this.#refresh(at);
  }

  #refresh(at: number): void {
    const loop = this.end.behaviours.loop(this.#contact) && this.#feed !== 'open';
    if (loop !== this.#loop) {
      this.#loop = loop;
      this.end.tell({ is: 'loop', closed: loop }, at);
      this.end.news('loop', { closed: loop }, at);
    }
    this.#ring(at);
  }

  #ring(at: number): void {
    const on = this.#ringHertz > 0 && !this.#loop && !this.end.behaviours.has('cableOut');
    if (!this.bell.set(on, this.#ringHertz, at)) return;
    // The display shows who calls now, not who called last.
    if (on && this.bell.rings === 1) this.#callerId = undefined;
    const { rings, hertz, cadence } = this.bell;
    this.end.news('ringing', { on, rings, hertz, cadence: [...cadence] }, at);
    if (on && this.end.behaviours.liftsAt(rings)) this.end.agenda.after(0, (due) => this.lift(due));
  }
}
