import { randomUUID } from 'node:crypto';
import { rm } from 'node:fs/promises';
import type { LineCard } from '../../drivers/contract/line-card.ts';
import type { Clock } from '../core/clock.ts';
import type { Log } from '../core/log.ts';
import { EventLog } from './event-log.ts';
import { FRAME_MS } from './frame.ts';
import { FrameClock } from './frame-clock.ts';
import { MediaGateway } from './media-gateway.ts';
import { type LoadDriver, Provisioner } from './provisioner.ts';
import { EngineServer } from './server.ts';

const PULSE_FRAMES = 1000 / FRAME_MS;
const STATISTICS_FRAMES = 5000 / FRAME_MS;

export type EngineSurroundings = {
  /** Path of the Unix socket on which control is served. */
  readonly socket: string;
  readonly build: string;
  readonly clock: Clock;
  readonly log: Log;
  readonly load: LoadDriver;
  /** Called each second with the frames run so far: the evidence of work for a watchdog. */
  readonly worked: (frames: number) => void;
};

/** The engine as one object: lines, contexts, frame clock and the socket of control. */
export class Engine {
  readonly #around: EngineSurroundings;
  readonly #events = new EventLog();
  readonly #gateway: MediaGateway;
  readonly #provisioner: Provisioner;
  readonly #server: EngineServer;
  readonly #frames: FrameClock;

  constructor(around: EngineSurroundings) {
    this.#around = around;
    const epoch = randomUUID();
    this.#gateway = new MediaGateway(around.clock, this.#events, `${epoch.slice(0, 12)}@holdfast`);
    this.#frames = new FrameClock((now) => this.#frame(now));
    const follow = (card: LineCard) => card.followed?.(this.#frames.cardTick);
    const { clock, log, load, build, socket: _ } = around;
    this.#provisioner = new Provisioner(this.#gateway, this.#events, { clock, log, load, follow });
    this.#server = new EngineServer(this.#gateway, this.#provisioner, this.#events, { build, epoch }, log);
  }

  async start(): Promise<void> {
    await rm(this.#around.socket, { force: true });
    await this.#server.listen(this.#around.socket);
    this.#frames.start();
  }

  /** Ends calls with BYE, finishes recordings and closes the cards. */
  async stop(): Promise<void> {
    await this.#gateway.close();
    this.#frames.stop();
    await this.#provisioner.close();
    this.#server.close();
    await rm(this.#around.socket, { force: true });
  }

  #frame(now: number): void {
    try {
      this.#gateway.frame(now);
    } catch (error) {
      this.#around.log.error({ err: error }, 'a frame failed; the next one is tried');
    }
    const { frames } = this.#frames;
    if (frames % PULSE_FRAMES === 0) this.#pulse(frames);
    if (frames % STATISTICS_FRAMES === 0) this.#statistics();
  }

  #pulse(frames: number): void {
    const latestMs = Math.round(this.#frames.takeLatest() * 100) / 100;
    this.#server.report({ to: 'pulse', frames, latestMs, linesServed: this.#gateway.lines.size });
    this.#gateway.tend(this.#server.attended);
    this.#around.worked(frames);
  }

  #statistics(): void {
    const of = this.#gateway.statistics();
    if (of.length > 0) this.#server.report({ to: 'statistics', of });
  }
}
