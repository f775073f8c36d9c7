import type { CallId } from '../facts.ts';

/** Terminations of calls that are being taken away, and who waits for the last of a call. */
export class CallClosings {
  readonly #rows = new Map<CallId, { count: number; readonly closed: (() => void)[] }>();

  /** One more termination of the call is being taken away; the function that it returns says that it is gone. */
  begin(call: CallId | undefined): () => void {
    if (!call) return () => {};
    const row = this.#rows.get(call) ?? { count: 0, closed: [] };
    this.#rows.set(call, row);
    row.count++;
    return () => {
      if (--row.count > 0) return;
      this.#rows.delete(call);
      for (const closed of row.closed) closed();
    };
  }

  /** Tells `closed` when nothing of the call is on its way any more; at once if nothing is. */
  whenClosed(call: CallId, closed: () => void): void {
    const row = this.#rows.get(call);
    if (row) row.closed.push(closed);
    else closed();
  }
}
