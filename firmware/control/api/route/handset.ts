import type { IncomingMessage } from 'node:http';
import { connect, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { type RawData, WebSocket, WebSocketServer } from 'ws';
import { Bucket } from '../../../core/bucket.ts';
import type { Clock } from '../../../core/clock.ts';
import { after } from '../../../core/machine.ts';
import { Refused } from '../answer.ts';

/** A page that has passed the door and asks for `GET /api/handset`. */
export type HandsetAsk = {
  readonly request: IncomingMessage;
  readonly socket: Duplex;
  readonly head: Buffer;
  /** Calls back when the session ends; gives how to take that back. */
  onEnd(listener: () => void): () => void;
  /** Somebody has used the handset: a long call must not end for want of other requests. */
  used(): void;
};

const MOST_HANDSETS = 4;
const LARGEST_MESSAGE = 4096;
/** Sound is 50 messages a second; a browser that stumbles sends those of two seconds at once. */
const MESSAGES_A_SECOND = 100;
const MESSAGES_AT_ONCE = 200;
/** Answers and events are a few kilobytes at most. */
const LONGEST_LINE = 64 * 1024;
/** Two seconds of sound: more of it would only be late. */
const LATE_BYTES = 32 * 1024;
/** A browser that lets so much lie does not read. */
const LARGEST_BACKLOG = 256 * 1024;
const BETWEEN_PINGS_MS = 10_000;
const BENCH_PATIENCE_MS = 2000;
/** How long a page has to say goodbye. */
const CLOSE_PATIENCE_MS = 2000;

/** What the bench says of sound; nothing else is ever left out. */
const SOUND = Buffer.from('{"event":"heard"');
/** Said for the page before anything of its own: it may not have the card read or write files. */
const FIRST_WORDS = '{"id":"door","do":"withoutFiles"}\n';
const FIRST_ANSWER = '{"id":"door","ok":{}}';

/** Why a handset is closed (RFC 6455 section 7.4.1). */
const GOING = 1001;
const NOT_TEXT = 1003;
const POLICY = 1008;
const BROKEN = 1011;
const TOO_FAST = `more than ${MESSAGES_A_SECOND} messages a second`;

/**
 * Handsets of the page: a text message is a line of the bench of the simulated card, either way. Lines are passed on
 * and not read.
 */
export class HandsetDoor {
  readonly #bench: () => string | undefined;
  readonly #clock: Clock;
  readonly #upgrader = new WebSocketServer({
    noServer: true,
    clientTracking: false,
    maxPayload: LARGEST_MESSAGE,
    perMessageDeflate: false,
    autoPong: false,
  });
  readonly #open = new Set<() => void>();

  /** `bench`: path of the bench socket, undefined where no card is simulated. */
  constructor(bench: () => string | undefined, clock: Clock) {
    this.#bench = bench;
    this.#clock = clock;
  }

  /** Opens a handset. Rejects with `Refused` as long as nothing has been answered. */
  async open(ask: HandsetAsk): Promise<void> {
    const path = this.#bench();
    if (path === undefined) throw new Refused('not-found', 'No line card of this box is simulated.');
    if (this.#open.size >= MOST_HANDSETS)
      throw new Refused('too-many', `At most ${MOST_HANDSETS} handsets can be open at once. Close one.`, {
        retryAfterS: 5,
      });
    const giveUp = (): void => void ask.socket.destroy();
    this.#open.add(giveUp);
    const bench = await this.#connect(path).finally(() => this.#open.delete(giveUp));
    if (ask.socket.destroyed) bench.destroy();
    else this.#upgrader.handleUpgrade(ask.request, ask.socket, ask.head, (page) => this.#join(page, bench, ask));
    // a request that is no WebSocket was answered by the upgrader
    if (ask.socket.destroyed || !ask.socket.writable) bench.destroy();
  }

  /** Closes all handsets. */
  close(): void {
    for (const close of [...this.#open]) close();
  }

  /** Connects to the bench and takes files from it; what it says next belongs to the page. */
  #connect(path: string): Promise<Socket> {
    return new Promise((done, fail) => {
      const bench = connect(path);
      const refuse = (): void => {
        cancel();
        bench.destroy();
        fail(new Refused('not-possible', 'The simulated line card does not answer. Try again in a moment.'));
      };
      const cancel = this.#clock.at(after(this.#clock.now(), BENCH_PATIENCE_MS), refuse);
      bench.once('error', refuse).once('end', refuse);
      bench.write(FIRST_WORDS);
      bench.once('data', (answer) => {
        bench.off('error', refuse).off('end', refuse).pause();
        if (answer.toString('utf8').trimEnd() !== FIRST_ANSWER) refuse();
        cancel();
        done(bench);
      });
    });
  }

  #join(page: WebSocket, bench: Socket, ask: HandsetAsk): void {
    let cancelPing = (): void => {};
    const end = (code: number, why: string): void => {
      if (!this.#open.delete(closing)) return;
      cancelPing();
      forget();
      bench.destroy();
      page.resume();
      page.close(code, why);
      const cut = this.#clock.at(after(this.#clock.now(), CLOSE_PATIENCE_MS), () => page.terminate());
      page.once('close', cut);
    };
    const closing = (): void => end(GOING, 'the gateway restarts this page');
    const forget = ask.onEnd(() => end(POLICY, 'signed out'));
    this.#open.add(closing);
    page.on('error', () => page.terminate());
    page.on('close', () => end(GOING, 'closed'));
    bench.on('error', () => bench.destroy());
    bench.on('close', () => end(BROKEN, 'the line card has closed its bench'));
    let used = false;
    const use = (): void => {
      used = true;
    };
    fromPage(page, bench, this.#clock, end, use);
    fromBench(page, bench, end, use);
    cancelPing = keepAsking(page, this.#clock, () => {
      if (used) ask.used();
      used = false;
    });
  }
}

type End = (code: number, why: string) => void;

/** Messages become lines; the page is not read while the bench has enough. */
const fromPage = (page: WebSocket, bench: Socket, clock: Clock, end: End, use: () => void): void => {
  const bucket = new Bucket(MESSAGES_A_SECOND, MESSAGES_AT_ONCE, clock.now());
  bench.on('drain', () => page.resume());
  // pings count as messages, and their answers do not heap up for a page that does not read
  page.on('ping', (data) => {
    if (page.readyState !== WebSocket.OPEN) return;
    if (!bucket.take(clock.now())) end(POLICY, TOO_FAST);
    else if (page.bufferedAmount < LATE_BYTES) page.pong(data);
  });
  page.on('message', (data: RawData, binary: boolean) => {
    const line = data as Buffer;
    if (page.readyState !== WebSocket.OPEN) return;
    if (binary) end(NOT_TEXT, 'text only');
    else if (line.includes(10)) end(POLICY, 'one line a message');
    else if (!bucket.take(clock.now())) end(POLICY, TOO_FAST);
    else {
      use();
      bench.cork();
      bench.write(line);
      const roomLeft = bench.write('\n');
      bench.uncork();
      if (!roomLeft) page.pause();
    }
  });
};

/** Lines become messages; where the page falls behind, sound is left out first. */
const fromBench = (page: WebSocket, bench: Socket, end: End, use: () => void): void => {
  let begun: Buffer[] = [];
  let begunBytes = 0;
  const pass = (line: Buffer): void => {
    const isSound = line.subarray(0, SOUND.length).equals(SOUND);
    if (isSound) use();
    if (page.bufferedAmount > LARGEST_BACKLOG) {
      end(POLICY, 'the page does not read');
      page.terminate();
    } else if (page.bufferedAmount < LATE_BYTES || !isSound) page.send(line, { binary: false });
  };
  bench.on('data', (data: Buffer) => {
    let from = 0;
    for (let to = data.indexOf(10); to >= 0; to = data.indexOf(10, from)) {
      const rest = data.subarray(from, to);
      pass(begun.length === 0 ? rest : Buffer.concat([...begun, rest]));
      begun = [];
      begunBytes = 0;
      from = to + 1;
    }
    if (from === data.length) return;
    begun.push(data.subarray(from));
    begunBytes += data.length - from;
    if (begunBytes > LONGEST_LINE) end(BROKEN, 'the line card does not end its line');
  });
  bench.resume();
};

/** Ends a connection whose browser has gone without a word: its handset would stay lifted. */
const keepAsking = (page: WebSocket, clock: Clock, onAsk: () => void): (() => void) => {
  let answered = true;
  let cancel = (): void => {};
  page.on('pong', () => {
    answered = true;
  });
  const ask = (): void => {
    onAsk();
    if (answered) page.ping();
    else page.terminate();
    answered = false;
    cancel = clock.at(after(clock.now(), BETWEEN_PINGS_MS), ask);
  };
  cancel = clock.at(after(clock.now(), BETWEEN_PINGS_MS), ask);
  return () => cancel();
};
