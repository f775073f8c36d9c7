import type { Configuration } from '../../config/schema.ts';
import { after, type Instant, type Machine } from '../../core/machine.ts';
import { isWithin } from './calendar.ts';
import type { WallTime } from './question.ts';

/** Calendars are looked at so often; a minute is their smallest step. */
const LOOK_MS = 15_000;

/** What the calendars of scenarios said when they were last looked at: scenarios that are on by them. */
export type ScenarioCalendar = { readonly on?: readonly string[]; readonly lookAt: Instant };
/** What was seen just now; nothing while the time is not sure. */
export type ScenarioCalendarEvent = { readonly type: 'seen'; readonly on: readonly string[] };
export type ScenarioCalendarEffect =
  | { readonly do: 'look' }
  /** The hours of a scenario have begun, or are over. */
  | { readonly do: 'switch'; readonly scenario: string; readonly on: boolean };

/**
 * Switches scenarios by their calendars (U20), at the moment at which hours begin or end: what a person switches in
 * between stays until the next such moment. After a power cut, when nothing is known of before, all that is on by a
 * calendar is switched on and all that is not is switched off.
 */
export const scenarioCalendarMachine: Machine<ScenarioCalendar, ScenarioCalendarEvent, ScenarioCalendarEffect> = {
  step: (state, event, now) => {
    if (event.type === 'lapse') return { state: { ...state, lookAt: after(now, LOOK_MS) }, effects: [{ do: 'look' }] };
    const ended = (state.on ?? []).filter((each) => !event.on.includes(each));
    const begun = event.on.filter((each) => !(state.on ?? []).includes(each));
    return {
      state: { ...state, on: event.on },
      effects: [
        ...ended.map((scenario) => ({ do: 'switch', scenario, on: false }) as const),
        ...begun.map((scenario) => ({ do: 'switch', scenario, on: true }) as const),
      ],
    };
  },
  deadline: ({ lookAt }) => lookAt,
};

/** Scenarios that are on by their calendar now: outside its hours. Undefined while the time is not sure. */
export const onByCalendar = ({ scenarios, calendars }: Configuration, now: WallTime): readonly string[] | undefined => {
  if (!now.sure) return undefined;
  return scenarios.flatMap(({ id, calendar }) => {
    const hours = calendars.find((each) => each.id === calendar);
    return hours === undefined || isWithin(hours, now) ? [] : [id];
  });
};
