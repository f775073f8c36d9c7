import * as v from 'valibot';
import { type Configuration, configuration } from './schema.ts';

const PHONES = 4;
const EXCHANGE_LINES = 2;
const FIRST_EXTENSION = 11;
const CARD = 'simulated';

const phone = (number: number) => ({
  id: `line/${number}`,
  kind: 'fxs',
  card: CARD,
  port: `phone/${number}`,
  extension: String(FIRST_EXTENSION + number - 1),
});

/** Exchange line n rings phone n. */
const exchangeLine = (number: number) => ({
  id: `line/${PHONES + number}`,
  kind: 'fxo',
  card: CARD,
  port: `exchange/${number}`,
  rings: `line/${number}`,
});

const count = (length: number): number[] => Array.from({ length }, (_, index) => index + 1);

/** What runs before anybody has set anything: four simulated phones, two exchange lines, no softswitch. */
export const factoryConfiguration = (): Configuration =>
  v.parse(configuration, {
    version: 1,
    cards: [{ id: CARD, driver: 'simulated' }],
    lines: [...count(PHONES).map(phone), ...count(EXCHANGE_LINES).map(exchangeLine)],
  });
