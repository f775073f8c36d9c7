/** So many parts of an expression may vary in length: a number of 64 characters then costs some 40,000 steps at most. */
const MOST_VARIABLE = 3;
const MOST_CHOICES = 8;
const LONGEST_REPEAT = 64;

/** One thing that a repetition may follow: a character, a class, or a group that has ended. */
const PLAIN = /^(?:[0-9.]|\\[d+*.#]|#|\[\^?[0-9*#+-]{1,16}\])/;
const GROUP = /^\((?:\?:)?/;
const REPEAT = /^(?:[*+?]|\{[0-9]{1,2}(?:,[0-9]{0,2})?\})/;

type Open = { readonly groups: { repeats: boolean }[]; variable: number; choices: number; captured: number };

/**
 * What is wrong with a regular expression on numbers (`transforms`), in words that begin with "must"; undefined when it
 * can be used. Only what cannot run long is taken: a few repetitions, none within another, and no choice within one.
 */
export const expressionFault = (text: string): string | undefined => {
  const open: Open = { groups: [], variable: 0, choices: 0, captured: 0 };
  let rest = text;
  while (rest !== '') {
    const read = readPart(rest, open);
    if (typeof read === 'string') return read;
    rest = rest.slice(read.length);
  }
  if (open.groups.length > 0) return 'must close every ( with )';
  if (open.variable > MOST_VARIABLE) return `must have at most ${MOST_VARIABLE} parts of variable length`;
  if (open.choices > MOST_CHOICES) return `must have at most ${MOST_CHOICES} | in it`;
  return compiles(text) ? undefined : 'must be a regular expression';
};

/** How many groups it captures, for $1 to $9. */
export const groupsOf = (text: string): number => {
  const open: Open = { groups: [], variable: 0, choices: 0, captured: 0 };
  for (let rest = text; rest !== ''; ) {
    const read = readPart(rest, open);
    if (typeof read === 'string') break;
    rest = rest.slice(read.length);
  }
  return open.captured;
};

const compiles = (text: string): boolean => {
  try {
    new RegExp(`^(?:${text})$`);
    return true;
  } catch {
    return false;
  }
};

type Read = { readonly length: number } | string;

const FORM = 'must be made of digits, . \\d \\+ \\* # [ ] ( ) | and repetitions';

const readPart = (rest: string, open: Open): Read => {
  const group = GROUP.exec(rest)?.[0];
  if (group !== undefined) {
    open.groups.push({ repeats: false });
    if (group === '(') open.captured += 1;
    return rest[group.length] === '?' ? FORM : { length: group.length };
  }
  if (rest.startsWith(')')) return closed(rest, open);
  if (rest.startsWith('|')) {
    open.choices += 1;
    mark(open);
    return { length: 1 };
  }
  const plain = PLAIN.exec(rest)?.[0];
  if (plain === undefined) return FORM;
  const repeat = REPEAT.exec(rest.slice(plain.length))?.[0] ?? '';
  return counted(repeat, open) ?? { length: plain.length + repeat.length };
};

/** A group may be repeated only if nothing in it repeats or chooses. */
const closed = (rest: string, open: Open): Read => {
  const group = open.groups.pop();
  if (group === undefined) return 'must open every ) with (';
  const repeat = REPEAT.exec(rest.slice(1))?.[0] ?? '';
  if (repeat !== '' && group.repeats) return 'must not repeat a group that has a repetition or a choice in it';
  if (group.repeats) mark(open);
  return counted(repeat, open) ?? { length: 1 + repeat.length };
};

const counted = (repeat: string, open: Open): string | undefined => {
  if (repeat === '') return undefined;
  mark(open);
  const [least = '', most] = repeat.startsWith('{') ? repeat.slice(1, -1).split(',') : ['', ''];
  if (Number(least) > LONGEST_REPEAT || Number(most ?? 0) > LONGEST_REPEAT) {
    return `must repeat at most ${LONGEST_REPEAT} times`;
  }
  if (most !== undefined) open.variable += 1;
  return undefined;
};

const mark = (open: Open): void => {
  const group = open.groups.at(-1);
  if (group) group.repeats = true;
};
