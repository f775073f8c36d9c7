import type * as v from 'valibot';
import type { configuration } from '../../firmware/config/schema.ts';
import { address } from './site.ts';

/** Settings as a person would write them: what is left out has its default. */
export type GatewayConfiguration = v.InferInput<typeof configuration>;
export type TrunkSettings = NonNullable<GatewayConfiguration['trunks']>[number];

const count = (length: number): number[] => Array.from({ length }, (_, index) => index + 1);

/** The account of the phone with this number: `101` for phone 1. */
export const userOf = (phone: number): string => String(100 + phone);

/** Softswitch A, the one that is tried first: `Kamailio.start(site, { name: 'a', host: address.softswitchA })`. */
export const primary = (more: Partial<TrunkSettings> = {}): TrunkSettings => ({
  id: 'primary',
  host: address.softswitchA,
  domain: 'a.test',
  localPort: 5060,
  priority: 1,
  ...more,
});

/** Softswitch B. */
export const secondary = (more: Partial<TrunkSettings> = {}): TrunkSettings => ({
  id: 'secondary',
  host: address.softswitchB,
  domain: 'b.test',
  localPort: 5070,
  priority: 2,
  ...more,
});

/**
 * Settings for a gateway at `address.gateway` with simulated phones (extensions 11, 12 …, accounts 101, 102 …, all
 * with the password `secret`) and exchange lines; exchange line n rings phone n. `more` is laid over the sections.
 */
export const gatewayConfiguration = (
  options: {
    readonly phones?: number;
    readonly exchangeLines?: number;
    readonly trunks?: readonly TrunkSettings[];
    readonly card?: Record<string, unknown>;
  } = {},
  more: Partial<GatewayConfiguration> = {},
): GatewayConfiguration => {
  const { phones = 4, exchangeLines = 2, trunks = [primary(), secondary()], card = {} } = options;
  const simulated = { card: 'simulated' };
  return {
    version: 1,
    network: { address: address.gateway },
    trunks: [...trunks],
    accounts:
      trunks.length === 0
        ? []
        : count(phones).map((n) => ({ id: userOf(n), user: userOf(n), password: 'secret', line: `line/${n}` })),
    cards: [{ id: 'simulated', driver: 'simulated', settings: { phones, exchangeLines, ...card } }],
    lines: [
      ...count(phones).map((n) => ({
        ...simulated,
        id: `line/${n}`,
        kind: 'fxs' as const,
        port: `phone/${n}`,
        extension: String(10 + n),
        account: trunks.length === 0 ? '' : userOf(n),
      })),
      ...count(exchangeLines).map((n) => ({
        ...simulated,
        id: `line/${phones + n}`,
        kind: 'fxo' as const,
        port: `exchange/${n}`,
        rings: n <= phones ? `line/${n}` : '',
      })),
    ],
    ...more,
  };
};
