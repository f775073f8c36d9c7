import type { Gateway } from '../peer/gateway.ts';
import { eventually, sleep } from '../peer/wait.ts';
import { type Chance, type ChaosOffice, EXCHANGE_LINES, PHONES, type Side } from './chaos-office.ts';

export type CallKind = 'outgoing' | 'internal' | 'exchange' | 'incoming';
/** One call as the people at its ends saw it; times are `performance.now()`. */
export type Told = {
  readonly kind: CallKind;
  /** What was dialled; of a call from outside the name of its way. */
  readonly number: string;
  readonly phone: number;
  readonly begun: number;
  readonly dialled?: number;
  /** Both heard what they should. */
  readonly talkedFrom?: number;
  readonly hungUp?: number;
  /** What went wrong, in words. */
  readonly wrong?: string;
  readonly through?: Side;
};

/** So long a person waits for an answer. */
export const PATIENCE_MS = 20_000;
/** A shorter opening of the loop would be a hook flash. */
const DOWN_MS = 2500;
const port = (phone: number): string => `phone/${phone}`;
/** Every phone has a voice of its own, so that nobody hears another one. */
const voiceOf = (phone: number): number => 700 + 30 * phone;

/** Waits for a voice; `alone`: nothing beside it, since a spoken sentence has something of every voice. */
const hearsWithin = (gateway: Gateway, phone: number, hertz: number, withinMs: number, alone = false) =>
  eventually(`phone ${phone} to hear ${hertz} Hz`, withinMs, async () => {
    const heard = await gateway.bench.hear(port(phone), 200);
    const there = heard.hertz.some((each) => Math.abs(each - hertz) <= hertz / 100);
    if (there && (!alone || heard.hertz.length === 1)) return true;
    await sleep(250);
    throw new Error(`it hears ${heard.hertz.join(', ')} Hz`);
  });

const wordsOf = (error: unknown): string => {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? `${error.message}: ${error.cause.message}` : error.message;
};

type Diary = { -readonly [K in keyof Told]: Told[K] };

/** Calls of a whole office; `told` is all that they saw. */
export class ChaosPeople {
  readonly told: Told[] = [];
  readonly #office: ChaosOffice;
  readonly #draws: Chance;
  readonly #free: number[] = Array.from({ length: PHONES - EXCHANGE_LINES }, (_, n) => n + 1 + EXCHANGE_LINES);
  readonly #freeLines: number[] = Array.from({ length: EXCHANGE_LINES }, (_, n) => n + 1);
  #callerBusy = false;
  #numbers = 95_000;

  constructor(office: ChaosOffice, draws: Chance) {
    this.#office = office;
    this.#draws = draws;
  }

  /** A call each `everyMs` until `until`; resolves when the last one is over. */
  async callUntil(until: number, everyMs: number): Promise<void> {
    const calls: Promise<void>[] = [];
    while (performance.now() < until) {
      calls.push(this.#call(this.#kind(), this.#draws.between(3000, 14_000)));
      await sleep(everyMs);
    }
    await Promise.all(calls);
  }

  #kind(): CallKind {
    const kinds = ['outgoing', 'outgoing', 'outgoing', 'outgoing', 'outgoing', 'internal', 'exchange', 'incoming'];
    const kind = this.#draws.of(kinds) as CallKind;
    if (kind === 'exchange' && this.#freeLines.length === 0) return 'outgoing';
    return kind === 'incoming' && this.#callerBusy ? 'outgoing' : kind;
  }

  async #call(kind: CallKind, talkMs: number): Promise<void> {
    const phones = kind === 'exchange' ? this.#freeLines : this.#free;
    const taken = phones.splice(0, kind === 'internal' ? 2 : 1);
    const [phone, other] = taken;
    if (phone === undefined || (kind === 'internal' && other === undefined)) {
      phones.push(...taken);
      return;
    }
    const diary: Diary = { kind, phone, number: '', begun: performance.now() };
    try {
      if (kind === 'outgoing') await this.#outgoing(diary, talkMs);
      else if (kind === 'internal') await this.#internal(diary, other!, talkMs);
      else if (kind === 'exchange') await this.#exchange(diary, talkMs);
      else await this.#incoming(diary, talkMs);
    } catch (error) {
      diary.wrong ??= wordsOf(error);
    }
    if (diary.dialled !== undefined || diary.wrong !== undefined) this.told.push(diary);
    for (const each of taken) await this.#rest(each);
    phones.push(...taken);
  }

  async #rest(phone: number): Promise<void> {
    const { bench } = this.#office.gateway;
    await bench.silence(port(phone)).catch(() => {});
    await bench.hangUp(port(phone)).catch(() => {});
    await sleep(DOWN_MS);
  }

  async #dial(diary: Diary, number: string): Promise<void> {
    const { bench } = this.#office.gateway;
    diary.number = number;
    await bench.lift(port(diary.phone));
    await bench.waitFor(port(diary.phone), 'tone', { hertz: [350, 440], timeoutMs: 3000 });
    await bench.press(port(diary.phone), number, { onMs: 70, offMs: 70 });
    diary.dialled = performance.now();
  }

  /** Both ends hear each other at the begin of a talk and at its end. */
  async #talk(diary: Diary, talkMs: number, good: (withinMs: number) => Promise<unknown>): Promise<void> {
    await good(PATIENCE_MS);
    diary.talkedFrom = performance.now();
    await sleep(talkMs);
    await good(2000).catch((error: unknown) => {
      const lastedMs = Math.round(performance.now() - (diary.talkedFrom ?? 0));
      diary.wrong = `it was cut within ${lastedMs} ms: ${wordsOf(error)}`;
    });
    diary.hungUp = performance.now();
  }

  async #outgoing(diary: Diary, talkMs: number): Promise<void> {
    const { gateway } = this.#office;
    const { phone } = diary;
    this.#numbers += 1;
    await this.#dial(diary, String(this.#numbers));
    await gateway.bench.tone(port(phone), [voiceOf(phone)]);
    await this.#talk(diary, talkMs, (ms) => hearsWithin(gateway, phone, voiceOf(phone), ms, true));
  }

  async #internal(diary: Diary, other: number, talkMs: number): Promise<void> {
    const { gateway } = this.#office;
    const { phone } = diary;
    await this.#dial(diary, String(10 + other));
    await gateway.bench.waitFor(port(other), 'ringing', { timeoutMs: 5000 });
    await gateway.bench.lift(port(other));
    await gateway.bench.tone(port(phone), [voiceOf(phone)]);
    await this.#talk(diary, talkMs, (ms) => hearsWithin(gateway, other, voiceOf(phone), ms));
  }

  async #exchange(diary: Diary, talkMs: number): Promise<void> {
    const { gateway } = this.#office;
    const { phone } = diary;
    const line = `exchange/${phone}`;
    diary.number = line;
    // while both softswitches are gone a call of ours may have gone out over it
    if ((await gateway.bench.exchange(line)).line !== 'idle') return;
    await gateway.bench.ring(line, { callerId: '5558888' });
    diary.dialled = performance.now();
    try {
      await gateway.bench.waitFor(port(phone), 'ringing', { timeoutMs: 8000 });
      await gateway.bench.lift(port(phone));
      await gateway.bench.waitFor(line, 'line', { line: 'talking', timeoutMs: 5000 });
      await gateway.bench.tone(line, [voiceOf(phone)]);
      await this.#talk(diary, talkMs, (ms) => hearsWithin(gateway, phone, voiceOf(phone), Math.min(ms, 3000)));
    } finally {
      await gateway.bench.stopRinging(line).catch(() => {});
      await gateway.bench.silence(line).catch(() => {});
      await gateway.bench.farHangUp(line, 'loop').catch(() => {});
    }
  }

  async #incoming(diary: Diary, talkMs: number): Promise<void> {
    this.#callerBusy = true;
    const { caller, gateway } = this.#office;
    const { phone } = diary;
    const through = this.#draws.of(['a', 'b'] as const);
    const since = caller.events.length;
    Object.assign(diary, { through, number: `incoming/${through}` });
    try {
      await caller.command('uafind', `sip:201@${through}.test`);
      await caller.dial(`sip:${100 + phone}@${through}.test`);
      diary.dialled = performance.now();
      await gateway.bench.waitFor(port(phone), 'ringing', { timeoutMs: 8000 });
      await gateway.bench.lift(port(phone));
      await eventually('the call to be up', 5000, () =>
        caller.events.slice(since).some(({ type }) => type === 'CALL_ESTABLISHED'),
      );
      await this.#talk(diary, talkMs, (ms) => hearsWithin(gateway, phone, 440, Math.min(ms, 3000)));
      await gateway.bench.hangUp(port(phone));
      await caller.tells(/^CALL_CLOSED$/, 40_000, since);
    } finally {
      await caller.command('hangup').catch(() => {});
      await sleep(500);
      this.#callerBusy = false;
    }
  }
}
