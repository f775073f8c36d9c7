import type { Runner } from '../../core/runner.ts';
import type { LineId } from '../../engine-protocol/ids.ts';
import type { Notify } from '../../engine-protocol/messages.ts';
import type { CallerId } from '../../engine-protocol/signals.ts';
import type { Cause } from '../failure.ts';
import type { LegBook, LegCommand, LegId, LegMaker, Offer, Setup } from './leg.ts';
import {
  type ExchangeLine,
  type ExchangeLineEffect,
  type ExchangeLineEvent,
  lineLegMachine,
} from './line-leg-machine.ts';
import type { LegMedia, Opened } from './media.ts';

export type LineLegsOptions = {
  readonly runner: Runner;
  readonly book: LegBook;
  readonly media: LegMedia;
  /** The line is in use by this leg, and is free again: what routing sees. */
  readonly occupy: (line: string, leg: LegId) => void;
  readonly vacate: (leg: LegId) => void;
};
/** An exchange line and whom it rings: a phone, a ring group, or an auto attendant; empty if it rings none. */
export type ExchangeLineSettings = { readonly id: string; readonly rings: string };
/** `ringGroups`: short names of all ring groups; what is neither one of them nor a line is an auto attendant. */
const toOf = (rings: string, ringGroups: ReadonlySet<string>): NonNullable<Offer['to']> => {
  if (rings.startsWith('line/')) return { kind: 'phone', id: rings };
  return { kind: ringGroups.has(rings) ? 'ringGroup' : 'attendant', id: rings };
};

const idOf = (line: string): string => `exchange/${line}`;

/** The exchange lines: hosts their machines and performs what they decide. */
export class LineLegs implements LegMaker {
  readonly #options: LineLegsOptions;
  readonly #rings = new Map<string, string>();
  #ringGroups: ReadonlySet<string> = new Set();
  /** States that a plane before us left, by machine. */
  #left: ReadonlyMap<string, unknown> = new Map();

  constructor(options: LineLegsOptions) {
    this.#options = options;
  }

  configure(lines: readonly ExchangeLineSettings[], ringGroups: readonly { readonly id: string }[] = []): void {
    this.#ringGroups = new Set(ringGroups.map(({ id }) => id));
    const { runner } = this.#options;
    const wanted = new Map(lines.map((line) => [idOf(line.id), line]));
    for (const id of [...runner.ids()]) if (id.startsWith('exchange/') && !wanted.has(id)) this.#dismiss(id);
    this.#rings.clear();
    for (const [id, line] of wanted) {
      this.#rings.set(id, line.rings);
      if (!runner.has(id)) this.#host(id, line.id as LineId, (this.#left.get(id) as ExchangeLine) ?? { at: 'idle' });
    }
    this.#left = new Map();
  }

  /** The next `configure` goes on with the lines as a plane before us has left them. */
  adoptAll(states: ReadonlyMap<string, unknown>): void {
    this.#left = states;
  }

  /** A line that settings have taken away is as one that is cut: its call ends in order, then it is forgotten. */
  #dismiss(id: string): void {
    const { runner } = this.#options;
    runner.tell(id, { type: 'line', event: { is: 'disconnected', by: 'loop' } });
    runner.outward(() => runner.drop(id));
  }

  #host(id: string, line: LineId, state: ExchangeLine): void {
    const { runner, media } = this.#options;
    runner.host<ExchangeLine, ExchangeLineEvent, ExchangeLineEffect>(id, lineLegMachine, state, (effect, after) =>
      this.#perform(id, line, effect, 'leg' in after ? after.leg : undefined),
    );
    if (!('leg' in state)) return;
    this.#attach(id, state.leg);
    media.expect(state.leg, (outcome) => this.#opened(id, state.leg, outcome));
  }

  /** The answer may come when its call has ended, and the line is in the next one. */
  #opened(id: string, leg: LegId, { type }: Opened): void {
    const { runner } = this.#options;
    const line = runner.state<ExchangeLine>(id);
    if (line && 'leg' in line && line.leg === leg) runner.tell(id, { type });
  }

  /** The engine was restarted, or nothing is known of before: nothing of a call is left on any line. */
  ready(cause: Cause): void {
    for (const id of this.#rings.keys()) this.#options.runner.tell(id, { type: 'found', cause });
  }

  /** Events of exchange lines; true if the event was one. */
  heard(event: Notify): boolean {
    const id = idOf(event.termination);
    if (!this.#rings.has(id)) return false;
    this.#options.runner.tell(id, { type: 'line', event: event.event });
    return true;
  }

  setup(command: Setup) {
    const id = idOf(command.target.id);
    const { runner, book } = this.#options;
    if (!runner.has(id)) return book.report({ type: 'released', leg: command.leg, cause: 'lineDead' });
    this.#attach(id, command.leg);
    runner.tell(id, { type: 'command', command });
  }

  #attach(id: string, leg: LegId): void {
    const { runner, book, occupy } = this.#options;
    occupy(id.slice('exchange/'.length), leg);
    book.attach(leg, (command: LegCommand) => runner.tell(id, { type: 'command', command }));
  }

  #perform(id: string, line: LineId, effect: ExchangeLineEffect, leg: LegId | undefined) {
    const { book, media } = this.#options;
    if ('tell' in effect) {
      if (effect.tell.type === 'released') this.#options.vacate(effect.tell.leg);
      return book.report(effect.tell);
    }
    switch (effect.do) {
      case 'offer':
        return this.#offer(id, line, effect.callerId);
      case 'open': {
        const beside = effect.beside === undefined ? {} : { beside: effect.beside };
        const ask = { what: line, mode: 'sendReceive', ...beside } as const;
        return media.open(effect.leg, ask, (outcome) => this.#opened(id, effect.leg, outcome));
      }
      case 'close':
        return media.close(effect.leg, { before: { loop: 'release' } });
      case 'signal':
        return leg === undefined ? undefined : media.signal(leg, effect.play);
    }
  }

  /** Rings the phone of this line; a line that rings none is left ringing. */
  #offer(id: string, line: LineId, callerId: CallerId | undefined): void {
    const rings = this.#rings.get(id) ?? '';
    if (rings === '') return;
    const { runner, book } = this.#options;
    const leg = book.newLeg();
    const number =
      callerId && callerId.number !== 'private' && callerId.number !== 'unavailable' ? callerId.number : '';
    const named = callerId?.name === undefined ? {} : { name: callerId.name };
    this.#attach(id, leg);
    runner.tell(id, { type: 'offered', leg });
    const to = toOf(rings, this.#ringGroups);
    book.offer({
      leg,
      from: { kind: 'line', id: line, number, ...named },
      caller: { number, ...named },
      dialled: '',
      to,
    });
  }
}
