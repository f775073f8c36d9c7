import type { Account, Trunk } from '../../config/schema.ts';
import { wordsOf } from '../../core/error.ts';
import type { Fact, LegId, Shown, Target } from '../facts.ts';
import type { Endpoint, SipSignal, UriText } from '../sip/face.ts';
import type { RegistrationClient, RegistrationView } from '../sip/registration.ts';
import { AcceptedPbx, accountOfPbx, farOfPbx, NOBODY } from './accepted-pbx.ts';
import { type AnalysisAbout, type AnalysisWait, analysis, type RegistrationAnalysis } from './analysis.ts';
import { evidenceOfSignal } from './evidence.ts';
import { closedFlow, type FlowEffect, type FlowEvent, FlowMachine, type FlowState } from './flow-machine.ts';
import { type Health, silenceBudgetMs } from './health-machine.ts';
import { contactAt, domainOf, sameFlow, sameRegistrar } from './identity.ts';
import { type OutgoingBasis, outgoingBasis } from './outgoing-basis.ts';
import { holderOf, type Interfaces, noPathWords, type PathSeen, usable } from './paths.ts';
import { TrunkRegistrations } from './registrations.ts';
import type { SipTrunkTools } from './sip-trunk-tools.ts';
import type { TrunkShown, TrunkSnapshot, VerdictOverrides } from './trunk.ts';
import { healthWord, TrunkHealth } from './trunk-health.ts';

/** One SIP softswitch: its flow, its health, and a registration of every account. */
export class SipTrunk {
  readonly id: string;
  readonly #tools: SipTrunkTools;
  readonly #flowMachineId: string;
  readonly #health: TrunkHealth;
  readonly #registrations: TrunkRegistrations;
  readonly #pbx: AcceptedPbx;
  readonly #calls = new Set<LegId>();
  #settings: Trunk;
  #accounts: readonly Account[];
  /** Interface that had our address when that was last seen. */
  #path = '';
  #cut = false;
  /** Something has changed while people spoke over it: it is looked at when they have hung up. */
  #looksLater = false;

  constructor(settings: Trunk, accounts: readonly Account[], tools: SipTrunkTools) {
    this.id = settings.id;
    this.#settings = settings;
    this.#accounts = accounts;
    this.#tools = tools;
    this.#flowMachineId = `trunk/${settings.id}/flow`;
    tools.runner.host(this.#flowMachineId, new FlowMachine(tools.random), closedFlow, (e) => this.#onFlow(e), {
      kept: false,
    });
    this.#registrations = new TrunkRegistrations({
      ...{ tools, settings: () => this.#settings, accounts: () => this.#accounts },
      contact: (token) => this.#contact(token),
      heard: (evidence) => this.#health.tell(evidence),
      accepted: tools.accepted,
    });
    this.#health = new TrunkHealth({
      ...{ tools, trunk: settings.id },
      probeIntervalMs: () => this.#settings.probeIntervalS * 1000,
      target: () => this.#target(),
      contact: () => this.#contact('holdfast'),
      reregister: () => this.#registrations.nudge(),
    });
    this.#pbx = new AcceptedPbx({
      ...{ tools, settings: () => this.#settings, localAddress: () => this.#localAddress() },
      changed: () => this.#registered(),
    });
  }

  /** A PBX registers with us (U19). */
  get #accepts(): boolean {
    return this.#settings.kind === 'accepting';
  }

  /** Opens the flow; registrations and probes begin when it stands. */
  start(): void {
    if (this.#accepts) this.#pbx.open();
    this.#tellFlow({ type: 'start' });
  }

  /** New settings and accounts; calls are not touched, and the flow only if its own ends changed. */
  configure(settings: Trunk, accounts: readonly Account[]): void {
    const before = this.#settings;
    const formerly = new Map(this.#accounts.map((account) => [account.id, account]));
    this.#settings = settings;
    this.#accounts = accounts;
    this.#tools.runner.cascade(() => {
      this.#registrations.configure(formerly, { everybody: !sameRegistrar(before, settings), open: this.#open() });
      if (settings.kind === 'accepting') this.#pbx.open();
      else if (before.kind === 'accepting') this.#pbx.forget();
      if (!sameFlow(before, settings)) this.#tellFlow({ type: 'reopen' });
      if (before.probeIntervalS !== settings.probeIntervalS && this.#open()) this.#health.restart();
    });
  }

  /** Unbinds every account, waiting 2 s at most, and lets the flow go afterwards through `close`. */
  unbind(): void {
    this.#registrations.stop();
  }

  /** Settings have taken it out: it unbinds as above, and nobody wants to know any more how it is. */
  retire(): void {
    this.#health.drop();
    this.unbind();
  }

  /** True when no unbinding is under way any more. */
  get quiet(): boolean {
    return this.#registrations.quiet;
  }

  /** Closes the flow and forgets every machine of this trunk; `removed`: who registered with us as well. */
  close(removed = true): void {
    const { runner } = this.#tools;
    this.#registrations.drop();
    if (removed) this.#pbx.forget();
    this.#tellFlow({ type: 'stop' });
    this.#health.drop();
    runner.drop(this.#flowMachineId);
  }

  snapshot(): TrunkSnapshot {
    const { priority, callLimit, progressBudgetMs, ringS, verdicts, role, group, emergency, lock, cpsLimit } =
      this.#settings;
    const health = this.health();
    return {
      id: this.id,
      kind: 'trunk',
      health: this.#open() ? healthWord[health.is] : 'down',
      priority,
      ...{ role, group, emergency, lock, cpsLimit, newCalls: 0 },
      callsUp: this.#calls.size,
      callLimit,
      bound: this.#bound(),
      silenceBudgetMs: silenceBudgetMs(this.#settings.silenceBudgetMs, health),
      progressBudgetMs,
      ringMs: ringS * 1000,
      verdicts: verdicts as VerdictOverrides,
    };
  }

  shown(): TrunkShown {
    const { id, priority, health, callsUp, callLimit } = this.snapshot();
    const { transport } = this.#settings;
    const host = this.#accepts ? (this.#pbx.live?.source.address ?? '') : this.#settings.host;
    return { id, priority, health, callsUp, callLimit, host, transport, trouble: this.#trouble() };
  }

  /** Who registered with us is known by that alone: every account may call it. */
  #bound(): readonly string[] {
    if (!this.#accepts) return this.#registrations.bound();
    return this.#pbx.live === undefined ? [] : this.#accounts.map(({ id }) => id);
  }

  /** Why there is no way to it. */
  #trouble(): string {
    const flow = this.#flow();
    if (flow?.is === 'open' && this.#cut) return noPathWords(this.#path);
    if (flow?.is === 'open') return this.#accepts && this.#pbx.live === undefined ? NOBODY : '';
    return flow?.is === 'waiting' ? flow.failed.detail : 'the way to it is being opened';
  }

  /** What a fresh REGISTER of this account brings; undefined for an account that does not register here. */
  analyse(accountId: string, wait: AnalysisWait): Promise<RegistrationAnalysis> | undefined {
    const registration = this.#registrations.get(accountId);
    if (!registration || registration.state.is === 'off') return undefined;
    const { host } = this.#settings;
    const address = () => this.#tools.names.known(host);
    const about = { trunk: this.id, account: accountId, host, address, own: () => this.#own() };
    const asked = analysis(registration, about, wait);
    this.#tools.runner.cascade(() => {
      // a way that could not be opened is tried again first, and registers by itself when it stands
      if (this.#open()) registration.askNow();
      else this.#tellFlow({ type: 'reopen' });
    });
    return asked;
  }

  #own(): ReturnType<AnalysisAbout['own']> {
    const flow = this.#flow();
    if (flow?.is !== 'open') return undefined;
    const { transport, localPort } = this.#settings;
    return { address: flow.localAddress, ...(transport === 'udp' ? { port: localPort } : {}) };
  }

  registrations(): readonly RegistrationView[] {
    return this.#accepts ? [this.#pbx.view()] : this.#registrations.views();
  }

  health(): Health {
    return this.#health.state;
  }

  /** A call of this leg goes over the trunk, until `vacate`. */
  occupy(leg: LegId): void {
    this.#calls.add(leg);
  }

  vacate(leg: LegId): void {
    this.#calls.delete(leg);
    if (this.#calls.size > 0 || !this.#looksLater) return;
    this.#looksLater = false;
    this.#tools.lookAtPaths();
  }

  /** What a leg heard on this trunk is evidence of its health. */
  hear(signal: SipSignal): void {
    const evidence = evidenceOfSignal(signal);
    if (evidence) this.#health.tell(evidence);
    if (signal.sip !== 'refused' || signal.abandoned || (signal.status !== 401 && signal.status !== 407)) return;
    const { runner } = this.#tools;
    const fact: Fact = { fact: 'callsRefused', trunk: this.id, status: signal.status };
    runner.cascade(() => runner.fact(fact));
  }

  /** The network under the trunk went or came. */
  link(up: boolean): void {
    this.#cut = !up;
    if (!up) this.#health.tell({ from: 'link', type: 'cut' });
    else if (this.#isThere()) this.#health.tell({ from: 'link', type: 'restored' });
    this.#tools.runner.outward(() => this.#tools.renewFlow(this.id));
    if (up) this.#registrations.linkBack();
  }

  /**
   * Links, addresses or routes may have changed. A trunk whose address no interface with a link has is cut, one that
   * has another address now opens its flow there. Gives the path that it takes or wants.
   */
  look(interfaces: Interfaces): PathSeen | undefined {
    const flow = this.#flow();
    const { interface: bound } = this.#settings;
    if (flow?.is === 'waiting') this.#tellFlow({ type: 'reopen' });
    if (flow?.is !== 'open') return bound === '' ? undefined : { interface: bound, up: usable(interfaces, bound) };
    const holder = holderOf(interfaces, flow.localAddress);
    const up = holder !== undefined && (bound === '' || bound === holder);
    this.#path = up ? holder : bound || this.#path;
    if (up === this.#cut) this.link(up);
    if (!up || this.#calls.size === 0) this.readdress();
    else this.#looksLater = true;
    return this.#path === '' ? undefined : { interface: this.#path, up };
  }

  /** Goes to the address that is ours by now, with the calls that are up, if that is another one. */
  readdress(): void {
    const flow = this.#flow();
    if (flow?.is === 'waiting') this.#tellFlow({ type: 'reopen' });
    if (flow?.is === 'open') this.#tools.runner.outward(() => void this.#move(flow.localAddress));
  }

  /** Opens the flow at another address if there is one by now. A way that works is left only while nobody speaks. */
  async #move(from: string): Promise<void> {
    const { names, ownAddress } = this.#tools;
    const far = this.#accepts ? farOfPbx(this.#settings) : names.known(this.#settings.host);
    if (far === undefined) return;
    // no address is no news: the trunk is cut already
    const wanted = await ownAddress(far, this.#settings.interface).catch(() => from);
    const flow = this.#flow();
    if (wanted === from || flow?.is !== 'open' || flow.localAddress !== from) return;
    this.#tools.runner.cascade(() => this.#tellFlow({ type: 'reopen' }));
  }

  siblingLost(account: string): void {
    this.#registrations.get(account)?.siblingLost();
  }

  registration(account: string): RegistrationClient | undefined {
    return this.#registrations.get(account);
  }

  /** The account whose contact has this token as its user part. */
  accountOfToken(requestUser: string): Account | undefined {
    return this.#accounts.find((account) => this.#registrations.get(account.id)?.token === requestUser);
  }

  /** Whether a request that came over this trunk's flow may speak to us: from its far address, or to a token of ours. */
  mayEnter(source: Endpoint, requestUser: string): boolean {
    // where somebody registers with us, the registrar has judged before
    if (this.#accepts) return false;
    const far = this.#tools.names.known(this.#settings.host);
    return (
      (far !== undefined && plain(far) === plain(source.address)) || this.accountOfToken(requestUser) !== undefined
    );
  }

  /** Contact of an account towards this trunk; `undefined` while the flow is not open. */
  contactOf(account: string): UriText | undefined {
    const token = this.#registrations.get(account)?.token ?? account;
    return this.#contact(token);
  }

  /** Basis of an INVITE; `undefined` while the flow is not open, or for an account that does not exist. */
  outgoing(accountId: string, target: Pick<Target, 'techPrefix' | 'number'>, shows?: Shown): OutgoingBasis | undefined {
    const own = this.#accepts ? accountOfPbx(this.#settings) : undefined;
    const account = this.#accounts.find((each) => each.id === accountId) ?? own;
    const contact = this.contactOf(accountId);
    if (!account || contact === undefined) return undefined;
    const routes = this.#registrations.get(accountId)?.serviceRoute ?? [];
    const basis = outgoingBasis(this.#known(), { account, contact, routes }, target, shows);
    return this.#accepts ? this.#pbx.addressed(basis) : basis;
  }

  /** The settings with the name that the far end knows us by: a PBX without a domain knows our address. */
  #known(): Trunk {
    const named = !this.#accepts || this.#settings.domain !== '';
    return named ? this.#settings : { ...this.#settings, domain: this.#localAddress() };
  }

  #target(): { readonly uri: UriText; readonly hop?: Endpoint } | undefined {
    if (!this.#accepts) return { uri: `sip:${domainOf(this.#settings)}` };
    const { live } = this.#pbx;
    return live && { uri: live.contact, hop: live.source };
  }

  /** There is somebody to ask, as far as registering goes. */
  #isThere(): boolean {
    return !this.#accepts || this.#pbx.live !== undefined;
  }

  /** The PBX has registered, or its binding has ended. */
  #registered(): void {
    if (!this.#isThere()) this.#health.tell({ from: 'link', type: 'cut', why: NOBODY });
    else if (!this.#cut) {
      this.#health.tell({ from: 'link', type: 'restored' });
      this.#health.tell({ from: 'registration', type: 'alive' });
    }
  }

  #localAddress(): string {
    const flow = this.#flow();
    return flow?.is === 'open' ? flow.localAddress : '';
  }

  #contact(user: string): UriText | undefined {
    const flow = this.#flow();
    if (flow?.is !== 'open') return undefined;
    return contactAt(this.#settings, flow.localAddress, user);
  }

  #flow(): FlowState | undefined {
    return this.#tools.runner.state<FlowState>(this.#flowMachineId);
  }

  #open(): boolean {
    return this.#flow()?.is === 'open';
  }

  #tellFlow(event: FlowEvent): void {
    this.#tools.runner.tell(this.#flowMachineId, event);
  }

  #onFlow(effect: FlowEffect): void {
    const { runner, agent, log } = this.#tools;
    if ('do' in effect) {
      if (effect.do === 'open') runner.outward(() => void this.#openFlow(effect.attempt));
      else
        runner.outward(() => {
          agent.closeFlow(this.id).catch((error) => log.warn({ trunk: this.id, err: error }, 'a flow did not close'));
        });
    } else if (effect.tell === 'open') this.#flowOpened();
    else {
      this.#health.noWay(effect.failed.detail);
      this.#registrations.noFlow(effect.failed);
    }
  }

  async #openFlow(attempt: number): Promise<void> {
    const { agent, names, ownAddress } = this.#tools;
    const { host, port, transport, localPort } = this.#settings;
    let cause: 'nameNotFound' | 'unreachable' = 'nameNotFound';
    try {
      const far = this.#accepts ? farOfPbx(this.#settings) : await names.address(host);
      cause = 'unreachable';
      const localAddress = await ownAddress(far, this.#settings.interface);
      const local = { address: localAddress, port: localPort };
      const remote = this.#accepts ? {} : { remote: { address: host, port } };
      await agent.openFlow({ id: this.id, transport, local, ...remote });
      this.#tellFlow({ type: 'opened', attempt, localAddress });
      this.#tools.flowOpened(this.id);
    } catch (error) {
      this.#tellFlow({ type: 'failed', attempt, cause, detail: wordsOf(error) });
    }
  }

  #flowOpened(): void {
    this.#health.begin();
    if (!this.#isThere()) this.#registered();
    else if (!this.#cut) this.#health.tell({ from: 'link', type: 'restored' });
    this.#registrations.start();
    this.#tools.lookAtPaths();
  }
}

/** An IPv4 address that came over a dual-stack socket, as it is. */
const plain = (address: string): string => (address.startsWith('::ffff:') ? address.slice(7) : address);
