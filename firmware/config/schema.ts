import * as v from 'valibot';
import { access } from './section/access.ts';
import { account } from './section/account.ts';
import { card, line } from './section/line.ts';
import { mailbox } from './section/mailbox.ts';
import { media } from './section/media.ts';
import { network } from './section/network.ts';
import { routing } from './section/routing.ts';
import { system } from './section/system.ts';
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
  trunks: v.optional(v.pipe(v.array(trunk), v.maxLength(16, 'must have at most 16 trunks')), []),
  accounts: v.optional(v.pipe(v.array(account), v.maxLength(64, 'must have at most 64 accounts')), []),
  cards: v.optional(v.pipe(v.array(card), v.maxLength(8, 'must have at most 8 cards')), []),
  lines: v.optional(v.pipe(v.array(line), v.maxLength(64, 'must have at most 64 lines')), []),
});

export type Configuration = v.InferOutput<typeof configuration>;
export type Trunk = Configuration['trunks'][number];
export type Account = Configuration['accounts'][number];
export type Line = Configuration['lines'][number];
export type Card = Configuration['cards'][number];
