import type { Line, NumberPool, Trunk } from '../../config/schema.ts';
import type { Shown } from '../facts.ts';
import type { PlanReason } from './explanation.ts';
import type { PlanQuestion, RoutingMemory } from './question.ts';
import { transformed } from './transform.ts';

/**
 * What a trunk shows of the caller (`shows`; left out: what the account says), and why, for the record; `leftOut`: every
 * number that might have been shown and is not, for the routing analysis.
 */
export type CallerChoice = {
  readonly shows?: Shown;
  readonly why: string;
  readonly leftOut: readonly PlanReason[];
};

type Member = NumberPool['members'][number];
type Chosen = { readonly number: string; readonly pool?: string; readonly why: string };

/** A caller number as softswitches take it: digits, perhaps with + before (ITU-T E.164: 15 digits at most). */
const FIT = /^\+?[0-9]{2,15}$/;

/** What an installer has to do before a number is shown (U10). */
const UNCONFIRMED =
  'it is shown to nobody until it is confirmed: call it from outside, see that it rings here, and mark it so';
/** So many members of a pool that are left out are named one by one. */
const MOST_NAMED = 8;

/** The name of a callee in `RoutingMemory.numberShown`; `set`: of a pool, for calls or for forwarded ones. */
export const shownKey = (set: string, callee: string): string => `${set} ${callee}`;

/** The two sets of a pool are remembered apart: the space is in no name of a pool. */
const setOf = (pool: string, forwarded: boolean): string => (forwarded ? `${pool} forwarded` : pool);

type Asking = {
  readonly question: PlanQuestion;
  readonly line: Line | undefined;
  readonly trunk: Trunk;
  readonly callee: string;
  readonly leftOut: PlanReason[];
};

/**
 * The caller number that `callee` is to see over this trunk (U10): the line's own number, then one of its site, then the
 * main number of the site, as the transforms of the trunk make it; of these none that nobody has confirmed. Never asked
 * for emergency calls. `callee` is the number as it was dialled; `forwarded`: the call is led on, so the second set comes
 * first, and the own number last. A wish to be withheld is kept: the number then goes to the softswitch alone.
 */
export const callerFor = (
  question: PlanQuestion,
  line: Line | undefined,
  trunkId: string,
  callee: string,
  forwarded: boolean,
): CallerChoice => {
  const { configuration, offer } = question;
  const hidden = offer.caller.withheld ? { withheld: true as const } : {};
  const leftOut: PlanReason[] = [];
  const trunk = configuration.trunks.find(({ id }) => id === trunkId);
  if (trunk === undefined) return asAccount(hidden, leftOut);
  const asking = { question, line, trunk, callee, leftOut };
  const chosen = forwarded
    ? (siteNumber(asking, true) ?? ownNumber(asking))
    : (ownNumber(asking) ?? siteNumber(asking, false));
  if (chosen === undefined) return asAccount(hidden, leftOut);
  const number = transformed(trunk, chosen.number, 'caller');
  if (!FIT.test(number)) {
    const why = `the rules of ${trunk.id} make it ${number}, which is no caller number`;
    return asAccount(hidden, [...leftOut, { what: named(chosen.number), why }]);
  }
  const name = forwarded ? undefined : nameOf(question);
  const of = chosen.pool === undefined ? {} : { of: { pool: chosen.pool, number: chosen.number } };
  return { shows: { number, ...(name === undefined ? {} : { name }), ...hidden, ...of }, why: chosen.why, leftOut };
};

/** A caller who is passed on (U14), as the trunk of this way wants the number; what is no number stays as it came. */
export const passedOn = (question: PlanQuestion, trunkId: string, caller: Shown): Shown => {
  const trunk = question.configuration.trunks.find(({ id }) => id === trunkId);
  if (trunk === undefined || !FIT.test(caller.number)) return caller;
  const number = transformed(trunk, caller.number, 'caller');
  return FIT.test(number) ? { ...caller, number } : caller;
};

/** Nothing is shown but the account; a wish to be withheld is still told. */
const asAccount = (hidden: Pick<Shown, 'withheld'>, leftOut: readonly PlanReason[]): CallerChoice => {
  if (hidden.withheld)
    return { shows: { number: '', withheld: true }, why: 'the caller withholds the number', leftOut };
  const why = leftOut.length === 0 ? '' : ', for no other number may be shown';
  return { why: `as the account says${why}`, leftOut };
};

const named = (number: string): string => `caller number ${number}`;

const nameOf = ({ configuration, offer }: PlanQuestion): string | undefined => {
  const account = configuration.accounts.find(({ id }) => id === offer.caller.account);
  return account === undefined || account.displayName === '' ? undefined : account.displayName;
};

const ownNumber = ({ line, leftOut }: Asking): Chosen | undefined => {
  if (line === undefined) return undefined;
  return ifConfirmed(line.ownNumber, line.ownNumberConfirmed, `is the own number of ${line.id}`, leftOut);
};

/** A number that stands alone; an empty one is not set. */
const ifConfirmed = (number: string, isConfirmed: boolean, is: string, leftOut: PlanReason[]): Chosen | undefined => {
  if (number === '') return undefined;
  if (isConfirmed) return { number, why: `${number} ${is}` };
  leftOut.push({ what: named(number), why: `it ${is}, but ${UNCONFIRMED}` });
  return undefined;
};

/** A pool belongs to one trunk, whose account owns its numbers: no other trunk shows them. */
const siteNumber = (asking: Asking, forwarded: boolean): Chosen | undefined => {
  const { question, line, trunk, leftOut } = asking;
  const wanted = line?.numberPool ?? '';
  const pool = question.configuration.numberPools.find(({ id }) => id === wanted);
  if (wanted === '' || pool === undefined) return undefined;
  if (pool.trunk === trunk.id) return fromPool(asking, pool, forwarded);
  leftOut.push({ what: `caller numbers of ${wanted}`, why: `they are of ${pool.trunk}, not of ${trunk.id}` });
  return undefined;
};

const fromPool = (asking: Asking, pool: NumberPool, forwarded: boolean): Chosen | undefined => {
  const { question, callee, leftOut } = asking;
  const { memory, seed } = question;
  const { id, rotation } = pool;
  const set = setOf(id, forwarded);
  const own = pool.members.filter((member) => member.forwarded === forwarded);
  const free = own.filter((member) => member.confirmed && isFree(member, memory));
  if (free.length < own.length) leftOut.push(...membersLeftOut(id, own, memory));
  const before = memory.numberShown[shownKey(set, callee)];
  const same = free.find(({ number }) => number === before);
  if (same) return { number: same.number, pool: set, why: `${same.number} is what ${callee} has seen today` };
  const at = { none: 0, sequential: memory.poolTurns[set] ?? 0, random: Math.abs(seed) }[rotation];
  const next = free[Math.floor(at) % Math.max(1, free.length)];
  const what = forwarded ? `${id} for forwarded calls` : id;
  if (next !== undefined) return { number: next.number, pool: set, why: `${next.number} of ${what}` };
  return mainNumber(pool, forwarded, leftOut);
};

/** When no member is free. */
const mainNumber = (pool: NumberPool, forwarded: boolean, leftOut: PlanReason[]): Chosen | undefined => {
  const { id, main, mainConfirmed } = pool;
  const is = `is the main number of ${id}`;
  const second = forwarded
    ? ifConfirmed(pool.forwarded, pool.forwardedConfirmed, `${is} for forwarded calls`, leftOut)
    : undefined;
  return second ?? ifConfirmed(main, mainConfirmed, is, leftOut);
};

const membersLeftOut = (pool: string, members: readonly Member[], memory: RoutingMemory): PlanReason[] => {
  const out = members.flatMap((member): PlanReason[] => {
    const { number, confirmed, maxConcurrent } = member;
    const why = confirmed ? `it is shown by ${maxConcurrent} of ${maxConcurrent} calls at once` : UNCONFIRMED;
    return confirmed && isFree(member, memory) ? [] : [{ what: named(number), why: `of ${pool}: ${why}` }];
  });
  if (out.length <= MOST_NAMED) return out;
  const more = {
    what: `caller numbers of ${pool}`,
    why: `${out.length - MOST_NAMED} more are not free or not confirmed`,
  };
  return [...out.slice(0, MOST_NAMED), more];
};

const isFree = ({ number, maxConcurrent }: Member, { numbersInUse }: RoutingMemory): boolean =>
  maxConcurrent === 0 || (numbersInUse[number] ?? 0) < maxConcurrent;
