import type { Account, Trunk } from '../../config/schema.ts';
import type { UriText } from '../sip/face.ts';
import { RegistrationClient, type RegistrationView } from '../sip/registration.ts';
import type { Registration } from '../sip/registration-state.ts';
import { evidenceOfOutcome } from './evidence.ts';
import type { FlowState } from './flow-machine.ts';
import type { Evidence } from './health-machine.ts';
import { addressOfRecord, credentialsOf, domainOf, sameCredentials } from './identity.ts';
import type { SipTrunkTools } from './sip-trunk-tools.ts';

/**
 * First REGISTERs after power came, and those when a softswitch is back, are spread over this: a whole fleet may do the
 * same in the same moment (`npm run bench -- herd`).
 */
const START_SPREAD_MS = 2000;
const NUDGE_SPREAD_MS = 1500;
/** A flow that was opened anew is news to this box alone: a share an account. */
const SPREAD_PER_ACCOUNT_MS = 25;

export type TrunkRegistrationsHost = {
  readonly tools: SipTrunkTools;
  /** Those that hold now. */
  readonly settings: () => Trunk;
  readonly accounts: () => readonly Account[];
  /** Contact with this user part; `undefined` while the flow is not open. */
  readonly contact: (token: string) => UriText | undefined;
  readonly heard: (evidence: Evidence) => void;
  /** A REGISTER of this account was answered by a 2xx. */
  readonly accepted: (account: string, answer: Accepted) => void;
};
/** What the registrar lists, and how long ago it was asked. */
export type Accepted = { readonly contacts: readonly { readonly uri: UriText }[]; readonly tookMs: number };

/** The registrations of every account at one softswitch. */
export class TrunkRegistrations {
  readonly #host: TrunkRegistrationsHost;
  readonly #clients = new Map<string, RegistrationClient>();
  /** Accounts by their last REGISTER: one that was removed still has to unbind. */
  readonly #departed = new Map<string, Account>();
  /** Nothing has been registered yet, by us or by a plane before us. */
  #cold = true;

  constructor(host: TrunkRegistrationsHost) {
    this.#host = host;
    for (const account of this.#registering()) this.#register(account);
  }

  get(account: string): RegistrationClient | undefined {
    return this.#clients.get(account);
  }

  /** New settings hold; `formerly`: the accounts before. `everybody`: what all of them register with has changed. */
  configure(
    formerly: ReadonlyMap<string, Account>,
    { everybody, open }: { readonly everybody: boolean; readonly open: boolean },
  ): void {
    this.#dropStrangers();
    for (const account of this.#registering()) {
      const before = formerly.get(account.id);
      const client = this.#clients.get(account.id);
      if (!client) {
        const added = this.#register(account);
        if (open) added.start(0);
      } else if (everybody || !before || !sameCredentials(before, account)) {
        client.configure(this.#host.settings().registerExpiryS);
      }
    }
  }

  /** The flow stands. */
  start(): void {
    const spread = this.#cold ? START_SPREAD_MS : this.#spread(START_SPREAD_MS);
    this.#cold = false;
    for (const client of this.#clients.values()) {
      client.start(spread);
      client.nudge(spread);
    }
  }

  /** Each registers anew soon, whatever its back-off says. */
  nudge(): void {
    for (const client of this.#clients.values()) client.nudge(NUDGE_SPREAD_MS);
  }

  /** The link of this box is back, which is no news to any other: a share an account is enough. */
  linkBack(): void {
    const spread = this.#spread(NUDGE_SPREAD_MS);
    for (const client of this.#clients.values()) client.nudge(spread);
  }

  noFlow({ cause, detail }: Extract<FlowState, { is: 'waiting' }>['failed']): void {
    for (const client of this.#clients.values()) client.noFlow(cause, detail);
  }

  /** Unbinds every account. */
  stop(): void {
    for (const client of this.#clients.values()) client.stop();
  }

  /** True when no unbinding is under way any more. */
  get quiet(): boolean {
    return [...this.#clients.values()].every((each) => each.state.is === 'off');
  }

  /** Forgets every machine. */
  drop(): void {
    for (const client of this.#clients.values()) client.drop();
    this.#clients.clear();
  }

  views(): readonly RegistrationView[] {
    return [...this.#clients.values()].map((client) => client.view());
  }

  /** A peer knows us by our address: every account may call over it without a binding. */
  bound(): readonly string[] {
    if (this.#host.settings().kind === 'peer') return this.#host.accounts().map((account) => account.id);
    return this.views().flatMap((view) => (view.bound ? [view.account] : []));
  }

  #registering(): readonly Account[] {
    return this.#host.settings().kind === 'registering' ? this.#host.accounts() : [];
  }

  #register(account: Account): RegistrationClient {
    const { tools, settings, heard, accepted } = this.#host;
    const { runner, agent, random, t1Ms, identityOf, siblingTokens, kept } = tools;
    const { id: trunk, registerExpiryS } = settings();
    const host = {
      ...{ runner, agent, random, t1Ms, trunk, account: account.id },
      host: () => settings().host,
      basis: (token: string) => this.#basis(account.id, token),
      heard: (outcome: Parameters<typeof evidenceOfOutcome>[1]) => {
        heard(evidenceOfOutcome('registration', outcome));
        if (outcome.is === 'answered' && outcome.status < 300) accepted(account.id, outcome);
      },
      siblingTokens: siblingTokens(account.id),
    };
    const state = kept(`registration/${trunk}/${account.id}`) as Registration | undefined;
    if (state !== undefined) this.#cold = false;
    const client = new RegistrationClient(host, identityOf(account.id), registerExpiryS, state);
    this.#clients.set(account.id, client);
    return client;
  }

  /** Accounts that are gone unbind; their machines end by themselves and are dropped at the next change. */
  #dropStrangers(): void {
    const wanted = new Set(this.#registering().map((account) => account.id));
    for (const [id, client] of this.#clients) {
      if (wanted.has(id)) continue;
      if (client.state.is === 'off') {
        client.drop();
        this.#clients.delete(id);
      } else client.stop();
    }
  }

  #basis(accountId: string, token: string) {
    const settings = this.#host.settings();
    const account = this.#host.accounts().find((each) => each.id === accountId) ?? this.#departed.get(accountId);
    const contact = this.#host.contact(token);
    if (!account || contact === undefined) return undefined;
    this.#departed.set(accountId, account);
    return {
      flow: settings.id,
      registrar: `sip:${domainOf(settings)}`,
      addressOfRecord: addressOfRecord(settings, account),
      contact,
      credentials: credentialsOf(account),
    };
  }

  #spread(longestMs: number): number {
    const { size } = this.#clients;
    return size < 2 ? 0 : Math.min(longestMs, SPREAD_PER_ACCOUNT_MS * size);
  }
}
