/**
 * Finds a registrar that keeps one binding an account although we register over two trunks (U1). Inside one registrar
 * domain each 200 to a REGISTER lists every contact of the account (RFC 3261 §10.3 step 8): where that of the other
 * trunk is missing although it was bound before we asked, one of two things has happened.
 *
 *   other missing ──▶ the other is asked to register anew ──▶ its 200 lists both: it had only been forgotten
 *                                                         └──▶ now the first is missing: one binding an account
 */
export type Bound = {
  readonly trunk: string;
  /** Lower is preferred: it keeps the one binding. */
  readonly rank: number;
  /** Listed in the answer. */
  readonly listed: boolean;
};
export type BindingVerdict = { readonly standby?: string; readonly renew?: string };

const key = (account: string, one: string, other: string): string => `${account} ${[one, other].sort().join(' ')}`;

/** What has been seen so far, by account and pair of trunks. */
export class OneBinding {
  /** The trunk that was displaced first. */
  readonly #displaced = new Map<string, string>();
  readonly #known = new Set<string>();

  /** Forgets what was found: other settings hold. */
  clear(): void {
    this.#displaced.clear();
    this.#known.clear();
  }

  /** An account was bound at `here`; `other` was bound at the same registrar before that was asked. */
  seen(account: string, here: Omit<Bound, 'listed'>, other: Bound): BindingVerdict {
    const pair = key(account, here.trunk, other.trunk);
    if (other.listed) {
      this.#displaced.delete(pair);
      this.#known.delete(pair);
      return {};
    }
    if (!this.#known.has(pair) && this.#displaced.get(pair) !== here.trunk) {
      this.#displaced.set(pair, other.trunk);
      return { renew: other.trunk };
    }
    this.#known.add(pair);
    return here.rank <= other.rank ? { standby: other.trunk } : { standby: here.trunk, renew: other.trunk };
  }
}
