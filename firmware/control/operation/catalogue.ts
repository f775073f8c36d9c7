import type { Clock } from '../../core/clock.ts';
import { GatewayError, wordsOf } from '../../core/error.ts';
import type { Log } from '../../core/log.ts';
import { after } from '../../core/machine.ts';
import { type AlarmRooms, acknowledgeAlarm } from './acknowledge-alarm.ts';
import { type AnalyseRooms, analyseRegistration } from './analyse-registration.ts';
import { analyseRoute, type RouteRooms } from './analyse-route.ts';
import { type BlockRooms, blockTrunk } from './block-trunk.ts';
import { deleteMessage } from './delete-message.ts';
import { type DrillRooms, drill } from './drill.ts';
import { keepMessage } from './keep-message.ts';
import type { ShelfRooms } from './message-rooms.ts';
import { openClass, type TollRooms } from './open-class.ts';
import type { OperationInfo, OperationOutcome, Operations } from './operation.ts';
import { type ProofRooms, proveNumbers } from './prove-numbers.ts';
import { type PlaneRooms, restartPlane } from './restart-plane.ts';
import type { ScenariosRoom } from './scenario-rooms.ts';
import { stepBackScenario } from './step-back-scenario.ts';
import { switchScenario } from './switch-scenario.ts';
import { type TestCallRooms, testCall } from './test-call.ts';
import { unblockTrunk } from './unblock-trunk.ts';
import { type CodeRooms, unlockCodes } from './unlock-codes.ts';
import { unlockMailbox } from './unlock-mailbox.ts';
import { failed, type Verb } from './verb.ts';

// biome-ignore lint/suspicious/noExplicitAny: a list of verbs, each with arguments of its own
type AnyVerb = Verb<any>;

/** All that the verbs work with. */
export type Rooms = TestCallRooms &
  BlockRooms &
  AnalyseRooms &
  PlaneRooms &
  ShelfRooms &
  AlarmRooms &
  RouteRooms &
  DrillRooms &
  TollRooms &
  CodeRooms &
  ProofRooms &
  ScenariosRoom;

/** Every verb there is, in the order in which a person is shown them. */
export const verbsOf = (rooms: Rooms): readonly AnyVerb[] => [
  analyseRoute(rooms),
  drill(rooms),
  testCall(rooms),
  proveNumbers(rooms),
  analyseRegistration(rooms),
  blockTrunk(rooms),
  unblockTrunk(rooms),
  openClass(rooms),
  unlockCodes(rooms),
  switchScenario(rooms),
  stepBackScenario(rooms),
  restartPlane(rooms),
  keepMessage(rooms),
  deleteMessage(rooms),
  unlockMailbox(rooms),
  acknowledgeAlarm(rooms),
];

export type CatalogueTools = { readonly clock: Clock; readonly log: Log };

const infoOf = ({ name, title, help, deadlineMs, disturbs, arguments: { described } }: AnyVerb): OperationInfo => ({
  name,
  title,
  help,
  arguments: described,
  deadlineMs,
  disturbs,
});

/** All verbs behind one door: arguments are judged, the deadline is kept, and whatever happens is an outcome. */
export const operationsOf = (verbs: readonly AnyVerb[], { clock, log }: CatalogueTools): Operations => {
  const byName = new Map(verbs.map((verb) => [verb.name, verb]));
  return {
    infos: verbs.map(infoOf),
    async run(name, args, by) {
      const verb = byName.get(name);
      if (verb === undefined) return { is: 'unknown' };
      const parsed = verb.arguments.parse(args);
      if (!parsed.ok) return { is: 'refused', refused: parsed.refused };
      const outcome = await withDeadline(verb, clock, () => verb.run(parsed.value, by));
      log.info({ operation: name, by, is: outcome.is }, `${by} asked for ${name}: ${outcomeWords(outcome)}`);
      return outcome;
    },
  };
};

const outcomeWords = (outcome: OperationOutcome): string =>
  'sentence' in outcome ? outcome.sentence : outcome.is === 'refused' ? 'refused' : 'no such operation';

const withDeadline = (verb: AnyVerb, clock: Clock, work: () => ReturnType<AnyVerb['run']>): Promise<OperationOutcome> =>
  new Promise((resolve) => {
    const { title, deadlineMs } = verb;
    const cancel = clock.at(after(clock.now(), deadlineMs), () =>
      resolve(failed(`${title} did not end within ${deadlineMs / 1000} s. It may still come to its end.`)),
    );
    const end = (outcome: OperationOutcome): void => {
      cancel();
      resolve(outcome);
    };
    // a verb may throw before it has made a promise
    new Promise<OperationOutcome>((run) => run(work())).then(end, (error: unknown) => end(failed(failureWords(error))));
  });

const failureWords = (error: unknown): string => {
  const words = error instanceof GatewayError ? error.detail : wordsOf(error);
  return `${words.charAt(0).toUpperCase()}${words.slice(1)}${words.endsWith('.') ? '' : '.'}`;
};
