import type { Configuration } from '../../config/schema.ts';
import type { Runner } from '../../core/runner.ts';
import { officeRecording } from '../../profiles/sentence/sentence.ts';
import type { Party } from '../facts.ts';
import type { LegBook, LegId, LegMaker, Offer, Setup } from '../leg/leg.ts';
import type { LegMedia } from '../leg/media.ts';
import { directoryOf, type Led } from './attendant-directory.ts';
import {
  type AttendantEffect,
  type AttendantEvent,
  type Attended,
  attendantMachine,
  beginAttendant,
} from './attendant-machine.ts';
import type { Utterance } from './utterance.ts';
import { machineOf, type Voices } from './voice.ts';

export type AttendantsOptions = {
  readonly runner: Runner;
  readonly book: LegBook;
  readonly media: Pick<LegMedia, 'lend' | 'close' | 'signal'>;
  readonly voices: Voices;
  readonly configuration: () => Configuration;
};

/** Auto attendants (S7): placed legs of the target `attendant`. They need no softswitch. */
export class Attendants implements LegMaker {
  readonly #options: AttendantsOptions;

  constructor(options: AttendantsOptions) {
    this.#options = options;
  }

  setup({ leg, beside, target, caller }: Setup) {
    const { runner, book, configuration } = this.#options;
    const attendant = configuration().attendants.find(({ id }) => id === target.id);
    if (!attendant) return book.report({ type: 'released', leg, cause: 'unavailable' });
    const directory = directoryOf(configuration(), attendant);
    const greeting = this.#greeting(attendant, target.outsideHours ?? false);
    const ask = { leg, beside, directory, greeting, timeoutMs: attendant.timeoutS * 1000 };
    const begun = beginAttendant(ask, runner.now());
    const id = machineOf('attendant', leg);
    const from = this.#fromOf(beside, caller);
    this.#host(id, begun.state, from);
    for (const effect of begun.effects) this.#perform(id, begun.state, from, effect);
  }

  #host(id: string, attended: Attended, from: Pick<Offer, 'from' | 'caller'>): void {
    const { runner, book } = this.#options;
    runner.host<Attended, AttendantEvent, AttendantEffect>(id, attendantMachine, attended, (effect, state) =>
      this.#perform(id, state, from, effect),
    );
    book.attach(attended.leg, (command) => runner.tell<AttendantEvent>(id, { type: 'command', command }));
  }

  /** Callers who were led on go on with whom they were led to; a menu does not outlive the plane. */
  adoptAll(states: ReadonlyMap<string, unknown>): void {
    const { runner, book } = this.#options;
    for (const [id, state] of states) {
      const attended = state as Attended;
      if (!id.startsWith('attendant/') || (attended.phase !== 'leading' && attended.phase !== 'joined')) continue;
      const { beside, out } = attended;
      const call = book.callOf(beside);
      const who = call === undefined ? undefined : runner.state<{ readonly who: Setup['caller'] }>(call)?.who;
      this.#host(id, attended, this.#fromOf(beside, who ?? { number: '' }));
      this.#attachOut(id, out, beside);
    }
  }

  #attachOut(id: string, out: LegId, beside: LegId): void {
    const { runner, book, media } = this.#options;
    media.lend(out, beside);
    book.attach(out, (command) => runner.tell<AttendantEvent>(id, { type: 'outCommand', command }));
  }

  /** A recording of the office, else the spoken default. The plan says whether the call began outside its hours. */
  #greeting({ greeting, greetingOut }: Configuration['attendants'][number], outside: boolean): Utterance {
    const { system } = this.#options.configuration();
    const file = officeRecording(system.sentences, outside && greetingOut !== '' ? greetingOut : greeting);
    return file === undefined ? 'attendantGreeting' : { file };
  }

  /** Who called in the first place: the call that the attendant makes is in that party's name. */
  #fromOf(beside: Setup['beside'], caller: Setup['caller']): Pick<Offer, 'from' | 'caller'> {
    const { runner, book } = this.#options;
    const call = book.callOf(beside);
    const from = call === undefined ? undefined : runner.state<{ readonly from: Party }>(call)?.from;
    return { from: from ?? { kind: 'gateway', id: 'gateway', number: caller.number }, caller };
  }

  #perform(id: string, state: Attended, from: Pick<Offer, 'from' | 'caller'>, effect: AttendantEffect) {
    const { book, media, voices } = this.#options;
    const { leg, beside } = state;
    if ('tell' in effect) return voices.perform({ id, leg, beside }, effect);
    switch (effect.do) {
      case 'lead':
        return this.#lead(id, state, from, effect.led);
      case 'signal':
        return media.signal(beside, effect.play);
      case 'letGo':
        media.close(effect.out);
        return book.report(effect.event);
      default:
        return voices.perform({ id, leg, beside }, effect);
    }
  }

  #lead(id: string, { beside }: Attended, from: Pick<Offer, 'from' | 'caller'>, { to, dialled }: Led): void {
    const { runner, book } = this.#options;
    const out = book.newLeg();
    this.#attachOut(id, out, beside);
    runner.tell<AttendantEvent>(id, { type: 'placed', out });
    book.offer({ leg: out, ...from, dialled, to });
  }
}
