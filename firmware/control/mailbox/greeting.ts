import { access } from 'node:fs/promises';
import { join } from 'node:path';
import type { Exclusive } from '../../core/exclusive.ts';
import { type Files, renameDurably, writeSynced } from '../../store/file-primitives.ts';
import { removeRecordings, SHORTEST_S, settleRecording } from './recording.ts';

export type GreetingHost = {
  readonly folder: string;
  readonly files: Files;
  /** One thing after the other in a mailbox. */
  readonly work: Exclusive;
  readonly makeFolder: () => Promise<void>;
};

/**
 * The owner's own greeting: `greeting.wav` in the folder of the mailbox. A new one stands beside it until it is
 * whole, and takes its place by its name: at each moment there is the old one or the new one.
 */
export class Greeting {
  /** Where a greeting is recorded. */
  readonly newPath: string;
  readonly #path: string;
  readonly #host: GreetingHost;
  #own = false;

  constructor(host: GreetingHost) {
    this.#host = host;
    this.#path = join(host.folder, 'greeting.wav');
    this.newPath = join(host.folder, 'greeting-new.wav');
  }

  /** Its file, undefined where the spoken one is played. */
  get path(): string | undefined {
    return this.#own ? this.#path : undefined;
  }

  /** Looks whether there is one; within the work of the mailbox. */
  async open(): Promise<void> {
    this.#own = await access(this.#path).then(
      () => true,
      () => false,
    );
  }

  /** Removes a recording that was never committed; within the work of the mailbox. */
  forgetNew(): Promise<void> {
    return removeRecordings(this.#host.files, this.#host.folder, [this.newPath]);
  }

  /** Room for a new one; what an earlier try left is removed. */
  reserve(): Promise<string> {
    return this.#host.work.run(async () => {
      await this.#host.makeFolder();
      await this.forgetNew();
      return this.newPath;
    });
  }

  /** What was recorded takes the place of the old one; false if there is nothing that could be heard. */
  commit(): Promise<boolean> {
    return this.#host.work.run(async () => {
      const seconds = await settleRecording(this.#host.files, this.newPath);
      if (seconds !== undefined && seconds >= SHORTEST_S) {
        await this.#take(this.newPath);
        return true;
      }
      if (seconds !== undefined) await this.forgetNew();
      return false;
    });
  }

  /** A whole file, or none. */
  set(octets: Buffer | undefined): Promise<void> {
    const { files, folder, work, makeFolder } = this.#host;
    return work.run(async () => {
      if (octets === undefined) {
        if (this.#own) await removeRecordings(files, folder, [this.#path]);
        this.#own = false;
        return;
      }
      const uploaded = join(folder, 'greeting-uploaded.wav');
      await makeFolder();
      await files.unlink(uploaded);
      await writeSynced(files, uploaded, octets);
      await this.#take(uploaded);
    });
  }

  async #take(from: string): Promise<void> {
    await renameDurably(this.#host.files, from, this.#path);
    this.#own = true;
  }
}
