import { argument, operationArguments } from '../../config/arguments.ts';
import { NUMBER_CLASSES } from '../../config/section/line.ts';
import { done, refusedAt, type Verb } from './verb.ts';

/** What a sudden change has closed (R8): by `line class`, of the whole box with an empty line. */
export type TollRooms = {
  readonly toll: {
    readonly closed: () => readonly string[];
    readonly open: (line: string, numberClass: string, by: string) => void;
  };
};
type Ask = { line: string; class: (typeof NUMBER_CLASSES)[number] };

const keyOf = ({ line, class: numberClass }: Ask): string => `${line} ${numberClass}`;
const wordsOf = (key: string): string => {
  const [line, numberClass] = key.split(' ');
  return `${numberClass} for ${line === '' ? 'the box' : line}`;
};

/** Opens a class of numbers again that a sudden change has closed. */
export const openClass = ({ toll }: TollRooms): Verb<Ask> => ({
  name: 'open-class',
  title: 'Open a class of numbers',
  help: 'After a sudden change of calls abroad or to premium numbers the class is closed until it is opened here.',
  arguments: operationArguments({
    line: argument.optionalText({
      title: 'Phone line',
      help: 'As the alarm names it, such as line/1; empty: the whole box.',
      max: 40,
      default: '',
    }),
    class: argument.choice({ title: 'Class', help: 'Of numbers.', of: NUMBER_CLASSES, default: 'international' }),
  }),
  deadlineMs: 5_000,
  disturbs: false,
  run(ask, by) {
    const closed = toll.closed();
    const key = keyOf(ask);
    if (!closed.includes(key)) {
      if (closed.length === 0) return done('No class of numbers is closed.', { was: false });
      return refusedAt('class', `must be closed: ${closed.map(wordsOf).join(', ')}`, 'Name one of these.');
    }
    toll.open(ask.line, ask.class, by);
    return done(`Numbers of class ${wordsOf(key)} can be called again.`, { ...ask, was: true });
  },
});
