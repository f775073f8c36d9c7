import type { SimulatedSettings } from './defaults.ts';
import type { ExchangeLine } from './exchange.ts';
import type { News } from './line-end.ts';
import type { Phone } from './phone.ts';

/** The simulated world as the bench sees it. */
export interface World {
  readonly settings: SimulatedSettings;
  readonly ends: ReadonlyMap<string, Phone | ExchangeLine>;
  readonly voices: Map<string, Int16Array>;
  now(): number;
  /** Calls `listener` with everything that happens; the returned function ends it. */
  onNews(listener: (news: News) => void): () => void;
  setCard(present: boolean): void;
}

/** A request whose fields have been checked against its command. */
// biome-ignore lint/suspicious/noExplicitAny: the command's declaration has checked type and range.
export type Request = { readonly do: string; readonly [field: string]: any };
