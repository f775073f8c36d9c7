/** Runs asynchronous work one at a time, in the order asked; a failure is the asker's, the next goes on. */
export class Exclusive {
  #last: Promise<unknown> = Promise.resolve();

  run<T>(work: () => Promise<T>): Promise<T> {
    const mine = this.#last.then(work, work);
    this.#last = mine.catch(() => {});
    return mine;
  }

  /** Resolves when all work asked so far is done. */
  async idle(): Promise<void> {
    await this.#last;
  }
}
