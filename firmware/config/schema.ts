import * as v from 'valibot';
import { access } from './section/access.ts';
import { account } from './section/account.ts';
import { attendant } from './section/attendant.ts';
import { calendar } from './section/calendar.ts';
import { did } from './section/did.ts';
import { drill } from './section/drill.ts';
import { forwarding } from './section/forwarding.ts';
import { group } from './section/group.ts';
import { card, line } from './section/line.ts';
import { location } from './section/location.ts';
import { mailbox } from './section/mailbox.ts';
import { media } from './section/media.ts';
import { network } from './section/network.ts';
import { notice } from './section/notice.ts';
import { numberPool } from './section/number-pool.ts';
import { rateTable } from './section/rate-table.ts';
import { ringGroup } from './section/ring-group.ts';
import { route } from './section/route.ts';
import { routing } from './section/routing.ts';
import { scenario } from './section/scenario.ts';
import { system } from './section/system.ts';
import { tollGuard } from './section/toll-guard.ts';
import { trunk } from './section/trunk.ts';

/** The whole configuration, composed of its sections; it holds no setting itself. */
export const configuration = v.strictObject({
  version: v.literal(1),
  system: v.optional(system, {}),
  network: v.optional(network, {}),
  media: v.optional(media, {}),
  routing: v.optional(routing, {}),
  mailbox: v.optional(mailbox, {}),
  access: v.optional(access, {}),
  tollGuard: v.optional(tollGuard, {}),
  notice: v.optional(notice, {}),
  drill: v.optional(drill, {}),
  trunks: v.optional(v.pipe(v.array(trunk), v.maxLength(16, 'must have at most 16 trunks')), []),
  accounts: v.optional(v.pipe(v.array(account), v.maxLength(64, 'must have at most 64 accounts')), []),
  cards: v.optional(v.pipe(v.array(card), v.maxLength(8, 'must have at most 8 cards')), []),
  lines: v.optional(v.pipe(v.array(line), v.maxLength(64, 'must have at most 64 lines')), []),
  groups: v.optional(v.pipe(v.array(group), v.maxLength(16, 'must have at most 16 groups')), []),
  routes: v.optional(v.pipe(v.array(route), v.maxLength(500, 'must have at most 500 routes')), []),
  dids: v.optional(v.pipe(v.array(did), v.maxLength(200, 'must have at most 200 inbound numbers')), []),
  ringGroups: v.optional(v.pipe(v.array(ringGroup), v.maxLength(32, 'must have at most 32 ring groups')), []),
  forwardings: v.optional(v.pipe(v.array(forwarding), v.maxLength(200, 'must have at most 200 rules')), []),
  attendants: v.optional(v.pipe(v.array(attendant), v.maxLength(8, 'must have at most 8 auto attendants')), []),
  calendars: v.optional(v.pipe(v.array(calendar), v.maxLength(16, 'must have at most 16 calendars')), []),
  rateTables: v.optional(v.pipe(v.array(rateTable), v.maxLength(16, 'must have at most 16 rate tables')), []),
  numberPools: v.optional(v.pipe(v.array(numberPool), v.maxLength(16, 'must have at most 16 pools')), []),
  locations: v.optional(v.pipe(v.array(location), v.maxLength(64, 'must have at most 64 locations')), []),
  scenarios: v.optional(v.pipe(v.array(scenario), v.maxLength(16, 'must have at most 16 scenarios')), []),
});

export type Configuration = v.InferOutput<typeof configuration>;
export type Trunk = Configuration['trunks'][number];
export type Account = Configuration['accounts'][number];
export type Line = Configuration['lines'][number];
export type Card = Configuration['cards'][number];
export type Group = Configuration['groups'][number];
export type Route = Configuration['routes'][number];
export type Did = Configuration['dids'][number];
export type RingGroup = Configuration['ringGroups'][number];
export type Forwarding = Configuration['forwardings'][number];
export type Attendant = Configuration['attendants'][number];
export type Calendar = Configuration['calendars'][number];
export type RateTable = Configuration['rateTables'][number];
export type NumberPool = Configuration['numberPools'][number];
export type Location = Configuration['locations'][number];
export type Scenario = Configuration['scenarios'][number];
