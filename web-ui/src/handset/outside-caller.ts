/** Somebody outside who calls in by an exchange line of the simulated card, and speaks to whoever answers. */

import '../i18n/handset.ts';
import { signal } from '@preact/signals';
import { t } from '../t.ts';
import { BenchError, BenchLink } from './bench-link.ts';

/** The number that the exchange shows. */
const NUMBER = '5557777';
/** A caller who is not answered for so long gives up. */
const PATIENCE_MS = 60_000;
/** The tone after which a mailbox records, and how long the caller waits for it: longer than a greeting. */
const MAILBOX_HERTZ = 1000;
const WAITS_FOR_TONE_MS = 20_000;
const VOICE_HERTZ = 700;
const SPEAKS_MS = 8000;
/** Half a second of voice in each. */
const SYLLABLE_MS = 1000;
const VOICE_MS = 500;

export type CallerIs = 'away' | 'rings' | 'speaks' | 'gone' | 'unheard';

const pause = (ms: number): Promise<void> =>
  new Promise((done) => {
    setTimeout(done, ms);
  });

/**
 * The caller of one exchange line. The call goes on while the page shows something else, so that its other parts can
 * be seen meanwhile; it ends with the page.
 */
export class OutsideCaller {
  readonly is = signal<CallerIs>('away');
  readonly wrong = signal('');
  readonly #port: string;
  #link: BenchLink | undefined;

  constructor(port: string) {
    this.#port = port;
  }

  /** Calls, speaks when somebody answers, and hangs up; what does not work is said in `wrong`. */
  async call(): Promise<void> {
    if (this.#link) return;
    this.wrong.value = '';
    this.is.value = 'rings';
    try {
      await this.#open();
      await this.#do('ring', { callerId: NUMBER });
      await this.#converse();
    } catch (error) {
      this.is.value = 'away';
      const why = error instanceof BenchError && error.message !== 'lost' ? error.message : t('handset.lost');
      this.wrong.value = t('handset.failed', { why });
    }
    this.#close();
  }

  /** Gives up, or hangs up; `call` then comes to its end by itself. */
  async end(): Promise<void> {
    const speaks = this.is.value === 'speaks';
    this.is.value = 'gone';
    // whoever was quicker: the line is free either way
    await this.#do(speaks ? 'farHangUp' : 'stopRinging').catch(() => {});
    this.#close();
  }

  async #converse(): Promise<void> {
    const answered = await this.#comes('line', { line: 'talking' }, PATIENCE_MS);
    if (this.is.value !== 'rings') return;
    if (!answered) {
      this.is.value = 'unheard';
      await this.#do('stopRinging');
      return;
    }
    this.is.value = 'speaks';
    await this.#speak();
    if (this.is.value !== 'speaks') return;
    this.is.value = 'gone';
    // who was spoken to may have hung up first
    await this.#do('farHangUp').catch(() => {});
  }

  /** Speaks until some seconds after the tone of a mailbox; to a person, who has none, as long as one waits for it. */
  async #speak(): Promise<void> {
    let endsAt = performance.now() + WAITS_FOR_TONE_MS;
    void this.#comes('tone', { hertz: [MAILBOX_HERTZ] }, WAITS_FOR_TONE_MS).then((heard) => {
      if (heard) endsAt = performance.now() + SPEAKS_MS;
    });
    while (this.is.value === 'speaks' && performance.now() < endsAt) {
      const { line } = await this.#do<{ line: string }>('state');
      if (line !== 'talking') return;
      await this.#do('tone', { hertz: [VOICE_HERTZ], ms: VOICE_MS });
      await pause(SYLLABLE_MS);
    }
  }

  /** False where it has not come in time, or the call has ended meanwhile. */
  #comes(what: string, fields: object, timeoutMs: number): Promise<boolean> {
    return this.#do('wait', { for: what, timeoutMs, ...fields }).then(
      () => true,
      () => false,
    );
  }

  #do<T = object>(command: string, fields: object = {}): Promise<T> {
    return this.#link?.request<T>(command, { port: this.#port, ...fields }) ?? Promise.reject(new BenchError('lost'));
  }

  #open(): Promise<void> {
    return new Promise((done, fail) => {
      this.#link = new BenchLink(
        () => {},
        (state) => {
          if (state === 'open') done();
          else if (state === 'lost') fail(new BenchError('lost'));
        },
      );
    });
  }

  #close(): void {
    this.#link?.close();
    this.#link = undefined;
  }
}
