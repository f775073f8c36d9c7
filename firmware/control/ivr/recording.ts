import { basename, join } from 'node:path';
import type { Runner } from '../../core/runner.ts';
import type { LegBook, LegMaker, Setup } from '../leg/leg.ts';
import { beginRecording, type Recorded, recordingMachine } from './recording-machine.ts';
import { machineOf, type Voices } from './voice.ts';
import type { VoiceEffect, VoiceEvent } from './voice-leg.ts';

export type RecordingsOptions = {
  readonly runner: Runner;
  readonly book: LegBook;
  readonly voices: Voices;
  /** Folder of the office's own recordings; empty: there is none. */
  readonly folder: () => string;
};

/** Callers who hear a recording of the office: placed legs of the target `announcement`, whose id is the file. */
export class Recordings implements LegMaker {
  readonly #options: RecordingsOptions;

  constructor(options: RecordingsOptions) {
    this.#options = options;
  }

  setup({ leg, beside, target }: Setup) {
    const { runner, book, voices, folder } = this.#options;
    if (folder() === '') return book.report({ type: 'released', leg, cause: 'unavailable' });
    const begun = beginRecording(leg, beside, { file: join(folder(), basename(target.id)) });
    const owner = { id: machineOf('recording', leg), leg, beside };
    runner.host<Recorded, VoiceEvent, VoiceEffect>(owner.id, recordingMachine, begun.state, (effect) =>
      voices.perform(owner, effect),
    );
    book.attach(leg, (command) => runner.tell<VoiceEvent>(owner.id, { type: 'command', command }));
    for (const effect of begun.effects) voices.perform(owner, effect);
  }
}
