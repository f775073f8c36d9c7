import type { Instant } from '../../core/machine.ts';
import type { Runner } from '../../core/runner.ts';
import type { Fact } from '../facts.ts';
import type { Credentials, FlowId, NameAddress, RequestAsk, RequestOutcome, UriText, UserAgent } from './face.ts';
import { registrationRemedy, registrationSentence } from './registration-cause.ts';
import { RegistrationMachine } from './registration-machine.ts';
import {
  firstRegistration,
  type Registration,
  type RegistrationEffect,
  type RegistrationEvent,
  type RegistrationIdentity,
  resumedRegistration,
} from './registration-state.ts';

/** What a REGISTER of this account says; made anew from the settings for each. */
export type RegisterBasis = {
  readonly flow: FlowId;
  readonly registrar: UriText;
  readonly addressOfRecord: NameAddress;
  readonly contact: UriText;
  readonly credentials: Credentials;
};

export type RegistrationHost = {
  readonly runner: Runner;
  readonly agent: UserAgent;
  readonly trunk: string;
  readonly account: string;
  /** For sentences. */
  readonly host: () => string;
  /** `undefined` while there is no open flow. */
  readonly basis: (token: string) => RegisterBasis | undefined;
  /** What each answer says about the softswitch's health; called in its cascade, after the machine was told. */
  readonly heard: (outcome: RequestOutcome) => void;
  readonly random: () => number;
  readonly t1Ms: number;
  readonly siblingTokens: readonly string[];
};

/** How a registration stands, for status and routing. */
export type RegistrationView = {
  readonly account: string;
  readonly is: Registration['is'];
  /** Calls to this account can reach us. */
  readonly bound: boolean;
  readonly expiresAt?: Instant;
  /** Why it is not registered, or cannot renew. */
  readonly sentence?: string;
};

export const registrationId = (trunk: string, account: string): string => `registration/${trunk}/${account}`;

/** Performs the registration machine of one account at one trunk. */
export class RegistrationClient {
  readonly #host: RegistrationHost;
  readonly #id: string;
  readonly #identity: RegistrationIdentity;
  /** Told of the next outcome, once each. */
  #curious: ((outcome: RequestOutcome) => void)[] = [];
  #expiresS: number;

  /** `kept`: the state that a plane before us left, if any. */
  constructor(host: RegistrationHost, identity: RegistrationIdentity, expiresS: number, kept?: Registration) {
    this.#host = host;
    this.#identity = identity;
    this.#id = registrationId(host.trunk, host.account);
    this.#expiresS = expiresS;
    const state = kept ? resumedRegistration(kept, host.runner.now()) : firstRegistration(identity, host.runner.now());
    this.#take(state);
  }

  get token(): string {
    return this.#identity.token;
  }

  /** Begins, at a random time within this span. */
  start(withinMs: number): void {
    this.#tell({ type: 'start', withinMs });
  }

  /** Registers anew within this time, whatever the back-off says. */
  nudge(withinMs: number): void {
    this.#tell({ type: 'nudge', withinMs });
  }

  noFlow(cause: 'nameNotFound' | 'unreachable', detail: string): void {
    this.#tell({ type: 'noFlow', cause, detail });
    this.#satisfy({ is: 'unreachable', why: detail });
  }

  /** A person wants it tried anew at once, whatever the back-off says. */
  askNow(): void {
    this.#tell({ type: 'settingsChanged' });
  }

  /** Told of the next outcome, whenever it comes; returns how to stop it. */
  watch(told: (outcome: RequestOutcome) => void): () => void {
    this.#curious.push(told);
    return () => {
      this.#curious = this.#curious.filter((each) => each !== told);
    };
  }

  #satisfy(outcome: RequestOutcome): void {
    const curious = this.#curious;
    this.#curious = [];
    for (const told of curious) told(outcome);
  }

  siblingLost(): void {
    this.#tell({ type: 'siblingLost' });
  }

  /** Another trunk is to have the one binding of the account. */
  standBy(): void {
    this.#tell({ type: 'oneBinding' });
  }

  /** Credentials, address of record or expiry changed: asks at once, with the same token and Call-ID. */
  configure(expiresS: number): void {
    if (expiresS !== this.#expiresS) {
      this.#expiresS = expiresS;
      this.#take(this.state);
    }
    this.#tell({ type: 'settingsChanged' });
  }

  /** Unbinds; the answer is waited for 2 s at most. */
  stop(): void {
    this.#tell({ type: 'stop' });
  }

  /** Forgets the registration and its state. */
  drop(): void {
    this.#host.runner.drop(this.#id);
  }

  get state(): Registration {
    const { runner } = this.#host;
    return runner.state<Registration>(this.#id) ?? firstRegistration(this.#identity, runner.now());
  }

  view(): RegistrationView {
    const state = this.state;
    const binding = 'binding' in state ? state.binding : undefined;
    const bound = binding !== undefined && binding.expiresAt > this.#host.runner.now();
    const failed = 'failed' in state ? state.failed : undefined;
    const sentence = state.is === 'standby' ? this.#sentence('oneBinding', '') : undefined;
    const why = failed ? this.#sentence(failed.cause, failed.detail) : sentence;
    return {
      account: this.#host.account,
      is: state.is,
      bound,
      ...(binding ? { expiresAt: binding.expiresAt } : {}),
      ...(why ? { sentence: why } : {}),
    };
  }

  /** Why it is not registered and what a person can do; undefined while nothing is wrong. */
  get trouble(): { readonly sentence: string; readonly remedy: string } | undefined {
    const { state } = this;
    const failed = 'failed' in state ? state.failed : undefined;
    const cause = state.is === 'standby' ? 'oneBinding' : failed?.cause;
    if (cause === undefined) return undefined;
    return { sentence: this.#sentence(cause, failed?.detail ?? ''), remedy: registrationRemedy(cause) };
  }

  /** Routes of the registrar for our requests (RFC 3608). */
  get serviceRoute(): readonly string[] {
    const state = this.state;
    return ('binding' in state ? state.binding?.serviceRoute : undefined) ?? [];
  }

  #take(state: Registration): void {
    const { random, t1Ms, siblingTokens, runner } = this.#host;
    const machine = new RegistrationMachine({ expiresS: this.#expiresS, t1Ms, siblingTokens, random });
    runner.host(this.#id, machine, state, (effect) => this.#perform(effect));
  }

  #tell(event: RegistrationEvent): void {
    this.#host.runner.tell(this.#id, event);
  }

  #sentence(cause: Parameters<typeof registrationSentence>[0]['cause'], detail: string): string {
    const { account, trunk, host } = this.#host;
    return registrationSentence({ cause, detail, account, trunk, host: host() });
  }

  #perform(effect: RegistrationEffect): void {
    const { runner, account, trunk } = this.#host;
    if ('do' in effect) {
      if (effect.do === 'remove') runner.outward(() => this.#remove(effect.contact));
      else runner.outward(() => this.#register(effect.ask, effect.expiresS));
    } else if (effect.fact === 'registered') {
      runner.fact({ fact: 'registered', account, trunk, expiresS: effect.expiresS } satisfies Fact);
    } else {
      const { cause, detail } = effect;
      const sentence = this.#sentence(cause, detail);
      runner.fact({ fact: 'registrationFailed', account, trunk, cause, sentence } satisfies Fact);
    }
  }

  #register(ask: number, expiresS: number): void {
    const { runner, agent, basis, heard } = this.#host;
    const made = basis(this.token);
    if (!made) {
      this.noFlow('unreachable', 'the SIP port is not open');
      return;
    }
    const { contact } = made;
    agent.request(this.#asked(made, contact, expiresS), (outcome) =>
      runner.cascade(() => {
        this.#tell({ type: 'outcome', ask, outcome, contact });
        heard(outcome);
        if (ask === this.state.asks) runner.outward(() => this.#satisfy(outcome));
      }),
    );
  }

  /** A Contact at an address that we have left is of no use to anybody; without an answer it runs out by itself. */
  #remove(contact: UriText): void {
    const { agent, basis } = this.#host;
    const made = basis(this.token);
    if (made) agent.request(this.#asked(made, contact, 0), () => {});
  }

  #asked(made: RegisterBasis, contact: UriText, expiresS: number): RequestAsk {
    const { flow, registrar: uri, addressOfRecord, credentials } = made;
    const named = { from: addressOfRecord, to: addressOfRecord, callId: this.#identity.callId };
    return { flow, method: 'REGISTER', uri, ...named, contact, expiresS, credentials };
  }
}
