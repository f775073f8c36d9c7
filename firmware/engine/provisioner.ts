import type { CardEvent, CardHost, LineCard, LineCardDriver } from '../../drivers/contract/line-card.ts';
import type { Clock } from '../core/clock.ts';
import { GatewayError, wordsOf } from '../core/error.ts';
import type { Log } from '../core/log.ts';
import type { Hardware, HardwareLine } from '../engine-protocol/hardware.ts';
import type { ProvisionReply } from '../engine-protocol/messages.ts';
import type { EventLog } from './event-log.ts';
import type { MediaGateway } from './media-gateway.ts';
import { LineTermination } from './termination/line.ts';

type Card = Hardware['cards'][number];
type Opened = { readonly wanted: Card; readonly card: LineCard; readonly byPort: Map<string, LineTermination> };

/** Loads a driver by name. Throws GatewayError `driver-unknown` with the names there are. */
export type LoadDriver = (name: string) => Promise<LineCardDriver>;

const same = (one: unknown, other: unknown): boolean => JSON.stringify(one) === JSON.stringify(other);

/** Brings cards and lines to what control wants: what is unchanged is not touched, calls on it go on. */
export class Provisioner {
  readonly #gateway: MediaGateway;
  readonly #clock: Clock;
  readonly #events: EventLog;
  readonly #log: Log;
  readonly #load: LoadDriver;
  readonly #follow: (card: LineCard) => void;
  readonly #opened = new Map<string, Opened>();
  readonly #failed = new Map<string, string>();
  revision: string | undefined;

  constructor(
    gateway: MediaGateway,
    events: EventLog,
    surroundings: { clock: Clock; log: Log; load: LoadDriver; follow: (card: LineCard) => void },
  ) {
    this.#gateway = gateway;
    this.#events = events;
    this.#clock = surroundings.clock;
    this.#log = surroundings.log;
    this.#load = surroundings.load;
    this.#follow = surroundings.follow;
  }

  async provision(revision: string, hardware: Hardware): Promise<ProvisionReply> {
    await this.#closeUnwanted(hardware);
    this.#gateway.retune(hardware);
    for (const card of hardware.cards) if (!this.#opened.has(card.id)) await this.#open(card);
    const lines = [];
    for (const line of hardware.lines) lines.push(this.#provideLine(line, hardware));
    this.revision = revision;
    return { lines };
  }

  async close(): Promise<void> {
    for (const id of [...this.#opened.keys()]) await this.#close(id);
  }

  async #closeUnwanted(hardware: Hardware): Promise<void> {
    for (const [id, { wanted }] of this.#opened) {
      if (
        !same(
          wanted,
          hardware.cards.find((card) => card.id === id),
        )
      )
        await this.#close(id);
    }
    for (const line of [...this.#gateway.lines.values()]) {
      const wanted = hardware.lines.find(({ id }) => id === line.id);
      if (same(wanted, line.line)) continue;
      await this.#gateway.removeLine(line);
      this.#opened.get(line.line.card)?.byPort.delete(line.line.port);
    }
  }

  async #close(id: string): Promise<void> {
    const opened = this.#opened.get(id)!;
    this.#opened.delete(id);
    for (const line of opened.byPort.values()) await this.#gateway.removeLine(line);
    await opened.card.close();
  }

  /** A card that cannot be opened takes only its own lines with it. */
  async #open(wanted: Card): Promise<void> {
    this.#failed.delete(wanted.id);
    const byPort = new Map<string, LineTermination>();
    try {
      const driver = await this.#load(wanted.driver);
      const card = await driver.open(wanted.settings, this.#hostOf(wanted.id, byPort));
      this.#opened.set(wanted.id, { wanted, card, byPort });
      this.#follow(card);
    } catch (error) {
      const cause = error instanceof GatewayError ? error.detail : wordsOf(error);
      this.#log.error({ card: wanted.id, driver: wanted.driver, err: error }, 'a line card could not be opened');
      this.#failed.set(wanted.id, cause);
      this.#events.service(`card ${wanted.id}`, 'out', cause);
    }
  }

  #provideLine(line: HardwareLine, hardware: Hardware): ProvisionReply['lines'][number] {
    const standing = this.#gateway.lines.get(line.id);
    if (standing) {
      standing.retune(hardware);
      return { id: line.id, state: 'ready' };
    }
    const opened = this.#opened.get(line.card);
    if (!opened) return failed(line, this.#failed.get(line.card) ?? `no card is called ${line.card}`);
    const port = opened.card.ports.find(({ name }) => name === line.port);
    if (port?.kind !== line.kind) return failed(line, portMissing(line, opened.card));
    if (opened.byPort.has(line.port)) return failed(line, `port ${line.port} belongs to another line already`);
    const termination = new LineTermination(line, hardware, opened.card, this.#gateway);
    opened.byPort.set(line.port, termination);
    this.#gateway.lines.set(line.id, termination);
    return { id: line.id, state: 'ready' };
  }

  #hostOf(card: string, byPort: Map<string, LineTermination>): CardHost {
    return {
      now: () => this.#clock.now(),
      tell: (event) => this.#tell(byPort.get(event.port), event),
      log: (level, text, detail) => this.#log[level]({ card, ...detail }, text),
    };
  }

  #tell(line: LineTermination | undefined, event: CardEvent): void {
    if (!line) return;
    if (event.is === 'service') {
      line.outOfService = event.available ? undefined : event.cause;
      this.#events.service(line.id, event.available ? 'in' : 'out', event.cause);
      return;
    }
    if (event.is === 'battery' && event.present !== line.facts.present) {
      const cause = event.present ? 'the exchange feeds the line' : 'no battery: no line is plugged in';
      this.#events.service(line.id, event.present ? 'in' : 'out', cause);
    }
    line.edge(event, this.#clock.now());
  }
}

const failed = (line: HardwareLine, cause: string): ProvisionReply['lines'][number] => ({
  id: line.id,
  state: 'failed',
  cause,
});

const portMissing = (line: HardwareLine, card: LineCard): string => {
  const ports = card.ports.filter(({ kind }) => kind === line.kind).map(({ name }) => name);
  return `card ${line.card} has no ${line.kind} port ${line.port}; it has ${ports.join(', ') || 'none'}`;
};
