/** What happens when a number is dialled, and when a number is complete. */

import type { NumberPlan } from './defaults.ts';

const LONGEST_NUMBER = 32;

export class NumberTable {
  readonly #plans: Map<string, NumberPlan>;
  #others: NumberPlan;

  constructor(numbers: Readonly<Record<string, NumberPlan>>, others: NumberPlan) {
    this.#plans = new Map(Object.entries(numbers));
    this.#others = others;
  }

  /** `number` may be 'other', for all that have no entry. */
  set(number: string, plan: NumberPlan): void {
    if (number === 'other') this.#others = plan;
    else this.#plans.set(number, plan);
  }

  planOf(number: string): NumberPlan {
    return this.#plans.get(number) ?? this.#others;
  }

  /** No digit that follows could change the plan. */
  complete(number: string): boolean {
    if (number.length >= LONGEST_NUMBER) return true;
    if (!this.#plans.has(number)) return false;
    for (const other of this.#plans.keys()) if (other.length > number.length && other.startsWith(number)) return false;
    return true;
  }
}
