/**
 * Digit maps in the form installers know, such as `[2-8]xxx|0T|*xx|x.T` (RFC 3435 §2.1.5): alternatives by `|`;
 * `x` any digit, `[2-8]` some, `.` repeats what stands before it (none or more), `T` waits for the inter-digit timer.
 */
type Element = { readonly keys: string; readonly repeats: boolean };
type Pattern = { readonly elements: readonly Element[]; readonly timed: boolean };
export type DigitMap = {
  readonly patterns: readonly Pattern[];
  /** Recognised before any pattern; nothing is complete while one of them may still be meant. */
  readonly emergency: readonly string[];
  /** Star codes: the same, so that `*xx` of the map does not cut a longer code short. */
  readonly codes: readonly Pattern[];
};

/**
 * `complete`: dial now. `enough`: dial when no further digit comes. `partial`: more digits are needed.
 * `impossible`: no number begins like this.
 */
export type Match = 'complete' | 'enough' | 'partial' | 'impossible';

const KEYS = '0123456789*#ABCD';
const ANY_DIGIT = '0123456789';
/** Longest number that is collected; what is dialled beyond it is impossible. */
export const LONGEST_NUMBER = 40;

/**
 * Compiles a map; extensions match at once, and emergency numbers and star codes (in the form of a map) before all else.
 * Throws RangeError with the place.
 */
export const compileDigitMap = (
  map: string,
  extensions: readonly string[],
  emergency: readonly string[],
  codes: readonly string[] = [],
): DigitMap => {
  const own = map
    .split('|')
    .filter((text) => text.trim() !== '')
    .map(compilePattern);
  const patterns = [...extensions.filter((each) => each !== '').map(literal), ...own];
  return { patterns, emergency, codes: codes.map(compilePattern) };
};

const literal = (number: string): Pattern => ({
  elements: [...number].map((keys) => ({ keys, repeats: false })),
  timed: false,
});

const compilePattern = (text: string): Pattern => {
  const source = text.trim();
  const elements: Element[] = [];
  let timed = false;
  for (let at = 0; at < source.length; ) {
    const key = source[at]!;
    if (key === 'T' && at === source.length - 1) timed = true;
    else if (key === '.') elements.push({ ...lastOf(elements, source, at), repeats: true });
    else elements.push({ keys: key === '[' ? classOf(source, at) : keysOf(key, source, at), repeats: false });
    at = key === '[' ? source.indexOf(']', at) + 1 : at + 1;
  }
  // A pattern that may always grow is complete only by the timer.
  return { elements, timed: timed || elements.at(-1)?.repeats === true };
};

const lastOf = (elements: Element[], source: string, at: number): Element => {
  const last = elements.pop();
  if (!last || last.repeats) throw new RangeError(`digit map ${source}: nothing to repeat at ${at + 1}`);
  return last;
};

const keysOf = (key: string, source: string, at: number): string => {
  if (key === 'x' || key === 'X') return ANY_DIGIT;
  if (KEYS.includes(key)) return key;
  throw new RangeError(`digit map ${source}: ${key} at ${at + 1} is no key`);
};

const classOf = (source: string, at: number): string => {
  const end = source.indexOf(']', at);
  if (end < 0) throw new RangeError(`digit map ${source}: [ at ${at + 1} is not closed`);
  let keys = '';
  for (let i = at + 1; i < end; i++) {
    if (source[i + 1] === '-' && i + 2 < end) {
      keys += rangeOf(source[i]!, source[i + 2]!, source);
      i += 2;
    } else keys += keysOf(source[i]!, source, i);
  }
  return keys;
};

const rangeOf = (first: string, last: string, source: string): string => {
  const [from, to] = [ANY_DIGIT.indexOf(first), ANY_DIGIT.indexOf(last)];
  if (from < 0 || to < from) throw new RangeError(`digit map ${source}: ${first}-${last} is no range`);
  return ANY_DIGIT.slice(from, to + 1);
};

/** What the digits so far are by this map. All alternatives are followed side by side, without backtracking. */
export const matchDigits = (map: DigitMap, digits: string): Match => {
  if (digits.length > LONGEST_NUMBER) return 'impossible';
  if (map.emergency.includes(digits)) return 'complete';
  const coded = map.codes.map((pattern) => matchPattern(pattern, digits));
  if (coded.includes('complete')) return 'complete';
  const codeAhead = coded.includes('partial') || coded.includes('enough');
  const ahead = codeAhead || map.emergency.some((number) => number.startsWith(digits));
  const found = map.patterns.map((pattern) => matchPattern(pattern, digits));
  if (found.includes('complete')) return ahead ? 'enough' : 'complete';
  if (found.includes('enough') || coded.includes('enough')) return 'enough';
  return found.includes('partial') || ahead ? 'partial' : 'impossible';
};

const matchPattern = (pattern: Pattern, digits: string): Match => {
  let places = skipping(pattern, [0]);
  for (const digit of digits) {
    const next: number[] = [];
    for (const place of places) {
      const element = pattern.elements[place];
      if (!element?.keys.includes(digit)) continue;
      next.push(element.repeats ? place : place + 1);
    }
    places = skipping(pattern, next);
  }
  if (places.includes(pattern.elements.length)) return pattern.timed ? 'enough' : 'complete';
  return places.length > 0 ? 'partial' : 'impossible';
};

/** Places reached without a digit: an element that repeats may be left out. */
const skipping = (pattern: Pattern, from: readonly number[]): number[] => {
  const places = new Set<number>();
  for (let place of from) {
    places.add(place);
    while (pattern.elements[place]?.repeats) places.add(++place);
  }
  return [...places];
};
