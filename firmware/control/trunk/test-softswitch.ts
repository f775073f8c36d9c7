import { after } from '../../core/machine.ts';
import type { TestClock } from '../../core/test-clock.ts';
import type { Flow, RequestAsk, RequestOutcome, UserAgent } from '../sip/face.ts';

export type Answer = Partial<Extract<RequestOutcome, { is: 'answered' }>> & { readonly status: number };

/** A registrar for tests: what it does wrong is switched on by its fields. */
export class TestSoftswitch {
  running = true;
  /** A stopped softswitch on a living host is reported at once (ICMP); else it is silent. */
  icmp = false;
  /** Called before the ordinary answer; what it returns is answered instead. */
  fault: (ask: RequestAsk) => Answer | undefined = () => undefined;
  /** Contact by address of record. */
  readonly bindings = new Map<string, string>();
  readonly asks: { readonly at: number; readonly ask: RequestAsk }[] = [];

  stop(): void {
    this.running = false;
    this.bindings.clear();
  }

  startEmpty(): void {
    this.running = true;
  }

  of(method: RequestAsk['method']): readonly { readonly at: number; readonly ask: RequestAsk }[] {
    return this.asks.filter((each) => each.ask.method === method);
  }

  answer(ask: RequestAsk): Answer {
    const fault = this.fault(ask);
    if (fault) return fault;
    if (ask.method === 'OPTIONS') return { status: 200 };
    if (ask.expiresS === 0) this.bindings.delete(ask.to.uri);
    else this.bindings.set(ask.to.uri, ask.contact ?? '');
    const contacts = ask.expiresS === 0 ? [] : [{ uri: ask.contact ?? '', expiresS: ask.expiresS ?? 0 }];
    return { status: 200, contacts };
  }
}

/** Copies of a request over UDP (Timer E of RFC 3261 §17.1.2.2 with T1 = 500 ms, T2 = 4 s), and Timer F. */
const COPIES_MS = [0, 500, 1500, 3500, 7500, 11_500, 15_500, 19_500, 23_500, 27_500, 31_500];
const TIMER_F_MS = 32_000;

/** A user agent over softswitches of the test, by flow id; copies, losses and delays run on the test's clock. */
export class TestUserAgent implements UserAgent {
  readonly flows: Flow[] = [];
  readonly closed: string[] = [];
  readonly #clock: TestClock;
  readonly #softswitches: Readonly<Record<string, TestSoftswitch>>;
  roundTripMs = 10;
  /** Whether this copy is lost on its way. */
  lost: () => boolean = () => false;

  constructor(clock: TestClock, softswitches: Readonly<Record<string, TestSoftswitch>>) {
    this.#clock = clock;
    this.#softswitches = softswitches;
  }

  async openFlow(flow: Flow): Promise<void> {
    this.flows.push(flow);
  }

  async closeFlow(flow: string): Promise<void> {
    this.closed.push(flow);
  }

  request(ask: RequestAsk, done: (outcome: RequestOutcome) => void): void {
    const softswitch = this.#softswitches[ask.flow];
    if (!softswitch) throw new Error(`no softswitch behind ${ask.flow}`);
    const began = this.#clock.now();
    const endsAt = Math.min(ask.giveUpAfterMs ?? TIMER_F_MS, TIMER_F_MS);
    softswitch.asks.push({ at: began, ask });
    let over = false;
    const finish = (outcome: RequestOutcome) => {
      if (over) return;
      over = true;
      done(outcome);
    };
    for (const copy of COPIES_MS.filter((ms) => ms < endsAt))
      this.#in(copy + this.roundTripMs / 2, () => {
        if (over || this.lost()) return;
        if (softswitch.running) this.#answer(softswitch, ask, began, finish);
        else if (softswitch.icmp) finish({ is: 'unreachable', why: 'connection refused' });
      });
    this.#in(endsAt, () => finish({ is: 'silent' }));
  }

  #answer(softswitch: TestSoftswitch, ask: RequestAsk, began: number, finish: (outcome: RequestOutcome) => void): void {
    const answer = softswitch.answer(ask);
    this.#in(this.roundTripMs / 2, () => {
      if (this.lost()) return;
      finish({
        is: 'answered',
        phrase: '',
        contacts: [],
        serviceRoute: [],
        credentialsRefused: false,
        source: { address: '192.0.2.1', port: 5060 },
        tookMs: this.#clock.now() - began,
        ...answer,
      });
    });
  }

  #in(ms: number, work: () => void): void {
    this.#clock.at(after(this.#clock.now(), ms), work);
  }

  invite(): void {}
  cancel(): void {}
  respond(): void {}
  bye(): void {}
  reoffer(): void {}
  info(): void {}
  onInvite(): void {}
  onAccess(): void {}
  adopt(): boolean {
    return true;
  }
  abandon(): void {}
  async close(): Promise<void> {}
}
