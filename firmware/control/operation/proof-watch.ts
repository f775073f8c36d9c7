import type { Clock } from '../../core/clock.ts';
import { wordsOf } from '../../core/error.ts';
import type { Log } from '../../core/log.ts';
import { after, type Instant } from '../../core/machine.ts';
import type { DrillShelf } from './drill-shelf.ts';
import type { InboundProof } from './inbound-proof.ts';
import { LEAST_WAYS, type ProofSettings, proofDue } from './proof-calendar.ts';
import { localDay } from './rehearsal-calendar.ts';

export type ProofWatchOptions = {
  readonly clock: Clock;
  readonly log: Log;
  readonly proof: Pick<InboundProof, 'run' | 'running'>;
  readonly shelf: Pick<DrillShelf, 'proof' | 'provedWith'>;
  readonly settings: () => ProofSettings;
  /** What brings calls in, as one word: another word, other settings. */
  readonly inward: () => string;
  /** Numbers of ours, ways out that work now, and calls that are up. */
  readonly numbers: () => number;
  readonly ways: () => number;
  readonly calls: () => number;
  /** Something else is proved just now. */
  readonly isBusy: () => boolean;
};

const LOOK_MS = 20_000;

/** Begins the proofs of our numbers that nobody asks for (U21): every night, and after changes of settings. */
export class ProofWatch {
  readonly #options: ProofWatchOptions;
  #inward: string;
  #stands: Instant;
  #quiet: Instant;
  #tried: Instant | undefined;
  #cancel: () => void = () => {};

  constructor(options: ProofWatchOptions) {
    this.#options = options;
    this.#inward = options.inward();
    this.#stands = options.clock.now();
    this.#quiet = this.#stands;
  }

  open(): void {
    const { clock, settings } = this.#options;
    const everyMs = Math.min(LOOK_MS, (settings().proofAfterS * 1000) / 2);
    this.#cancel = clock.at(after(clock.now(), everyMs), () => {
      this.open();
      this.look();
    });
  }

  close(): void {
    this.#cancel();
  }

  /** Settings have changed: what was to be proved before them is not any more. */
  configured(): void {
    const inward = this.#options.inward();
    if (inward === this.#inward) return;
    this.#inward = inward;
    this.#stands = this.#options.clock.now();
    this.#tried = undefined;
  }

  /** Calls have come or gone. */
  noteCalls(): void {
    const { clock, calls, proof } = this.#options;
    if (calls() > 0 && !proof.running) this.#quiet = clock.now();
  }

  look(): void {
    this.noteCalls();
    const { numbers, ways, settings, proof, isBusy } = this.#options;
    if (numbers() === 0 || proof.running || isBusy() || ways() < LEAST_WAYS) return;
    if (proofDue(this.#moment(), settings())) this.#prove();
  }

  #moment() {
    const { clock, shelf } = this.#options;
    const [now, wallMs] = [clock.now(), clock.wall()];
    const lastAt = shelf.proof?.at;
    return {
      ...{ wallMs, time: localDay(wallMs).time, stoodMs: now - this.#stands, quietMs: now - this.#quiet },
      ...(this.#tried === undefined ? {} : { triedMs: now - this.#tried }),
      ...(lastAt === undefined ? {} : { lastAt }),
      changed: shelf.provedWith !== this.#inward,
    };
  }

  #prove(): void {
    const { proof, log, clock } = this.#options;
    proof.run({ givesWay: true }).then(
      () => {
        this.#tried = undefined;
      },
      (error: unknown) => {
        this.#tried = clock.now();
        log.warn({ why: wordsOf(error) }, 'the proof of our numbers was not made; it is tried again');
      },
    );
  }
}
