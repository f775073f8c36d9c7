import { choice, nameOrNothing, optionalText } from '../setting.ts';

/** When and in which scenario a thing counts (U11, U20): what routes, forwarding and announcements have in common. */
export const bound = {
  calendar: optionalText({
    title: 'Calendar',
    help: 'Work calendar by which it counts; empty: always.',
    max: 32,
    default: '',
    form: nameOrNothing,
  }),
  when: choice({
    title: 'Counts',
    help: 'in: within the hours of the calendar; out: outside of them.',
    of: ['in', 'out'],
    default: 'in',
  }),
  scenario: optionalText({
    title: 'Scenario',
    help: 'Counts only while this scenario is switched on; empty: in every scenario and without one.',
    max: 32,
    default: '',
    form: nameOrNothing,
  }),
} as const;
