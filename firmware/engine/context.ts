import type { ContextId } from '../engine-protocol/ids.ts';
import { Mixer } from './mixer.ts';
import type { CarriedDigit, Termination } from './termination/termination.ts';

/** Its far end's words go to the others. */
const isHeard = (member: Termination): boolean => member.mode === 'sendReceive' || member.mode === 'receiveOnly';
/** The others' words go to its far end. */
const isSpokenTo = (member: Termination): boolean => member.mode === 'sendReceive' || member.mode === 'sendOnly';

/** Terminations that hear each other, as their modes allow (H.248.1 §6.1, §7.1.7 StreamMode). */
export class Context {
  readonly id: ContextId;
  readonly #members: Termination[] = [];
  readonly #mixer = new Mixer();

  constructor(id: ContextId) {
    this.id = id;
  }

  get members(): readonly Termination[] {
    return this.#members;
  }

  add(member: Termination): void {
    this.#members.push(member);
  }

  remove(member: Termination): void {
    const at = this.#members.indexOf(member);
    if (at >= 0) this.#members.splice(at, 1);
  }

  read(now: number): void {
    for (const member of this.#members) member.read(now);
    for (const member of this.#members) if (member.mediaCame) this.#yieldTo(member);
  }

  write(now: number): void {
    for (const member of this.#members) member.write(isSpokenTo(member) ? this.#mixFor(member) : undefined, now);
  }

  /** Hands a digit heard at `from` to the others; true when one of them wants it told to control. */
  carry(from: Termination, digit: CarriedDigit): boolean {
    if (!isHeard(from)) return false;
    let toControl = false;
    for (const member of this.#members) {
      if (member === from || !isSpokenTo(member)) continue;
      member.carry(digit);
      toControl ||= member.digitsToControl;
    }
    return toControl;
  }

  #mixFor(listener: Termination): Int16Array | undefined {
    this.#mixer.begin();
    for (const member of this.#members) {
      if (member === listener || !isHeard(member)) continue;
      if (listener.digitsApart && member.digitInAudio) continue;
      this.#mixer.add(member.heard);
    }
    return this.#mixer.mixed();
  }

  #yieldTo(speaker: Termination): void {
    if (!isHeard(speaker)) return;
    for (const member of this.#members) if (member !== speaker) member.yieldToMedia();
  }
}
