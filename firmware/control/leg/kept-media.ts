import { keepState } from '../../core/kept-state.ts';
import type { Runner } from '../../core/runner.ts';
import type { Mode } from '../../engine-protocol/ids.ts';
import type { Add, Modify } from '../../engine-protocol/messages.ts';
import type { LineSignal, NetSignal } from '../../engine-protocol/signals.ts';
import type { CallId, LegId } from '../facts.ts';
import type { Place, VoiceId } from './leg-requests.ts';

/** What is asked for a leg: its termination, and whom it is to hear. */
export type Open = {
  /** The leg whose context is joined; without it a new context is made. */
  readonly beside?: LegId;
  /** Whoever is to be joined may be away: then a new context is made, which that one joins when it is back. */
  readonly orAlone?: true;
  readonly what: Add['what'];
  readonly mode: Mode;
};
export type Change = Omit<Modify, 'do' | 'id' | 'termination'>;
/** What a line plays before and after its termination is taken away. */
export type Signals = { readonly before?: LineSignal; readonly after?: LineSignal };
export type Placed = Place & { readonly local?: readonly [address: string, port: number] };

/** What a plane after us needs of a termination: what was asked, where it stands, and that it is to go. */
export type KeptMedia = {
  readonly ask: Open;
  readonly place?: Placed;
  readonly change?: Change;
  /** The tone that it plays in the call, or that it plays none any more. */
  readonly play?: LineSignal | NetSignal | 'none';
  /** It was brought to where this leg stands. */
  readonly meets?: LegId;
  readonly closing?: { readonly call?: CallId; readonly signals: Signals };
};

const PREFIX = 'media/';
const idOf = (leg: LegId | VoiceId): string => `${PREFIX}${leg}`;

/** The states of terminations that a plane after us reads back. */
export class MediaStates {
  readonly #runner: Runner;

  constructor(runner: Runner) {
    this.#runner = runner;
  }

  get(leg: LegId | VoiceId): KeptMedia | undefined {
    return this.#runner.state<KeptMedia>(idOf(leg));
  }

  keep(leg: LegId | VoiceId, kept: KeptMedia): void {
    keepState(this.#runner, idOf(leg), kept);
  }

  drop(leg: LegId | VoiceId): void {
    this.#runner.drop(idOf(leg));
  }

  dropAll(): void {
    for (const id of [...this.#runner.ids()]) if (id.startsWith(PREFIX)) this.#runner.drop(id);
  }
}

/** The terminations of legs among the states of a plane before us; voices take up their own. */
export function* keptMediaOf(states: ReadonlyMap<string, unknown>): Iterable<[LegId, KeptMedia]> {
  for (const [id, state] of states) {
    const leg = /^media\/(leg\/\d+)$/.exec(id)?.[1] as LegId | undefined;
    if (leg !== undefined) yield [leg, state as KeptMedia];
  }
}
