import type { Refusal } from './refusal.ts';
import type { Configuration, NumberPool } from './schema.ts';

/** A caller number with the installer's word that it rings here; `path`: of that word. */
type Said = { readonly path: string; readonly number: string; readonly confirmed: boolean };
type Pair = readonly [before: Said, after: Said];

/**
 * Numbers that were changed under the word of the installer, which was given for another number (U10). A change that
 * takes the word back passes, and so does a number that is entered and confirmed for the first time.
 */
export const confirmedForAnother = (before: Configuration, after: Configuration): readonly Refusal[] =>
  [...ofLines(before, after), ...ofPools(before, after)].flatMap(([old, { path, number, confirmed }]) =>
    old.confirmed && confirmed && old.number !== '' && number !== '' && old.number !== number ? [refusal(path)] : [],
  );

const refusal = (path: string): Refusal => ({
  path,
  limit: 'must be off while its number is changed',
  remedy: 'Switch it off, apply, call the new number, and switch it on when it has rung here.',
});

const ofLines = (before: Configuration, after: Configuration): readonly Pair[] =>
  after.lines.flatMap(({ id, ownNumber, ownNumberConfirmed }, at): Pair[] => {
    const old = before.lines.find((line) => line.id === id);
    if (old === undefined) return [];
    const path = `lines/${at}/ownNumberConfirmed`;
    const was = { path, number: old.ownNumber, confirmed: old.ownNumberConfirmed };
    return [[was, { path, number: ownNumber, confirmed: ownNumberConfirmed }]];
  });

const ofPools = (before: Configuration, after: Configuration): readonly Pair[] =>
  after.numberPools.flatMap((pool, at): Pair[] => {
    const old = before.numberPools.find(({ id }) => id === pool.id);
    if (old === undefined) return [];
    const [was, is] = [mainOf(old, `numberPools/${at}`), mainOf(pool, `numberPools/${at}`)];
    return [...was.map((each, index): Pair => [each, is[index]!]), ...ofMembers(old, pool, `numberPools/${at}`)];
  });

const mainOf = (pool: NumberPool, path: string): readonly Said[] => [
  { path: `${path}/mainConfirmed`, number: pool.main, confirmed: pool.mainConfirmed },
  { path: `${path}/forwardedConfirmed`, number: pool.forwarded, confirmed: pool.forwardedConfirmed },
];

/** Members have no name but the number: one that was there before stands for itself, wherever it stands now. */
const ofMembers = (before: NumberPool, after: NumberPool, path: string): readonly Pair[] =>
  after.members.flatMap((member, at): Pair[] => {
    const old = before.members[at];
    if (old === undefined || before.members.some(({ number }) => number === member.number)) return [];
    const where = `${path}/members/${at}/confirmed`;
    return [
      [
        { path: where, ...old },
        { path: where, ...member },
      ],
    ];
  });
