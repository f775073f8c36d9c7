import { argument, operationArguments } from '../../config/arguments.ts';
import type { Alarm } from '../status/alarm.ts';
import { alarmCatalogue } from '../status/alarm-catalogue.ts';
import { done, failed, refusedAt, type Verb } from './verb.ts';

export type AlarmRooms = {
  readonly alarms: { list(): readonly Alarm[]; acknowledge(id: string, by: string): void };
};

/** Takes away an alarm of what happened, once it was read. */
export const acknowledgeAlarm = ({ alarms }: AlarmRooms): Verb<{ alarm: string }> => ({
  name: 'acknowledge-alarm',
  title: 'Acknowledge an alarm',
  help: 'An alarm of something that happened goes away; one of something that still is ends with its cause.',
  arguments: operationArguments({
    alarm: argument.text({ title: 'Alarm', help: 'As the list names it.', min: 1, max: 200 }),
  }),
  deadlineMs: 5_000,
  disturbs: false,
  run({ alarm: id }, by) {
    const alarm = alarms.list().find((each) => each.id === id);
    if (alarm === undefined) return refusedAt('alarm', 'must be an alarm that stands', 'Load the list again.');
    if (!alarmCatalogue[alarm.kind].happened) {
      return failed(`This alarm ends by itself when its cause is gone. ${alarm.remedy}`);
    }
    alarms.acknowledge(id, by);
    return done('The alarm is acknowledged.', { alarm: id });
  },
});
