import type { Endpoint, FlowId } from './face.ts';

export type AccessAsk = { readonly flow: FlowId; readonly source: Endpoint; readonly requestUser: string };

/**
 * Whether a request from outside may speak to us. Who may not is neither answered nor remembered, only counted:
 * no answer tells a scanner that somebody is here, and no stranger costs memory.
 */
export class Access {
  #allow: (ask: AccessAsk) => boolean = () => false;
  #strangers = 0;
  #unreadable = 0;

  decideBy(allow: (ask: AccessAsk) => boolean): void {
    this.#allow = allow;
  }

  admits(ask: AccessAsk): boolean {
    const admitted = this.#allow(ask);
    if (!admitted) this.#strangers++;
    return admitted;
  }

  /** Somebody else has judged it a stranger. Always false. */
  refuses(): false {
    this.#strangers++;
    return false;
  }

  countUnreadable(): void {
    this.#unreadable++;
  }

  /** Requests from strangers and messages that could not be read, since the start. */
  get counts(): { readonly strangers: number; readonly unreadable: number } {
    return { strangers: this.#strangers, unreadable: this.#unreadable };
  }
}
