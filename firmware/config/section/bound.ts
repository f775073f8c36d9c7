import { choice, nameOrNothing, optionalText, type SettingInfo } from '../setting.ts';

/**
 * When and in which scenario a thing counts (U11, U20): what routes, groups, phones and forwarding have in common.
 * `outside`: what becomes of it while it does not count.
 */
export const boundBy = (outside: string, about: Pick<SettingInfo, 'appliesWhen'> = {}) =>
  ({
    calendar: optionalText({
      ...about,
      title: 'Calendar',
      help: `Work calendar by which it counts; empty: always.${outside}`,
      max: 32,
      default: '',
      form: nameOrNothing,
    }),
    when: choice({
      ...about,
      title: 'Counts',
      help: 'Within the hours of the calendar, or outside of them.',
      of: ['in', 'out'],
      default: 'in',
    }),
    scenario: optionalText({
      ...about,
      title: 'Scenario',
      help: 'Counts only while this scenario is switched on; empty: in every scenario and without one.',
      max: 32,
      default: '',
      form: nameOrNothing,
    }),
  }) as const;

export const bound = boundBy('');
