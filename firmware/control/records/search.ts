import type { Journal } from '../../store/journal.ts';
import type { CallRecord } from './call-record-machine.ts';

const MOST_FOUND = 100;
/** Longest number that can be looked for. */
const LONGEST_NUMBER = 64;
/** Places of records that were answered, so that what follows them is found without reading all. */
const MOST_PLACES = 2000;

export type CallSearch = {
  /** The id of the record after which older ones follow. */
  readonly before?: string;
  /** At most 100. */
  readonly limit: number;
  /** In the number of the caller or in the dialled one. */
  readonly number?: string;
};
export type FoundCalls = { readonly records: readonly CallRecord[]; readonly more: boolean };

/** Looks for call records in the journal, newest first, a segment at a time. */
export class CallSearches {
  readonly #journal: Journal<CallRecord>;
  readonly #places = new Map<string, number>();

  constructor(journal: Journal<CallRecord>) {
    this.#journal = journal;
  }

  /** A record that is not (or no longer) there is followed by nothing. */
  async search({ before, limit, number = '' }: CallSearch): Promise<FoundCalls> {
    const most = Math.min(MOST_FOUND, Math.max(1, Math.floor(limit)));
    const asked = number.slice(0, LONGEST_NUMBER);
    const place = before === undefined ? undefined : await this.#placeOf(before);
    if (before !== undefined && place === undefined) return { records: [], more: false };
    const records: CallRecord[] = [];
    for await (const { id, record } of this.#journal.newestFirst(place, asked)) {
      if (!record.from.number.includes(asked) && !record.dialled.includes(asked)) continue;
      if (records.length === most) return { records, more: true };
      records.push(record);
      this.#remember(record.id, id);
    }
    return { records, more: false };
  }

  async #placeOf(record: string): Promise<number | undefined> {
    const known = this.#places.get(record);
    if (known !== undefined) return known;
    for await (const found of this.#journal.newestFirst(undefined, record))
      if (found.record.id === record) return found.id;
    return undefined;
  }

  #remember(record: string, place: number): void {
    this.#places.set(record, place);
    if (this.#places.size > MOST_PLACES) this.#places.delete(this.#places.keys().next().value!);
  }
}
