import * as v from 'valibot';
import { type Configuration, configuration } from '../../config/schema.ts';
import { silentLog } from '../../core/log.ts';
import { Runner } from '../../core/runner.ts';
import { TestClock } from '../../core/test-clock.ts';
import type { FileEvent, LineEvent, NetEvent } from '../../engine-protocol/events.ts';
import type { ContextId, LineId, TerminationId } from '../../engine-protocol/ids.ts';
import type {
  Add,
  AddReply,
  AuditReply,
  HelloReply,
  ModifyReply,
  Notify,
  ProvisionReply,
  SubtractReply,
} from '../../engine-protocol/messages.ts';
import { Calls } from '../call/calls.ts';
import { Transfers } from '../call/transfers.ts';
import type { Engine } from '../engine/client-face.ts';
import type { Fact, LegId } from '../facts.ts';
import type { Cause } from '../failure.ts';
import { Announcements } from '../ivr/announcement.ts';
import { Attendants } from '../ivr/attendant.ts';
import { LeaveMessages } from '../ivr/leave-message.ts';
import { MailboxMenus } from '../ivr/mailbox-menu.ts';
import { Recordings } from '../ivr/recording.ts';
import { TestCaller } from '../ivr/test-call.ts';
import { TestShelf } from '../ivr/test-shelf.ts';
import { Voices } from '../ivr/voice.ts';
import { LineLegs } from '../leg/line-leg.ts';
import { LegMedia } from '../leg/media.ts';
import type { Agreed, Negotiator } from '../leg/negotiator.ts';
import { type Arrival, SipLegs, type SipWay } from '../leg/sip-leg.ts';
import { plan } from '../routing/plan.ts';
import { type PlanQuestion, quietQuestion, type WallTime } from '../routing/question.ts';
import { country } from '../routing/test-box.ts';
import type { IncomingInvite, InviteAsk, InviteVerdict, SipSignal, UserAgent } from '../sip/face.ts';
import { ordinaryWay, type TrunkSnapshot } from '../trunk/trunk.ts';
import { Phones } from './phones.ts';

const wordsFor = (what: Add['what']): string => {
  if (typeof what === 'string') return what;
  if (what.kind === 'player') return `player ${what.files.join(' ')}`;
  return what.kind === 'recorder' ? `recorder ${what.file}` : what.kind;
};

/** An engine in memory: contexts and signals as they were asked for, events as a test makes them. */
export class TestEngine implements Engine {
  readonly contexts = new Map<ContextId, Set<TerminationId>>();
  readonly playing = new Map<TerminationId, string>();
  readonly modes = new Map<TerminationId, string>();
  /** What is listened for beside the context. */
  readonly detect = new Map<TerminationId, readonly string[]>();
  readonly standing = new Map<TerminationId, string>();
  readonly asked: string[] = [];
  /** Handsets that an audit finds lifted. */
  readonly lifted = new Set<LineId>();
  /** Requests whose text matches are refused. */
  refuses: RegExp | undefined;
  /** Subtracts of nets wait for this. */
  figures: Promise<void> | undefined;
  #last = 0;
  #onEvent: (event: Notify) => void = () => {};
  #seq = 0;

  async provision(): Promise<ProvisionReply> {
    return { lines: [] };
  }
  async audit(): Promise<AuditReply> {
    const line = { kind: 'fxs', available: true, present: true, ringing: false } as const;
    const lines = (['line/1', 'line/2'] as const).map((id) => ({ id, offHook: this.lifted.has(id), ...line }));
    return { lastSeq: 0, contexts: [], lines };
  }
  async add(ask: Parameters<Engine['add']>[0]): Promise<AddReply> {
    const { what } = ask;
    this.#log(`add ${wordsFor(what)}`);
    const number = ++this.#last;
    const termination = typeof what === 'string' ? what : (`${what.kind}/${number}` as TerminationId);
    const context = ask.context === 'new' ? (`context/${number}` as ContextId) : ask.context;
    const members = this.contexts.get(context) ?? new Set();
    if (ask.context !== 'new' && members.size === 0) throw new Error('no such context');
    this.contexts.set(context, members.add(termination));
    this.modes.set(termination, ask.mode);
    return { context, termination, ...(typeof ask.what === 'string' ? {} : { local: ['192.0.2.1', 10_000 + number] }) };
  }
  async modify(ask: Parameters<Engine['modify']>[0]): Promise<ModifyReply> {
    this.#log(`modify ${ask.termination}`);
    if (ask.detect) this.detect.set(ask.termination, ask.detect);
    if (ask.mode) this.modes.set(ask.termination, ask.mode);
    if (ask.standing) this.standing.set(ask.termination, ask.standing.onOffHook);
    return {};
  }
  async move({ termination, to }: Parameters<Engine['move']>[0]): Promise<AddReply> {
    this.#log(`move ${termination}`);
    const members = this.contexts.get(to as ContextId);
    if (!members) throw new Error('no such context');
    await this.subtract({ termination });
    this.contexts.set(to as ContextId, members.add(termination));
    return { context: to as ContextId, termination };
  }
  async subtract(ask: Parameters<Engine['subtract']>[0]): Promise<SubtractReply> {
    this.#log(`subtract ${ask.termination}${ask.cutMs === undefined ? '' : ` less ${ask.cutMs} ms`}`);
    if (ask.termination.startsWith('net/')) await this.figures;
    for (const [id, members] of this.contexts) {
      if (!members.delete(ask.termination)) continue;
      if (members.size === 0) this.contexts.delete(id);
      return ask.termination.startsWith('net/') ? { statistics: { net: ask.termination } as never } : {};
    }
    throw new Error(`${ask.termination} is in no context`);
  }
  async signal(...[termination, play]: Parameters<Engine['signal']>): Promise<void> {
    const text = typeof play === 'string' ? play : Object.values(play).join(' ');
    this.#log(`signal ${termination} ${text}`);
    this.playing.set(termination, text);
  }
  onEvent(listener: (event: Notify) => void): void {
    this.#onEvent = listener;
  }
  onService(): void {}
  onStatistics(): void {}
  onPulse(): void {}
  onConnected(_: (hello: HelloReply & { readonly sameEpoch: boolean }) => void): void {}
  onLost(): void {}
  async close(): Promise<void> {}

  /** The player or recorder that was added last, and is still there. */
  file(kind: 'player' | 'recorder'): TerminationId | undefined {
    return [...this.contexts.values()].flatMap((members) => [...members]).findLast((each) => each.startsWith(kind));
  }

  happen(termination: TerminationId, event: LineEvent | NetEvent | FileEvent): void {
    this.#onEvent({ to: 'event', seq: ++this.#seq, at: 0 as never, termination, event } as Notify);
  }

  /** Members of each context, for comparison. */
  joined(): string[][] {
    return [...this.contexts.values()].map((members) => [...members].sort());
  }

  #log(text: string): void {
    if (this.refuses?.test(text)) throw new Error(`refused: ${text}`);
    this.asked.push(text);
  }
}

/** A user agent that does what it is told and lets a test be the softswitch. */
export class TestUserAgent implements UserAgent {
  readonly did: string[] = [];
  readonly invites: { leg: LegId; ask: InviteAsk }[] = [];
  #decide: (invite: IncomingInvite) => InviteVerdict = () => ({ refuse: 404 });

  async openFlow(): Promise<void> {}
  async closeFlow(): Promise<void> {}
  request(): void {}
  invite(leg: LegId, ask: InviteAsk): void {
    this.invites.push({ leg, ask });
    this.did.push(`invite ${ask.flow} ${ask.uri}`);
  }
  abandon(leg: LegId): void {
    this.did.push(`abandon ${this.#flow(leg)}`);
  }
  cancel(leg: LegId): void {
    this.did.push(`cancel ${this.#flow(leg)}`);
  }
  respond(_: LegId, answer: { readonly status: number }): void {
    this.did.push(`respond ${answer.status}`);
  }
  bye(leg: LegId, cause: Cause): void {
    this.did.push(`bye ${this.#flow(leg)} ${cause}`);
  }
  reoffer(_: LegId, sdp: string): void {
    this.did.push(`reoffer ${sdp}`);
  }
  info(_: LegId, __: string, body: string): void {
    this.did.push(`info ${body.split('\r\n', 1)[0]}`);
  }
  onInvite(decide: (invite: IncomingInvite) => InviteVerdict): void {
    this.#decide = decide;
  }
  onAccess(): void {}
  adopt(): boolean {
    return true;
  }
  async close(): Promise<void> {}

  arrive(invite: IncomingInvite): InviteVerdict {
    return this.#decide(invite);
  }
  #flow(leg: LegId): string {
    return this.invites.find((each) => each.leg === leg)?.ask.flow ?? 'incoming';
  }
}

const agreed: Agreed = {
  remote: ['198.51.100.7', 4000],
  send: { name: 'PCMA', payloadType: 8 },
  receive: [{ name: 'PCMA', payloadType: 8 }],
  telephoneEvent: 101,
  mode: 'sendReceive',
};
/** Offer and answer by words: a description is the mode that its sender wants. */
export const wordNegotiator: Negotiator = {
  offer: (_, mode) => mode,
  answer: (_, offer) => (offer === 'garbage' ? undefined : { sdp: `answer to ${offer}`, agreed: toldBy(offer) }),
  read: (_, answer) => (answer === 'garbage' ? undefined : toldBy(answer)),
};
const reversed: Record<string, Agreed['mode']> = {
  sendOnly: 'receiveOnly',
  inactive: 'inactive',
  receiveOnly: 'sendOnly',
};
const toldBy = (words: string): Agreed => ({ ...agreed, mode: reversed[words] ?? 'sendReceive' });

const settings = {
  version: 1,
  routing: { digitMap: '0T|[2-8]xxx|1xx|x.T' },
  cards: [{ id: 'card', driver: 'simulated' }],
  trunks: [
    { id: 'primary', host: '198.51.100.1' },
    { id: 'secondary', host: '198.51.100.2', localPort: 5062 },
  ],
  accounts: [{ id: 'desk', user: '5001', password: 'x', line: 'line/1' }],
  lines: [
    { id: 'line/1', kind: 'fxs', card: 'card', port: 'phone/1', extension: '11', account: 'desk' },
    { id: 'line/2', kind: 'fxs', card: 'card', port: 'phone/2', extension: '12' },
    { id: 'line/9', kind: 'fxo', card: 'card', port: 'exchange/1', rings: 'line/2' },
  ],
};

/** The telephony of a small office on a clock that a test turns, with engine and user agent in memory. */
export class TestOffice {
  readonly clock = new TestClock();
  readonly engine = new TestEngine();
  readonly userAgent = new TestUserAgent();
  readonly facts: Fact[] = [];
  readonly states = new Map<string, unknown>();
  readonly runner: Runner;
  readonly calls: Calls;
  readonly transfers: Transfers;
  readonly phones: Phones;
  readonly lines: LineLegs;
  readonly media: LegMedia;
  readonly messages: LeaveMessages;
  readonly menus: MailboxMenus;
  readonly shelf = new TestShelf();
  readonly testCalls: TestCaller;
  configuration: Configuration = v.parse(configuration, settings);
  health: Record<string, TrunkSnapshot['health']> = { primary: 'up', secondary: 'up', 'line/9': 'up' };
  digits: 'event' | 'info' = 'event';
  readonly busy = new Set<string>();

  constructor() {
    const sink = {
      write: ({ states }: { states: ReadonlyMap<string, unknown> }) => {
        for (const [id, state] of states) state === undefined ? this.states.delete(id) : this.states.set(id, state);
      },
    };
    this.runner = new Runner(this.clock, { ...silentLog, error: (_, text) => this.faults.push(text) }, sink);
    this.runner.onFact((fact) => {
      this.facts.push(fact as Fact);
      this.calls.fold(fact as Fact);
      this.testCalls.fold(fact as Fact);
    });
    const { runner, engine } = this;
    this.calls = new Calls({ runner, plan: (offer) => this.#plan(offer), firstLeg: 1, epoch: 'test' });
    this.media = new LegMedia({ runner, engine, log: silentLog, book: this.calls });
    this.transfers = new Transfers({
      ...{ runner, book: this.calls, media: this.media },
      settings: () => {
        const { routing, tollGuard } = this.configuration;
        return { holdMs: routing.holdS * 1000, outside: tollGuard.transferOutside };
      },
      recall: (line, leg) => this.phones.recall(line, leg),
    });
    const desk = this.transfers;
    this.phones = new Phones({ runner, engine, media: this.media, book: this.calls, desk, log: silentLog });
    this.lines = new LineLegs({
      ...{ runner, book: this.calls, media: this.media },
      occupy: (line) => this.busy.add(line),
      vacate: () => this.busy.clear(),
    });
    this.testCalls = new TestCaller({
      ...{ runner, book: this.calls, media: this.media, log: silentLog, sentence: (name) => name },
      emergency: () => ['112'],
      extensions: () => this.extensions,
    });
    const { shelf } = this;
    const voices = new Voices({
      ...{ runner, book: this.calls, media: this.media, log: silentLog, shelf },
      sentence: (name) => name,
    });
    this.messages = new LeaveMessages({
      ...{ runner, book: this.calls, voices, shelf, log: silentLog },
      greetingOut: () => this.configuration.mailbox.greetingOut || undefined,
    });
    this.menus = new MailboxMenus({ runner, book: this.calls, voices, shelf, log: silentLog });
    this.#serve(voices);
    this.phones.configure(this.configuration, ['112']);
    this.lines.configure([{ id: 'line/9', rings: 'line/2' }]);
    engine.onEvent((event) => {
      runner.cascade(() => this.media.heard(event) || this.phones.heard(event) || this.lines.heard(event));
    });
  }

  /** Each kind of leg gets its maker. */
  #serve(voices: Voices): void {
    const { runner, calls: book, media } = this;
    const configuration = () => this.configuration;
    const sip = new SipLegs({
      ...{ runner, book, media },
      userAgent: this.userAgent,
      negotiator: wordNegotiator,
      way: (trunk) => this.#way(trunk),
      trunk: (trunk) => this.#way(trunk),
      arrival: (): Arrival => ({ trunk: 'primary', to: { kind: 'phone', id: 'line/2' }, dialled: '12' }),
    });
    book.serve('trunk', sip);
    book.serve('phone', this.phones);
    book.serve('line', this.lines);
    book.serve('mailbox', this.messages);
    book.serve('mailboxMenu', this.menus);
    book.serve('sentence', new Announcements({ runner, book, voices }));
    book.serve('attendant', new Attendants({ runner, book, media, voices, configuration }));
    book.serve('announcement', new Recordings({ runner, book, voices, folder: () => '/own' }));
  }

  /** Wall time, for calendars. */
  now: WallTime = { ms: 0, sure: false };
  /** Numbers that ring here. */
  extensions: readonly string[] = ['11', '12'];
  /** What the runner had to log as an error: must stay empty. */
  readonly faults: string[] = [];

  #plan(offer: PlanQuestion['offer']) {
    const { configuration, now } = this;
    return plan(quietQuestion({ offer, configuration, trunks: this.#trunks(), country, now }));
  }

  #trunks(): TrunkSnapshot[] {
    const budgets = { silenceBudgetMs: 1200, progressBudgetMs: 20_000, ringMs: 120_000, verdicts: {} };
    return Object.entries(this.health).map(([id, health]) => ({
      ...ordinaryWay,
      // a line that nobody has taken out is valid for emergency calls
      emergency: id.startsWith('line/'),
      id,
      kind: id.startsWith('line/') ? 'line' : 'trunk',
      health,
      priority: 1,
      callsUp: this.busy.has(id) ? 1 : 0,
      callLimit: id.startsWith('line/') ? 1 : 0,
      bound: ['desk'],
      ...budgets,
    }));
  }

  #way(trunk: string): SipWay {
    return {
      media: {
        address: '192.0.2.1',
        codecs: ['PCMA', 'PCMU'],
        digits: this.digits,
        dscp: 46,
        jitter: { kind: 'adaptive', minMs: 20, initialMs: 60, maxMs: 200 },
        lostAfterMs: 30_000,
      },
      invite: ({ number }) => ({
        flow: trunk,
        uri: `sip:${number}@${trunk}`,
        from: { uri: 'sip:5001@office' },
        to: { uri: `sip:${number}@${trunk}` },
        contact: 'sip:token@192.0.2.1',
      }),
      hear: () => {},
      occupy: () => {},
      vacate: () => {},
    };
  }

  /** Lets everything that was asked of the engine be answered. */
  async settle(): Promise<void> {
    for (let i = 0; i < 40; i++) await Promise.resolve();
  }

  async line(line: LineId, event: LineEvent): Promise<void> {
    this.engine.happen(line, event);
    await this.settle();
  }

  async dial(line: LineId, digits: string): Promise<void> {
    for (const digit of digits) await this.line(line, { is: 'digit', digit, heardBy: 'dtmf', lastedMs: 80 });
  }

  /** What plays is through. */
  async heard(): Promise<void> {
    const player = this.engine.file('player');
    if (player) this.engine.happen(player, { is: 'finished', seconds: 1, why: 'end' });
    await this.settle();
  }

  /** The softswitch speaks to the newest leg on a trunk. */
  async answer(trunk: string, signal: SipSignal): Promise<void> {
    const leg = this.userAgent.invites.findLast((each) => each.ask.flow === trunk)?.leg;
    if (leg) this.runner.tell(leg, signal);
    await this.settle();
  }

  async turn(ms: number): Promise<void> {
    this.clock.turn(ms);
    await this.settle();
  }

  phone(line: LineId): string | undefined {
    return this.runner.state<{ at: string }>(`phone/${line}`)?.at;
  }

  told(fact: Fact['fact']): Fact[] {
    return this.facts.filter((each) => each.fact === fact);
  }

  /** Legs, calls and contexts that are still there; empty when all is over. */
  left(): string[] {
    const machines = [...this.runner.ids()].filter((id) =>
      /^(leg|call|transfer|media|message|menu|sentence|attendant|recording)\//.test(id),
    );
    const lines = [...this.runner.ids()].filter((id) => {
      const state = this.runner.state<object>(id);
      return id.startsWith('exchange/') && state !== undefined && 'leg' in state;
    });
    return [...machines, ...lines, ...this.engine.contexts.keys()];
  }
}
