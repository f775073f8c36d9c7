import type { Fact } from '../facts.ts';
import { freshMemory, type RoutingMemory, type WallTime } from '../routing/question.ts';

/** What routing remembers of calls before: folds facts, and keeps what must outlive a restart. */
export class Ledger {
  #memory: RoutingMemory = freshMemory;

  static async open(): Promise<Ledger> {
    return new Ledger();
  }

  /** Takes in what happened. */
  fold(_fact: Fact): void {}

  /** What a plan at this moment may know. */
  memory(_now: WallTime): RoutingMemory {
    return this.#memory;
  }

  /** Switches a scenario on; an empty name switches all off (U20). */
  switchScenario(name: string, _by: string): void {
    this.#memory = { ...this.#memory, scenario: name };
  }

  /** Opens a class that a sudden change has closed (R8). */
  openClass(_line: string, _class: string, _by: string): void {}
}
