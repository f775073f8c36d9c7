import { argument, operationArguments } from '../../config/arguments.ts';
import type { Configuration } from '../../config/schema.ts';
import { plan } from '../routing/plan.ts';
import type { PlanQuestion, Routed } from '../routing/question.ts';
import { changedBy, offerOf, type WhatIf } from './route-question.ts';
import { analysisOf } from './route-words.ts';
import { done, type Ended, refusedAt, type Verb } from './verb.ts';

export type RouteRooms = {
  /** The question that a real call would ask at this moment. */
  readonly question: (offer: Routed) => PlanQuestion;
  readonly configuration: () => Configuration;
};

const number = { is: /^[0-9*#+]*$/, words: 'must be digits, *, # or +' };
const args = operationArguments({
  from: argument.optionalText({
    title: 'Who calls',
    help: 'Extension of a phone, or with "Comes in over" the number of a caller from outside; empty: the first phone.',
    max: 40,
    default: '',
    form: { is: /^[A-Za-z0-9+*#/-]*$/, words: 'must be an extension, a line or a number' },
  }),
  number: argument.text({ title: 'Number', help: 'As it is dialled, or one of ours.', min: 1, max: 40, form: number }),
  over: argument.optionalText({
    title: 'Comes in over',
    help: 'For a call from outside: the softswitch, or an exchange line such as line/5. Empty: a phone of the box calls.',
    max: 40,
    default: '',
  }),
  at: argument.optionalText({
    title: 'When',
    help: 'Day and time such as 2027-12-24 18:30, by the clock of the box; empty: now.',
    max: 16,
    default: '',
    form: { is: /^$|^[0-9]{4}-[0-9]{2}-[0-9]{2}[ T][0-2][0-9]:[0-5][0-9]$/, words: 'must be like 2027-12-24 18:30' },
  }),
  down: argument.optionalText({
    title: 'Without',
    help: 'A softswitch or exchange line that is out; empty: all are as they are now.',
    max: 40,
    default: '',
  }),
  scenario: argument.optionalText({
    title: 'Scenario',
    help: 'The one that is on; empty: as it is now.',
    max: 32,
    default: '',
  }),
});

type Args = Omit<WhatIf, 'atMs'> & { readonly at: string };

/** What would happen to a call, by the same function that routes real calls (U16). It makes no call. */
export const analyseRoute = ({ question, configuration }: RouteRooms): Verb<Args> => ({
  name: 'analyse-route',
  title: 'Where would a call go?',
  help: 'Shows every way that would be tried, in order, and why others are left out. No call is made and nothing changes.',
  arguments: args,
  deadlineMs: 5_000,
  disturbs: false,
  run({ at, ...asked }) {
    const settings = configuration();
    const wrong = unknownName(settings, asked);
    if (wrong !== undefined) return wrong;
    const what: WhatIf = { ...asked, atMs: at === '' ? undefined : localMs(at) };
    if (Number.isNaN(what.atMs)) return refusedAt('at', 'must be a day that there is', 'Enter day and time.');
    const offer = offerOf(settings, what);
    if (offer === undefined) return refusedAt('from', 'must be a phone of the box', 'Enter an extension.');
    const asking = changedBy(question(offer), what);
    const ways = asking.trunks.map(({ id }) => id);
    const analysis = analysisOf(plan(asking), ways, settings);
    return done(analysis.sentence, analysis);
  },
});

/** By the time zone of the box; NaN for a day that no calendar has. */
const localMs = (at: string): number => {
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0] = at.split(/[-T: ]/).map(Number);
  const found = new Date(year, month - 1, day, hour, minute);
  return found.getMonth() === month - 1 && found.getDate() === day && hour < 24 ? found.getTime() : Number.NaN;
};

const unknownName = (settings: Configuration, asked: Omit<WhatIf, 'atMs'>): Ended | undefined => {
  const ways = [
    ...settings.trunks.map(({ id }) => id),
    ...settings.lines.flatMap(({ id, kind }) => (kind === 'fxo' ? [id] : [])),
  ];
  const known = { over: ways, down: ways, scenario: settings.scenarios.map(({ id }) => id) };
  for (const path of ['over', 'down', 'scenario'] as const) {
    if (asked[path] === '' || known[path].includes(asked[path])) continue;
    return refusedAt(path, `must be one of ${known[path].join(', ') || '(none is set up)'}`, 'Name one of them.');
  }
  return undefined;
};
