import type { Account, Trunk } from '../../config/schema.ts';
import type { Instant } from '../../core/machine.ts';
import type { Fact } from '../facts.ts';
import { registrationId } from '../sip/registration.ts';
import type { Registration, RegistrationIdentity } from '../sip/registration-state.ts';
import { OneBinding } from './one-binding.ts';
import type { Accepted } from './registrations.ts';
import type { SipTrunk } from './sip-trunk.ts';

export type SiblingsHost = {
  readonly trunks: ReadonlyMap<string, SipTrunk>;
  /** Those that hold now. */
  readonly settings: () => { readonly trunks: readonly Trunk[]; readonly accounts: readonly Account[] };
  readonly now: () => Instant;
  readonly newId: () => string;
  /** States that a plane before us left, by machine id. */
  readonly kept: ReadonlyMap<string, unknown>;
};

/** The registrations of one account at several softswitches (U1): who they are, and what they mean for each other. */
export class Siblings {
  readonly #host: SiblingsHost;
  /** Token and Call-ID of each account at each trunk: the same over changes of settings and restarts of the plane. */
  readonly #identities = new Map<string, RegistrationIdentity>();
  readonly #oneBinding = new OneBinding();

  constructor(host: SiblingsHost) {
    this.#host = host;
  }

  /** Other settings hold: what was found of registrars is found anew. */
  forgetFound(): void {
    this.#oneBinding.clear();
  }

  identity(trunk: string, account: string): RegistrationIdentity {
    const { kept, newId } = this.#host;
    const id = registrationId(trunk, account);
    const before = kept.get(id) as Registration | undefined;
    const identity = this.#identities.get(id) ?? before?.identity ?? { callId: newId(), token: newId() };
    this.#identities.set(id, identity);
    return identity;
  }

  /** Tokens of the account at all other softswitches. */
  tokensBeside(trunk: string, account: string): readonly string[] {
    const { trunks } = this.#host.settings();
    const others = trunks.filter((other) => other.id !== trunk && other.kind === 'registering');
    return others.map((other) => this.identity(other.id, account).token);
  }

  /** To be called for every fact: who stands by for what is lost registers now. */
  fold(fact: Fact): void {
    if (fact.fact === 'registrationFailed') this.#lost(fact.trunk, [fact.account]);
    if (fact.fact !== 'trunkDown') return;
    const { accounts } = this.#host.settings();
    this.#lost(
      fact.trunk,
      accounts.map(({ id }) => id),
    );
  }

  #lost(lost: string, accounts: readonly string[]): void {
    for (const [id, trunk] of this.#host.trunks) {
      if (id !== lost) for (const account of accounts) trunk.siblingLost(account);
    }
  }

  /** A REGISTER was answered by a 2xx: whether the other trunks of the same registrar still hold this account. */
  accepted(here: string, account: string, { contacts, tookMs }: Accepted): void {
    const { trunks: known, settings, now } = this.#host;
    const { trunks } = settings();
    const ranked = trunks.filter(({ kind }) => kind === 'registering').sort((a, b) => a.priority - b.priority);
    const domain = trunks.find(({ id }) => id === here)?.domain ?? '';
    const askedAt = now() - tookMs;
    for (const other of domain === '' ? [] : ranked) {
      const state = known.get(other.id)?.registration(account)?.state;
      if (other.id === here || other.domain !== domain || state?.is !== 'bound') continue;
      if (state.binding.since > askedAt || known.get(other.id)?.snapshot().health === 'down') continue;
      const listed = contacts.some(({ uri }) => uri.includes(`:${state.identity.token}@`));
      const rank = (id: string): number => ranked.findIndex((each) => each.id === id);
      const seen = { trunk: other.id, rank: rank(other.id), listed };
      const { standby, renew } = this.#oneBinding.seen(account, { trunk: here, rank: rank(here) }, seen);
      if (standby !== undefined) known.get(standby)?.registration(account)?.standBy();
      if (renew !== undefined) known.get(renew)?.registration(account)?.askNow();
    }
  }
}
