import type { Line } from '../../config/schema.ts';
import type { Fact, LegId } from '../facts.ts';
import { LineTrunk } from './line-trunk.ts';
import type { TrunkSnapshot } from './trunk.ts';

/** The exchange lines among the ways out. */
export class LineTrunks {
  readonly #lines = new Map<string, LineTrunk>();
  /** Out of service, as last told: the engine may say so before the settings have brought the line here. */
  readonly #out = new Set<string>();

  /** Makes them what the settings say; calls go on. */
  configure(lines: readonly Line[]): void {
    const wanted = lines.filter((line) => line.kind === 'fxo' && line.enabled);
    const ids = new Set(wanted.map((line) => line.id));
    for (const id of [...this.#lines.keys()]) if (!ids.has(id)) this.#lines.delete(id);
    for (const [index, { id, emergency }] of wanted.entries()) {
      const line = this.#lines.get(id) ?? new LineTrunk(id);
      line.configure(index + 1, emergency);
      line.service(!this.#out.has(id));

      this.#lines.set(id, line);
    }
  }

  get(id: string): LineTrunk | undefined {
    return this.#lines.get(id);
  }

  snapshot(): readonly TrunkSnapshot[] {
    return [...this.#lines.values()].map((line) => line.snapshot());
  }

  vacate(leg: LegId): void {
    for (const line of this.#lines.values()) line.vacate(leg);
  }

  /** To be called for every fact. */
  fold(fact: Fact): void {
    if (fact.fact !== 'portIn' && fact.fact !== 'portOut') return;
    const isIn = fact.fact === 'portIn';
    if (isIn) this.#out.delete(fact.line);
    else this.#out.add(fact.line);
    this.#lines.get(fact.line)?.service(isIn);
  }
}
