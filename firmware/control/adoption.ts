import type { Clock } from '../core/clock.ts';
import { keepState } from '../core/kept-state.ts';
import { after } from '../core/machine.ts';
import type { Runner } from '../core/runner.ts';
import type { Calls } from './call/calls.ts';
import type { Transfers } from './call/transfers.ts';
import type { CallId, LegId } from './facts.ts';
import type { LineLegs } from './leg/line-leg.ts';
import type { LegMedia } from './leg/media.ts';
import { keptOf, type SipLegs } from './leg/sip-leg.ts';
import type { Phones } from './phone/phones.ts';
import { KEPT } from './sip/dialog/kept.ts';
import type { SipUserAgent } from './sip/user-agent.ts';
import type { VoiceRooms } from './voices.ts';

const STAMP = 'adoption/stamp';
/** So long the engine's events wait for ways to the softswitches: what they lead to is told there. */
const LONGEST_WAIT_MS = 500;
const LOOK_MS = 10;

export type AdoptionOptions = {
  readonly runner: Runner;
  readonly clock: Clock;
  readonly build: string;
  /** All that a plane before us has left. */
  readonly states: ReadonlyMap<string, unknown>;
};
export type AdoptingRooms = {
  readonly media: LegMedia;
  readonly calls: Calls;
  readonly transfers: Transfers;
  readonly phones: Phones;
  readonly lines: LineLegs;
  readonly sipLegs: SipLegs;
  readonly voices: VoiceRooms;
  readonly userAgent: SipUserAgent;
};

/**
 * The calls of the plane before us go on (S6): each room takes its machines up from their last states, with the same
 * names and deadlines. What nobody takes up is ended in order: dialogs with BYE, INVITEs with CANCEL or an answer.
 */
export class Adoption {
  readonly #options: AdoptionOptions;
  /** What can be gone on with: states of another build may mean something else. */
  readonly states: ReadonlyMap<string, unknown>;

  constructor(options: AdoptionOptions) {
    this.#options = options;
    const { build } = (options.states.get(STAMP) ?? {}) as { readonly build?: unknown };
    this.states = build === options.build ? options.states : new Map();
  }

  /** Calls that may go on. */
  get calls(): ReadonlySet<CallId> {
    return new Set([...this.states.keys()].filter((id): id is CallId => id.startsWith('call/')));
  }

  /** Before phones and lines are configured, which hosts them. */
  begin({ media, calls, transfers, phones, lines, voices }: AdoptingRooms): void {
    media.adoptAll(this.states);
    calls.adoptAll(this.states);
    transfers.adoptAll(this.states);
    voices.adoptAll(this.states);
    phones.adoptAll(this.states);
    lines.adoptAll(this.states);
  }

  /** When phones, lines and trunks stand; returns how many calls came to an end. */
  finish({ calls, sipLegs, userAgent }: AdoptingRooms): number {
    sipLegs.adoptAll(this.states);
    this.#endLeft(userAgent);
    return calls.settle() + this.#unread();
  }

  /** Calls that another build has left. */
  #unread(): number {
    if (this.states === this.#options.states) return 0;
    return [...this.#options.states.keys()].filter((id) => id.startsWith('call/')).length;
  }

  #endLeft(userAgent: SipUserAgent): void {
    const { runner, states } = this.#options;
    for (const leg of legsLeft(states)) {
      if (runner.has(leg) || !userAgent.adopt(leg, keptOf(states, leg))) continue;
      userAgent.bye(leg, 'gatewayRestarted');
    }
  }

  /** Waits, not for long, until what goes on over SIP can be told of what has happened. */
  async ways(userAgent: SipUserAgent): Promise<void> {
    const { clock } = this.#options;
    const until = after(clock.now(), LONGEST_WAIT_MS);
    while (userAgent.waiting > 0 && clock.now() < until)
      await new Promise<void>((resolve) => clock.at(after(clock.now(), LOOK_MS), resolve));
  }

  /** What is kept from here on is of this build; to be called when everything was taken up. */
  settled(): void {
    const { runner, build } = this.#options;
    keepState(runner, STAMP, { build });
  }
}

const legsLeft = (states: ReadonlyMap<string, unknown>): ReadonlySet<LegId> => {
  const pattern = new RegExp(`^(?:${KEPT.join('|')})/(leg/\\d+)$`);
  const legs = [...states.keys()].flatMap((id) => pattern.exec(id)?.[1] ?? []);
  return new Set(legs as LegId[]);
};
