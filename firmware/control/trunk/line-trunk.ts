import type { LegId } from '../facts.ts';
import { ordinaryWay, type TrunkSnapshot } from './trunk.ts';

/** How long an exchange may take over a dialled number before it is given up, and how long its callee may ring. */
const PROGRESS_BUDGET_MS = 20_000;
const RING_MS = 120_000;

/** An exchange line in the shape that routing sees. */
export class LineTrunk {
  readonly id: string;
  readonly #calls = new Set<LegId>();
  #priority = 0;
  #emergency = false;
  #available = true;

  constructor(id: string) {
    this.id = id;
  }

  /** `priority`: lower is tried first among lines; `emergency`: valid for emergency calls from this address. */
  configure(priority: number, emergency: boolean): void {
    this.#priority = priority;
    this.#emergency = emergency;
  }

  /** The port went out of service (card, cable, no battery of the exchange), or came back. */
  service(available: boolean): void {
    this.#available = available;
  }

  occupy(leg: LegId): void {
    this.#calls.add(leg);
  }

  vacate(leg: LegId): void {
    this.#calls.delete(leg);
  }

  snapshot(): TrunkSnapshot {
    return {
      ...ordinaryWay,
      id: this.id,
      kind: 'line',
      emergency: this.#emergency,
      health: this.#available ? 'up' : 'down',
      priority: this.#priority,
      callsUp: this.#calls.size,
      callLimit: 1,
      bound: [],
      silenceBudgetMs: PROGRESS_BUDGET_MS,
      progressBudgetMs: PROGRESS_BUDGET_MS,
      ringMs: RING_MS,
      verdicts: {},
    };
  }
}
