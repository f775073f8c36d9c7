import { argument, operationArguments } from '../../config/arguments.ts';
import { counted, done, type Ended, failed, type Verb } from './verb.ts';

export type PlaneName = 'control' | 'engine';

export type PlaneRooms = {
  readonly planes: {
    /** Asks whoever started this plane; false: nobody did, so nobody can be asked. Done soon after the answer. */
    restart(plane: PlaneName): boolean;
    /** The same when no call is up any more; the last ask counts. False as above. */
    restartWhenIdle(plane: PlaneName): boolean;
    callsUp(): number;
    emergencyUp(): boolean;
  };
};

const args = operationArguments({
  plane: argument.choice({
    title: 'What',
    help: 'engine: lines and audio; control: signalling, settings and this page.',
    of: ['control', 'engine'],
    default: 'control',
  }),
  whenIdle: argument.flag({
    title: 'When no call is up',
    help: 'On: waits until the last call has ended. Off: now, and calls end.',
    default: true,
  }),
});

const names = { control: 'control plane', engine: 'media engine' } as const;
const away = {
  control: 'This page answers again within a few seconds, and softswitches are registered with anew.',
  engine: 'Lines are silent for about a second.',
} as const;

const unable = (): Ended => failed('Nothing supervises this plane here, so it cannot be restarted from the page.');

/** Ends one plane in order and starts it again. */
export const restartPlane = ({ planes }: PlaneRooms): Verb<{ plane: PlaneName; whenIdle: boolean }> => ({
  name: 'restart-plane',
  title: 'Restart a plane',
  help: 'Ends the control plane or the media engine in order and starts it again. Never during an emergency call.',
  arguments: args,
  deadlineMs: 5_000,
  disturbs: true,
  run({ plane, whenIdle }) {
    if (planes.emergencyUp()) {
      return failed('An emergency call is up: nothing is restarted now. Ask again when it has ended.');
    }
    const calls = planes.callsUp();
    const waits = whenIdle && calls > 0;
    const asked = waits ? planes.restartWhenIdle(plane) : planes.restart(plane);
    if (!asked) return unable();
    return done(sentenceOf(plane, calls, waits), { plane, waits, callsUp: calls });
  },
});

const sentenceOf = (plane: PlaneName, calls: number, waits: boolean): string => {
  const up = counted(calls, 'call');
  if (waits) {
    const they = calls === 1 ? 'it has' : 'they have';
    return `The ${names[plane]} restarts when ${they} ended: ${up} up now. ${away[plane]}`;
  }
  const end = calls === 0 ? 'No call is up.' : `${up} ${calls === 1 ? 'ends' : 'end'} with it.`;
  return `The ${names[plane]} restarts now. ${end} ${away[plane]}`;
};
