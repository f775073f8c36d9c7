import { join } from 'node:path';
import type { Clock } from '../../core/clock.ts';
import { wordsOf } from '../../core/error.ts';
import type { Log } from '../../core/log.ts';
import type { Runner } from '../../core/runner.ts';
import { DurableFile } from '../../store/durable-file.ts';
import type { Files } from '../../store/file-primitives.ts';
import type { Mailbox } from './mailbox.ts';
import { clockIsSound, type Retention, type RetentionEffect, retentionMachine } from './retention-machine.ts';

const MACHINE = 'mailbox/retention';

export type MessageRetentionHost = {
  /** Folder of the messages; what the clock said last is kept there. */
  readonly folder: string;
  readonly files: Files;
  readonly runner: Runner;
  readonly clock: Clock;
  readonly log: Log;
  readonly boxes: () => Iterable<Mailbox>;
  readonly days: () => number;
  /** A mailbox has got room. */
  readonly freed: (box: Mailbox) => Promise<void>;
};

/** Deletes messages that are older than the settings allow, once a day, if the clock can be believed. */
export class MessageRetention {
  readonly #host: MessageRetentionHost;
  readonly #seen: DurableFile<{ readonly seenAt: number }>;
  #sweeping: Promise<void> = Promise.resolve();

  constructor(host: MessageRetentionHost) {
    this.#host = host;
    const onDamage = (damage: object) => host.log.warn(damage, 'the last time that was seen is not known');
    this.#seen = new DurableFile(join(host.folder, 'clock'), onDamage, host.files);
  }

  open(): void {
    const { runner, clock } = this.#host;
    const first: Retention = { sweepAt: clock.now() };
    const perform = (_: RetentionEffect) => runner.outward(() => void this.sweep());
    runner.host(MACHINE, retentionMachine, first, perform, { kept: false });
  }

  close(): void {
    this.#host.runner.drop(MACHINE);
  }

  /** Resolves when what was too old by now is gone. */
  sweep(): Promise<void> {
    this.#sweeping = this.#sweeping.then(() => this.#sweep());
    return this.#sweeping;
  }

  idle(): Promise<void> {
    return this.#sweeping;
  }

  async #sweep(): Promise<void> {
    const { clock, log, boxes, days, freed } = this.#host;
    try {
      const wall = clock.wall();
      const sound = clockIsSound((await this.#seen.read())?.seenAt, wall);
      await this.#seen.write({ seenAt: wall });
      if (!sound) return;
      for (const box of boxes()) {
        const expired = await box.expire(wall, days());
        if (expired === 0) continue;
        log.info({ mailbox: box.id, expired }, `mailbox ${box.id}: messages too old were deleted`);
        await freed(box);
      }
    } catch (error) {
      log.warn({ why: wordsOf(error) }, 'messages too old could not be deleted; it is tried again tomorrow');
    }
  }
}
