import type { Runner } from '../../core/runner.ts';
import type { LegBook, LegMaker, Setup } from '../leg/leg.ts';
import { type Announcement, announcementMachine, beginAnnouncement, type Told } from './announcement-machine.ts';
import { machineOf, type Voices } from './voice.ts';
import type { VoiceEffect, VoiceEvent } from './voice-leg.ts';

/** Callers who are told in words why their call failed: placed legs of the target `sentence`. */
export class Announcements implements LegMaker {
  readonly #options: { readonly runner: Runner; readonly book: LegBook; readonly voices: Voices };

  constructor(options: { readonly runner: Runner; readonly book: LegBook; readonly voices: Voices }) {
    this.#options = options;
  }

  setup({ leg, beside, target }: Setup): void {
    const { runner, book, voices } = this.#options;
    const begun = beginAnnouncement(leg, beside, target.id as Told);
    const owner = { id: machineOf('sentence', leg), leg, beside };
    runner.host<Announcement, VoiceEvent, VoiceEffect>(owner.id, announcementMachine, begun.state, (effect) =>
      voices.perform(owner, effect),
    );
    book.attach(leg, (command) => runner.tell(owner.id, { type: 'command', command }));
    for (const effect of begun.effects) voices.perform(owner, effect);
  }
}
