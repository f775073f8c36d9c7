import { type ChildProcess, spawn } from 'node:child_process';
import type { Socket } from 'node:dgram';
import type { Clock } from '../core/clock.ts';
import { SETTINGS_REFUSED } from '../core/error.ts';
import type { Log } from '../core/log.ts';
import { after, type Instant } from '../core/machine.ts';
import type { SocketReply, SocketWord } from '../core/socket-words.ts';
import type { SocketAnswer } from './held-sockets.ts';
import { afterDeath, isLoop, noDeaths, restartWaitMs } from './restart-wait.ts';

export type PlaneName = 'engine' | 'control';

export type PlaneOptions = {
  readonly name: PlaneName;
  /** Program and arguments before the bundle, such as `chrt -f 10 node …`. */
  readonly command: readonly [program: string, ...words: string[]];
  readonly clock: Clock;
  readonly log: Log;
  readonly onChange: () => void;
  readonly onReady: () => void;
  readonly onDied: () => void;
  /** It died, and nobody had asked for that; `why` as the end of a sentence. Told before it is started again. */
  readonly onDeath?: (why: string) => void;
  /** The plane says that a person must mend its settings first: it is not started again. */
  readonly onRefused: () => void;
  /** The plane asks on a person's behalf that a plane be restarted. */
  readonly onRestartAsked?: (plane: PlaneName) => void;
  /** The plane speaks of a socket that is held for it. */
  readonly onSocket?: (word: SocketWord, answer: SocketAnswer) => void;
};

/** What a plane tells its supervisor over the channel of its process. */
type Word = Partial<SocketWord> & { readonly work?: number; readonly ready?: true; readonly restart?: PlaneName };

/** Counted work that stands still for this long means that the plane hangs. */
const HANG_MS = 10_000;
const STOP_WAIT_MS = 4_000;

/** One plane as a process: started, watched by its own counted work, restarted when it dies or hangs. */
export class Plane {
  readonly #options: PlaneOptions;
  #child: ChildProcess | undefined;
  #stopping = false;
  #restarting = false;
  #hung = false;
  #deaths = noDeaths;
  #startedAt = 0 as Instant;
  #wasReady = false;
  #work = { count: -1, at: 0 as Instant };
  #cancelTimer: () => void = () => {};

  constructor(options: PlaneOptions) {
    this.#options = options;
  }

  get pid(): number | undefined {
    return this.#child?.pid;
  }

  start(): void {
    const { command, clock, log, name } = this.#options;
    this.#startedAt = clock.now();
    this.#wasReady = false;
    this.#hung = false;
    this.#work = { count: -1, at: this.#startedAt };
    const child = spawned(command);
    if (child instanceof Error) {
      this.#child = undefined;
      this.#ended(`it could not be started: ${child.message}`);
      return;
    }
    this.#child = child;
    child.on('message', (word: Word) => this.#heard(child, word));
    child.on('error', (error) => this.#failed(child, error));
    child.once('exit', (code, signal) => this.#died(child, signal ?? `exit code ${code}`));
    log.info({ pid: child.pid }, `the ${name} plane starts`);
    this.#options.onChange();
    this.#watch();
  }

  /** Where the system has no process or descriptor left there is no exit, only this. */
  #failed(child: ChildProcess, error: Error): void {
    if (child.pid === undefined) this.#died(child, `it could not be started: ${error.message}`);
    else this.#options.log.error({ err: error }, `the ${this.#options.name} plane could not be told something`);
  }

  /** The box is going down: a plane that ends from now on is not started again. */
  leave(): void {
    this.#stopping = true;
    this.#cancelTimer();
  }

  /** Asks the plane to end, and ends it when it does not. Resolves when it is gone. */
  stop(): Promise<void> {
    this.leave();
    return this.#end();
  }

  /** Ends the plane in order and starts it again at once: asked for, so it counts as no death. */
  restart(): void {
    if (this.#stopping || this.#restarting) return;
    this.#options.log.info({ pid: this.pid }, `the ${this.#options.name} plane is restarted because a person asked`);
    if (this.#living) {
      this.#restarting = true;
      void this.#end();
      return;
    }
    // between two lives: what is waited for is cut short
    this.#cancelTimer();
    this.start();
  }

  get #living(): ChildProcess | undefined {
    const child = this.#child;
    return child && child.exitCode === null && child.signalCode === null ? child : undefined;
  }

  #end(): Promise<void> {
    const child = this.#living;
    if (!child) return Promise.resolve();
    return new Promise((resolve) => {
      const { clock } = this.#options;
      const cancel = clock.at(after(clock.now(), STOP_WAIT_MS), () => child.kill('SIGKILL'));
      child.once('exit', () => {
        cancel();
        resolve();
      });
      child.kill('SIGTERM');
    });
  }

  #heard(child: ChildProcess, word: Word): void {
    if (word.ready) {
      this.#wasReady = true;
      this.#options.onReady();
    }
    if (word.restart === 'engine' || word.restart === 'control') this.#options.onRestartAsked?.(word.restart);
    if (word.socket !== undefined) {
      const answer = (reply: SocketReply, socket?: Socket) => hand(child, reply, socket);
      this.#options.onSocket?.(word as SocketWord, answer);
    }
    if (word.work !== undefined && word.work !== this.#work.count) {
      this.#work = { count: word.work, at: this.#options.clock.now() };
    }
  }

  /** A plane proves that it works by counting work; a count that stands still is a hang, however alive the process. */
  #watch(): void {
    const { clock, log, name } = this.#options;
    const child = this.#child;
    this.#cancelTimer = clock.at(after(clock.now(), 1_000), () => {
      if (clock.now() - this.#work.at > HANG_MS) {
        log.error({ pid: child?.pid, work: this.#work.count }, `the ${name} plane does no work and is ended`);
        this.#hung = true;
        child?.kill('SIGKILL');
        return;
      }
      this.#watch();
    });
  }

  #died(child: ChildProcess, why: string): void {
    if (child === this.#child) this.#ended(why);
  }

  #ended(why: string): void {
    const { clock, log, name } = this.#options;
    this.#cancelTimer();
    this.#options.onDied();
    if (this.#stopping) return;
    if (this.#restarting) {
      this.#restarting = false;
      this.start();
      return;
    }
    if (this.#child?.exitCode === SETTINGS_REFUSED) {
      this.#options.onRefused();
      return;
    }
    const now = clock.now();
    this.#deaths = afterDeath(this.#deaths, { now, startedAt: this.#startedAt, wasReady: this.#wasReady });
    const waitMs = restartWaitMs(this.#deaths, Math.random);
    const died = isLoop(this.#deaths)
      ? 'dies again and again and is started again after a wait'
      : 'died and is started again';
    log.error({ pid: this.pid, why, restartInMs: waitMs }, `the ${name} plane ${died}`);
    this.#options.onDeath?.(this.#hung ? `it did no work for ${HANG_MS / 1000} s` : deathWords(why));
    if (waitMs === 0) this.start();
    else this.#cancelTimer = clock.at(after(now, waitMs), () => this.start());
  }
}

/** `why`: a signal, an exit code, or a sentence already. */
const deathWords = (why: string): string => {
  if (why.startsWith('it ')) return why;
  return why.startsWith('exit code') ? `it ended with ${why}` : `it was ended by ${why}`;
};

/** The process, or why the system gave none at once. */
const spawned = ([program, ...words]: PlaneOptions['command']): ChildProcess | Error => {
  try {
    return spawn(program, words, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  }
};

/** A plane that is gone meanwhile asks again when it is back. */
const hand = (child: ChildProcess, reply: SocketReply, socket: Socket | undefined): void => {
  if (child.connected) child.send(reply, socket, { keepOpen: true }, () => {});
};
