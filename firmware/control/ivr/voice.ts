import { wordsOf } from '../../core/error.ts';
import type { Log } from '../../core/log.ts';
import type { Runner } from '../../core/runner.ts';
import type { ContextId, RecorderId } from '../../engine-protocol/ids.ts';
import type { NewPlayer, NewRecorder } from '../../engine-protocol/messages.ts';
import type { SentenceName } from '../../profiles/sentence/names.ts';
import type { LegBook, LegId } from '../leg/leg.ts';
import type { VoiceId } from '../leg/leg-requests.ts';
import type { LegMedia } from '../leg/media.ts';
import type { MailboxId, Shelf } from '../mailbox/shelf.ts';
import type { Utterance } from './utterance.ts';
import type { VoiceEffect, VoiceEvent, VoiceLeg } from './voice-leg.ts';

export type VoicesOptions = {
  readonly runner: Runner;
  readonly book: LegBook;
  readonly media: LegMedia;
  readonly log: Log;
  readonly shelf: Pick<Shelf, 'file'>;
  /** The sound file of a sentence, in the language and set that settings choose. */
  readonly sentence: (name: SentenceName) => string | Promise<string>;
};
/** Whose voice it is: its machine, and the leg beside which it is heard. */
export type Owner = Pick<VoiceLeg, 'leg' | 'beside'> & { readonly id: string; readonly mailbox?: MailboxId };

const voiceId = ({ leg }: Owner, voice: number): VoiceId => `voice/${leg}/${voice}`;
const END = { type: 'finished', why: 'end' } as const;

/** Players and recorders of the box's voices, beside the legs that hear them or are recorded. */
export class Voices {
  readonly #options: VoicesOptions;
  /** Asked for and not stopped: what is stopped while its files are still looked up is never opened. */
  readonly #wanted = new Set<VoiceId>();

  constructor(options: VoicesOptions) {
    this.#options = options;
  }

  perform(owner: Owner, effect: VoiceEffect) {
    const { book, media } = this.#options;
    if ('tell' in effect) return book.report(effect.tell);
    switch (effect.do) {
      case 'play':
        return this.#play(owner, effect.voice, effect.words);
      case 'record':
        this.#wanted.add(voiceId(owner, effect.voice));
        return this.#open(owner, effect.voice, { kind: 'recorder', ...effect.room });
      case 'stop':
        return this.#stop(owner, effect.voice, effect.cutMs);
      case 'listen':
        return media.modify(owner.beside, { detect: ['digits'] });
    }
  }

  /** A recording that the plane before us began, and the engine goes on with. */
  adopt(owner: Owner, voice: number, place: { readonly context: ContextId; readonly termination: RecorderId }): void {
    const { media } = this.#options;
    const id = voiceId(owner, voice);
    this.#wanted.add(id);
    media.adopt(id, place);
    this.#follow(owner, voice);
  }

  #tell(owner: Owner, event: VoiceEvent): void {
    this.#options.runner.tell(owner.id, event);
  }

  #play(owner: Owner, voice: number, words: readonly Utterance[]): void {
    const { runner, log } = this.#options;
    const id = voiceId(owner, voice);
    this.#wanted.add(id);
    runner.outward(() => {
      this.#files(owner, words).then(
        ([first, ...rest]) => {
          if (!this.#wanted.has(id)) return;
          if (first === undefined) return this.#tell(owner, { ...END, voice });
          this.#open(owner, voice, { kind: 'player', files: [first, ...rest], repeat: false });
        },
        (error: unknown) => {
          log.warn({ leg: owner.leg, words, why: wordsOf(error) }, 'a sentence could not be found');
          this.#tell(owner, { type: 'failed', voice });
        },
      );
    });
  }

  /** A message that has been deleted meanwhile is left out. */
  async #files(owner: Owner, words: readonly Utterance[]): Promise<readonly string[]> {
    const { sentence, shelf } = this.#options;
    const found = await Promise.all(
      words.map((word) => {
        if (typeof word === 'string') return sentence(word);
        return 'file' in word ? word.file : shelf.file(owner.mailbox ?? '', word.message);
      }),
    );
    return found.flatMap((file) => (file === undefined ? [] : [file]));
  }

  #open(owner: Owner, voice: number, what: NewPlayer | NewRecorder): void {
    const { media } = this.#options;
    // A player speaks to the others and hears nothing; a recorder hears them and says nothing.
    const mode = what.kind === 'player' ? 'receiveOnly' : 'sendOnly';
    this.#follow(owner, voice);
    media.open(voiceId(owner, voice), { what, mode, beside: owner.beside }, (outcome) => {
      if (outcome.type === 'mediaFailed') return this.#tell(owner, { type: 'failed', voice });
      const { context, termination } = outcome;
      this.#tell(owner, { type: 'opened', voice, context, termination });
    });
  }

  #follow(owner: Owner, voice: number): void {
    this.#options.media.follow(voiceId(owner, voice), ({ why }) => this.#tell(owner, { type: 'finished', voice, why }));
  }

  #stop(owner: Owner, voice: number, cutMs: number | undefined): void {
    const id = voiceId(owner, voice);
    this.#wanted.delete(id);
    this.#options.media.closeVoice(id, cutMs, () => this.#tell(owner, { type: 'stopped', voice }));
  }
}

/** A leg number is in the name of its machine, so that no later leg takes it again. */
export const machineOf = (
  kind: 'message' | 'menu' | 'sentence' | 'attendant' | 'recording' | 'acceptance',
  leg: LegId,
): string => `${kind}/${leg}`;
