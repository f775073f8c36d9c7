import type { Trunk } from '../../config/schema.ts';

type Rule = Trunk['transforms'][number];
type Side = Rule['on'];
type Step = (number: string) => string;

/** Longest number that a rule may make; a rule that would make a longer one is left out. */
const LONGEST_NUMBER = 64;

/** The rules of a trunk, compiled once for each trunk of a configuration. */
const compiled = new WeakMap<Trunk, Readonly<Record<Side, readonly Step[]>>>();

/**
 * The number as this trunk wants it (U9): every rule in its order, each on what the one before has made. Never asked
 * for emergency numbers. The tech prefix is no part of it: that is put before the number on the wire only.
 */
export const transformed = (trunk: Trunk, number: string, on: Side): string => {
  let now = number;
  for (const step of stepsOf(trunk)[on]) {
    const next = step(now);
    if (next.length <= LONGEST_NUMBER) now = next;
  }
  return now;
};

const stepsOf = (trunk: Trunk): Readonly<Record<Side, readonly Step[]>> => {
  const known = compiled.get(trunk);
  if (known) return known;
  const of = (side: Side): readonly Step[] => trunk.transforms.filter(({ on }) => on === side).map(stepOf);
  const fresh = { callee: of('callee'), caller: of('caller') };
  compiled.set(trunk, fresh);
  return fresh;
};

const stepOf = (rule: Rule): Step => {
  const { begins, strip, prepend, matches, becomes } = rule;
  if (matches === '') return (number) => (number.startsWith(begins) ? prepend + number.slice(strip) : number);
  // its form was checked with the settings (`config/number-expression.ts`): it cannot run long
  const whole = new RegExp(`^(?:${matches})$`);
  return (number) => {
    const found = number.length > LONGEST_NUMBER ? null : whole.exec(number);
    if (!found) return number;
    if (becomes === '') return prepend + number.slice(strip);
    return becomes.replaceAll(/\$([1-9])/g, (_, group: string) => found[Number(group)] ?? '');
  };
};
