import type { AttemptRecord, CallRecord } from './call-record-machine.ts';

/** How the calls over one trunk or exchange line went (ITU-T E.411: every attempt counts, whyever it failed). */
export type TrunkFigures = {
  readonly attempts: number;
  readonly answered: number;
  /** Answer-seizure ratio, 0 to 1. */
  readonly asr: number;
  /** Average duration of the answered calls, seconds; left out while none was answered. */
  readonly acdS?: number;
  /** Post-dial delay: average time from the attempt to its ringing or answer, ms; left out while none rang. */
  readonly pddMs?: number;
};

export type FiguresOfTrunk = {
  /** The last attempts, 100 at most. */
  readonly recent: TrunkFigures;
  /** Of all records that are kept, as far as they were read. */
  readonly kept: TrunkFigures;
};

/** Attempts of the sliding window. */
export const WINDOW = 100;

type Seen = { readonly answered: boolean; readonly talkedMs: number; readonly rangAfterMs?: number };
type Sums = { attempts: number; answered: number; talkedMs: number; rang: number; rangMs: number };

const nothing = (): Sums => ({ attempts: 0, answered: 0, talkedMs: 0, rang: 0, rangMs: 0 });

const added = (sums: Sums, { answered, talkedMs, rangAfterMs }: Seen, sign: 1 | -1): void => {
  sums.attempts += sign;
  if (answered) sums.answered += sign;
  sums.talkedMs += sign * talkedMs;
  if (rangAfterMs === undefined) return;
  sums.rang += sign;
  sums.rangMs += sign * rangAfterMs;
};

const figuresOf = ({ attempts, answered, talkedMs, rang, rangMs }: Sums): TrunkFigures => ({
  attempts,
  answered,
  asr: attempts === 0 ? 0 : answered / attempts,
  ...(answered === 0 ? {} : { acdS: Math.round(talkedMs / answered / 1000) }),
  ...(rang === 0 ? {} : { pddMs: Math.round(rangMs / rang) }),
});

const seenOf = (attempt: AttemptRecord, { talkedMs = 0 }: CallRecord): Seen => {
  const answered = attempt.cause === 'answered';
  const rang = attempt.rangAfterMs ?? (answered ? attempt.lastedMs : undefined);
  return { answered, talkedMs: answered ? talkedMs : 0, ...(rang === undefined ? {} : { rangAfterMs: rang }) };
};

type Trunk = { readonly kept: Sums; readonly recent: Sums; readonly window: Seen[] };

/** Answer ratio, duration and post-dial delay by trunk, folded over call records; bounded by the number of trunks. */
export class Figures {
  readonly #trunks = new Map<string, Trunk>();

  /** Takes the record of a call that has ended; oldest first. */
  add(record: CallRecord): void {
    for (const attempt of record.attempts) {
      const { kind, id } = attempt.target;
      if (kind === 'trunk' || kind === 'line') this.#count(id, seenOf(attempt, record));
    }
  }

  /** Undefined where nothing went that way yet. */
  of(id: string): FiguresOfTrunk | undefined {
    const trunk = this.#trunks.get(id);
    return trunk && { recent: figuresOf(trunk.recent), kept: figuresOf(trunk.kept) };
  }

  #count(id: string, seen: Seen): void {
    const trunk = this.#trunks.get(id) ?? { kept: nothing(), recent: nothing(), window: [] };
    this.#trunks.set(id, trunk);
    added(trunk.kept, seen, 1);
    added(trunk.recent, seen, 1);
    trunk.window.push(seen);
    if (trunk.window.length > WINDOW) added(trunk.recent, trunk.window.shift()!, -1);
  }
}
