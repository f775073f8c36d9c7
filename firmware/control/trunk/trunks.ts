import { randomBytes } from 'node:crypto';
import type { Account, Line, Trunk } from '../../config/schema.ts';
import type { Clock } from '../../core/clock.ts';
import { GatewayError } from '../../core/error.ts';
import type { Log } from '../../core/log.ts';
import { after } from '../../core/machine.ts';
import type { Runner } from '../../core/runner.ts';
import type { Fact, LegId } from '../facts.ts';
import type { Credentials, Endpoint, FlowId, Registrar, UserAgent } from '../sip/face.ts';
import type { RegistrationView } from '../sip/registration.ts';
import type { RegistrationAnalysis } from './analysis.ts';
import { Blocks } from './blocks.ts';
import { TrunkCounters } from './counters.ts';
import { LineTrunks } from './line-trunks.ts';
import { Locks, type LockTime } from './locks.ts';
import { ownAddressBy } from './own-address.ts';
import { holderOf, type Links, noHolderWords, Paths } from './paths.ts';
import { Siblings } from './siblings.ts';
import { SipTrunk } from './sip-trunk.ts';
import type { SipTrunkTools } from './sip-trunk-tools.ts';
import type { TrunkShown, TrunkSnapshot } from './trunk.ts';

export type TrunksTools = {
  readonly runner: Runner;
  readonly clock: Clock;
  readonly agent: UserAgent;
  /** Left out: nobody may register with us. */
  readonly registrar?: Registrar;
  readonly names: SipTrunkTools['names'];
  readonly log: Log;
  /** `network.address`; empty means the address of the route to each softswitch. */
  readonly address: string;
  readonly t1Ms: number;
  /** States that a plane before us left, by machine id; empty at a first start. */
  readonly kept: ReadonlyMap<string, unknown>;
  /** A flow stands (again), perhaps at another address than before: requests can leave over it. */
  readonly flowOpened?: (flow: FlowId) => void;
  readonly random?: () => number;
  readonly newId?: () => string;
  readonly ownAddress?: (far: string) => Promise<string>;
  /** Left out: nobody looks at links and addresses. */
  readonly links?: Links;
  readonly renewFlow?: (flow: FlowId) => void;
  /** When locks end; left out: never. */
  readonly lockTime?: LockTime;
};
export type TrunksSettings = {
  readonly trunks: readonly Trunk[];
  readonly accounts: readonly Account[];
  readonly lines: readonly Line[];
};

/** A person waits for it. */
const LONGEST_ANALYSIS_MS = 10_000;
const CLOSE_CHECK_MS = 50;
/** Unbinding gives up after 2 s; this is a little more. */
const LONGEST_CLOSE_MS = 2500;

/** The table of all ways out: SIP softswitches and exchange lines. */
export class Trunks {
  readonly #tools: TrunksTools;
  readonly #random: () => number;
  readonly #newId: () => string;
  readonly #sip = new Map<string, SipTrunk>();
  readonly #lines = new LineTrunks();
  readonly #blocks: Blocks;
  readonly #locks: Locks;
  readonly #counters = new TrunkCounters();
  readonly #siblings: Siblings;
  readonly #paths: Paths;
  #unwatch: (() => void) | undefined;
  /** `network.address` as it runs. */
  #address: string;
  #settings: TrunksSettings = { trunks: [], accounts: [], lines: [] };

  constructor(tools: TrunksTools) {
    this.#tools = tools;
    this.#address = tools.address;
    this.#random = tools.random ?? Math.random;
    this.#newId = tools.newId ?? (() => randomBytes(12).toString('hex'));
    this.#siblings = new Siblings({
      ...{ trunks: this.#sip, settings: () => this.#settings, kept: tools.kept },
      ...{ now: () => tools.clock.now(), newId: this.#newId },
    });
    this.#blocks = new Blocks(tools.runner, tools.kept);
    this.#locks = new Locks(tools.runner, tools.lockTime ?? timeless);
    this.#paths = new Paths((fact, name, why) => tools.runner.fact({ fact, interface: name, why } satisfies Fact));
  }

  /** Makes the table what the settings say: adds, changes and removes; calls go on. */
  configure(settings: TrunksSettings): void {
    this.#settings = settings;
    this.#siblings.forgetFound();
    this.#unwatch ??= this.#tools.links?.watch(() => this.linksChanged());
    this.#tools.runner.cascade(() => {
      const wanted = new Set(settings.trunks.map((trunk) => trunk.id));
      for (const id of [...this.#sip.keys()]) if (!wanted.has(id)) this.#remove(id);
      for (const trunk of settings.trunks) this.#configureTrunk(trunk);
      this.#locks.configure(settings.trunks);
      this.#lines.configure(settings.lines);
      this.#bindPaths(settings.trunks);
      this.linksChanged();
    });
  }

  /** A link, an address or a route may have changed (U18): a trunk whose path is gone is left at once. */
  linksChanged(): void {
    const { runner, links } = this.#tools;
    if (!links) return;
    runner.cascade(() => {
      const now = links.now();
      this.#paths.look([...this.#sip.values()].flatMap((trunk) => trunk.look(now) ?? []));
    });
  }

  /**
   * The box's own address is this one from here on (empty: that of the route): softswitches that name no path move
   * there with their calls. Throws where no interface has it: it is taken when one has.
   */
  readdress(address: string): void {
    this.#address = address;
    const { runner, links } = this.#tools;
    runner.cascade(() => {
      for (const trunk of this.#sip.values()) trunk.readdress();
    });
    if (address === '' || !links || holderOf(links.now(), address) !== undefined) return;
    throw new GatewayError('setting-refused', `${noHolderWords(address)}; it is used when one has it`);
  }

  /** What leaves from an address before its policy route is laid would take another path. */
  async #ownAddress(far: string, name: string): Promise<string> {
    const own = await ownAddressBy({ ...this.#tools, address: this.#address })(far, name);
    if (name !== '') await this.#tools.links?.laid?.();
    return own;
  }

  #bindPaths(trunks: readonly Trunk[]): void {
    const names = trunks.flatMap(({ interface: name }) => (name === '' ? [] : [name]));
    this.#tools.runner.outward(() => this.#tools.links?.bind?.(names));
  }

  trunk(id: string): SipTrunk | undefined {
    return this.#sip.get(id);
  }

  /** A flow is named after its trunk. */
  ofFlow(flow: FlowId): SipTrunk | undefined {
    return this.#sip.get(flow);
  }

  snapshot(): readonly TrunkSnapshot[] {
    return [
      ...[...this.#sip.values()].map((trunk) => this.#withLock(this.#withCounts(this.#withBlock(trunk.snapshot())))),
      ...this.#lines.snapshot(),
    ];
  }

  /** A lock of the settings whose time is over holds no more. */
  #withLock(shown: TrunkSnapshot): TrunkSnapshot {
    return { ...shown, lock: this.#locks.of(shown.id)?.is ?? 'none' };
  }

  #withCounts(shown: TrunkSnapshot): TrunkSnapshot {
    const asr = this.#counters.asr(shown.id);
    const newCalls = this.#counters.newCalls(shown.id, this.#tools.clock.now());
    return { ...shown, newCalls, ...(asr === undefined ? {} : { asr }) };
  }

  /** The softswitches as a person is shown them. */
  shown(): readonly TrunkShown[] {
    return [...this.#sip.values()].map((trunk) => {
      const lock = this.#locks.of(trunk.id);
      return { ...this.#withBlock(trunk.shown()), ...(lock === undefined ? {} : { lock }) };
    });
  }

  /** No outgoing call but emergency calls over this trunk, for some minutes (0 = until `unblock`). False: no such trunk. */
  block(id: string, by: string, minutes: number): boolean {
    if (!this.#sip.has(id)) return false;
    this.#blocks.block(id, by, minutes);
    return true;
  }

  /** False where it was not blocked. */
  unblock(id: string, by: string): boolean {
    return this.#blocks.unblock(id, by);
  }

  /** What a fresh REGISTER brings, in 10 s at most; undefined where this account does not register at this trunk. */
  async analyse(id: string, account: string): Promise<RegistrationAnalysis | undefined> {
    const { clock } = this.#tools;
    return this.#sip.get(id)?.analyse(account, (late) => clock.at(after(clock.now(), LONGEST_ANALYSIS_MS), late));
  }

  #withBlock<T extends { readonly id: string }>(shown: T): T & Pick<TrunkSnapshot, 'blocked'> {
    const blocked = this.#blocks.of(shown.id);
    return blocked === undefined ? shown : { ...shown, blocked };
  }

  registrations(): readonly (RegistrationView & { readonly trunk: string })[] {
    return [...this.#sip.values()].flatMap((trunk) =>
      trunk.registrations().map((view) => ({ ...view, trunk: trunk.id })),
    );
  }

  /** Credentials of the account that this user part or authentication name belongs to. */
  credentialsOf(_flow: FlowId, user: string): Credentials | undefined {
    const account = this.#settings.accounts.find((each) => each.user === user || each.authUser === user);
    return account && { user: account.authUser === '' ? account.user : account.authUser, password: account.password };
  }

  /** For `UserAgent.onAccess`. */
  mayEnter(request: { readonly flow: FlowId; readonly source: Endpoint; readonly requestUser: string }): boolean {
    return this.#sip.get(request.flow)?.mayEnter(request.source, request.requestUser) ?? false;
  }

  occupy(id: string, leg: LegId): void {
    this.#sip.get(id)?.occupy(leg);
    this.#lines.get(id)?.occupy(leg);
  }

  /** The leg is gone, wherever it was. */
  vacate(leg: LegId): void {
    for (const trunk of this.#sip.values()) trunk.vacate(leg);
    this.#lines.vacate(leg);
  }

  /** Takes what facts mean for the table; to be called for every fact. */
  fold(fact: Fact): void {
    this.#counters.fold(fact, this.#tools.clock.now());
    this.#lines.fold(fact);
    this.#siblings.fold(fact);
  }

  /**
   * Unbinds everywhere and closes the flows: done in 2.5 s at most, whatever the softswitches do. `busy`: calls are
   * still being ended over them.
   */
  async stop(busy: () => boolean = () => false): Promise<void> {
    const { clock } = this.#tools;
    this.#unwatch?.();
    const until = after(clock.now(), LONGEST_CLOSE_MS);
    for (const trunk of this.#sip.values()) trunk.unbind();
    while (clock.now() < until && (busy() || [...this.#sip.values()].some((trunk) => !trunk.quiet)))
      await new Promise<void>((resolve) => clock.at(after(clock.now(), CLOSE_CHECK_MS), resolve));
    // who registered with us finds the next plane
    for (const trunk of this.#sip.values()) trunk.close(false);
    this.#sip.clear();
  }

  #configureTrunk(settings: Trunk): void {
    const standing = this.#sip.get(settings.id);
    if (standing) {
      standing.configure(settings, this.#settings.accounts);
      return;
    }
    const trunk = new SipTrunk(settings, this.#settings.accounts, this.#toolsOf(settings.id));
    this.#sip.set(settings.id, trunk);
    this.#blocks.adopt(settings.id);
    trunk.start();
  }

  /** A trunk that was taken out unbinds first; its flow is closed when that is done or has run out of time. */
  #remove(id: string): void {
    const trunk = this.#sip.get(id);
    if (!trunk) return;
    const { clock } = this.#tools;
    this.#sip.delete(id);
    this.#blocks.unblock(id, 'its removal');
    this.#counters.forget(id);
    trunk.retire();
    clock.at(after(clock.now(), LONGEST_CLOSE_MS), () => {
      if (!this.#sip.has(id)) trunk.close();
    });
  }

  #toolsOf(trunk: string): SipTrunkTools {
    const { runner, agent, registrar, names, log, t1Ms, kept } = this.#tools;
    const { flowOpened = () => {}, renewFlow = () => {} } = this.#tools;
    return {
      runner,
      agent,
      ...(registrar === undefined ? {} : { registrar }),
      names,
      log,
      t1Ms,
      random: this.#random,
      newId: this.#newId,
      ownAddress: (far, name) => this.#ownAddress(far, name),
      lookAtPaths: () => this.linksChanged(),
      renewFlow,
      identityOf: (account) => this.#siblings.identity(trunk, account),
      accepted: (account, answer) => this.#siblings.accepted(trunk, account, answer),
      siblingTokens: (account) => this.#siblings.tokensBeside(trunk, account),
      kept: (id) => kept.get(id),
      flowOpened,
    };
  }
}

const timeless: LockTime = { now: () => ({ ms: 0, sure: false }), momentOf: () => undefined };
