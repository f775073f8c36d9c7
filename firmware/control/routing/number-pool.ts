import type { Line, NumberPool, Trunk } from '../../config/schema.ts';
import type { Shown } from '../facts.ts';
import type { PlanQuestion, RoutingMemory } from './question.ts';
import { transformed } from './transform.ts';

/** What a trunk shows of the caller (`shows`; left out: what the account says), and why, for the record. */
export type CallerChoice = { readonly shows?: Shown; readonly why: string };

type Member = NumberPool['members'][number];
type Chosen = { readonly number: string; readonly pool?: string; readonly why: string };

/** A caller number as softswitches take it: digits, perhaps with + before (ITU-T E.164: 15 digits at most). */
const FIT = /^\+?[0-9]{2,15}$/;

/** The name of a callee in `RoutingMemory.numberShown`; `set`: of a pool, for calls or for forwarded ones. */
export const shownKey = (set: string, callee: string): string => `${set} ${callee}`;

/** The two sets of a pool are remembered apart: the space is in no name of a pool. */
const setOf = (pool: string, forwarded: boolean): string => (forwarded ? `${pool} forwarded` : pool);

/**
 * The caller number that `callee` is to see over this trunk (U10): the line's own number, then one of its site, as the
 * transforms of the trunk make it. Never asked for emergency calls. `callee` is the number as it was dialled;
 * `forwarded`: the call is led on, so the second set counts. A wish to be withheld is kept: the number then goes to
 * the softswitch alone.
 */
export const callerFor = (
  question: PlanQuestion,
  line: Line | undefined,
  trunkId: string,
  callee: string,
  forwarded: boolean,
): CallerChoice => {
  const { configuration, offer } = question;
  const trunk = configuration.trunks.find(({ id }) => id === trunkId);
  const chosen = trunk === undefined ? undefined : choose(question, line, trunk, callee, forwarded);
  const hidden = offer.caller.withheld ? { withheld: true as const } : {};
  if (trunk === undefined || chosen === undefined) return asAccount(hidden);
  const number = transformed(trunk, chosen.number, 'caller');
  if (!FIT.test(number)) return { ...asAccount(hidden), why: `${number} is no caller number: as the account says` };
  const name = forwarded ? undefined : nameOf(question);
  const of = chosen.pool === undefined ? {} : { of: { pool: chosen.pool, number: chosen.number } };
  return { shows: { number, ...(name === undefined ? {} : { name }), ...hidden, ...of }, why: chosen.why };
};

/** A caller who is passed on (U14), as the trunk of this way wants the number; what is no number stays as it came. */
export const passedOn = (question: PlanQuestion, trunkId: string, caller: Shown): Shown => {
  const trunk = question.configuration.trunks.find(({ id }) => id === trunkId);
  if (trunk === undefined || !FIT.test(caller.number)) return caller;
  const number = transformed(trunk, caller.number, 'caller');
  return FIT.test(number) ? { ...caller, number } : caller;
};

/** Nothing is shown but the account; a wish to be withheld is still told. */
const asAccount = (hidden: Pick<Shown, 'withheld'>): CallerChoice =>
  hidden.withheld
    ? { shows: { number: '', withheld: true }, why: 'the caller withholds the number' }
    : { why: 'as the account says' };

const nameOf = ({ configuration, offer }: PlanQuestion): string | undefined => {
  const account = configuration.accounts.find(({ id }) => id === offer.caller.account);
  return account === undefined || account.displayName === '' ? undefined : account.displayName;
};

const choose = (
  question: PlanQuestion,
  line: Line | undefined,
  trunk: Trunk,
  callee: string,
  forwarded: boolean,
): Chosen | undefined => {
  const pool = poolOf(question, line, trunk.id);
  if (forwarded && pool) return fromPool(question, pool, callee, true);
  if (line !== undefined && line.ownNumber !== '') {
    return { number: line.ownNumber, why: `${line.ownNumber} is the own number of ${line.id}` };
  }
  return pool === undefined ? undefined : fromPool(question, pool, callee, false);
};

/** A pool belongs to one trunk, whose account owns its numbers: no other trunk shows them. */
const poolOf = (question: PlanQuestion, line: Line | undefined, trunk: string): NumberPool | undefined => {
  const wanted = line?.numberPool ?? '';
  if (wanted === '') return undefined;
  return question.configuration.numberPools.find((pool) => pool.id === wanted && pool.trunk === trunk);
};

const fromPool = (question: PlanQuestion, pool: NumberPool, callee: string, forwarded: boolean): Chosen => {
  const { memory, seed } = question;
  const { id, rotation } = pool;
  const set = setOf(id, forwarded);
  const own = pool.members.filter((member) => member.forwarded === forwarded);
  const free = own.filter((member) => member.confirmed && isFree(member, memory));
  const before = memory.numberShown[shownKey(set, callee)];
  const same = free.find(({ number }) => number === before);
  if (same) return { number: same.number, pool: set, why: `${same.number} is what ${callee} has seen today` };
  const at = { none: 0, sequential: memory.poolTurns[set] ?? 0, random: Math.abs(seed) }[rotation];
  const next = free[Math.floor(at) % Math.max(1, free.length)];
  const what = forwarded ? `${id} for forwarded calls` : id;
  if (next !== undefined) return { number: next.number, pool: set, why: `${next.number} of ${what}` };
  const main = forwarded && pool.forwarded !== '' ? pool.forwarded : pool.main;
  return { number: main, why: `${main}: no other number of ${what} is free` };
};

const isFree = ({ number, maxConcurrent }: Member, { numbersInUse }: RoutingMemory): boolean =>
  maxConcurrent === 0 || (numbersInUse[number] ?? 0) < maxConcurrent;
