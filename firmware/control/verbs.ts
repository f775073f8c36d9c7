import type { Configuration } from '../config/schema.ts';
import type { Clock } from '../core/clock.ts';
import type { Log } from '../core/log.ts';
import type { Ledger } from './ledger/ledger.ts';
import { operationsOf, type Rooms, verbsOf } from './operation/catalogue.ts';
import type { Operations } from './operation/operation.ts';
import { PlaneRestarts } from './operation/plane-restarts.ts';
import type { PlaneName } from './operation/restart-plane.ts';
import type { Rehearsal } from './rehearsal.ts';
import type { PlanQuestion, Routed } from './routing/question.ts';
import type { ViewLine } from './status/status-view.ts';
import type { Trunks } from './trunk/trunks.ts';
import type { Upward } from './upward.ts';

/** The rooms behind what a person sees and can do. */
export type VerbParts = Pick<Rooms, 'testCalls' | 'shelf' | 'scenarios'> & {
  readonly clock: Clock;
  readonly log: Log;
  readonly trunks: Trunks;
  readonly upward: Upward;
  readonly rehearsal: Rehearsal;
  readonly ledger: Ledger;
  /** What a real call would ask of routing now. */
  readonly question: (offer: Routed) => PlanQuestion;
  readonly configuration: () => Configuration;
  /** Emergency numbers in every way in which they may be dialled here. */
  readonly emergency: () => readonly string[];
  /** Asks the supervisor; left out where there is none. */
  readonly restart?: (plane: PlaneName) => void;
};

/** What a person can do, as every face shows it. */
export const verbs = (parts: VerbParts): Operations => {
  const { clock, log, upward, emergency, restart } = parts;
  const restarts = new PlaneRestarts({
    clock,
    dialled: () => upward.view().calls.map((call) => call.dialled),
    emergency,
    ...(restart === undefined ? {} : { ask: restart }),
  });
  upward.onChange(() => restarts.look());
  return operationsOf(verbsOf(roomsOf(parts, restarts)), { clock, log });
};

const roomsOf = (parts: VerbParts, restarts: PlaneRestarts): Rooms => {
  const { trunks, upward, configuration, testCalls, shelf, emergency } = parts;
  return {
    testCalls,
    shelf,
    scenarios: parts.scenarios,
    emergency,
    question: parts.question,
    configuration,
    drills: parts.rehearsal.drills,
    drillSettings: () => configuration().drill,
    proof: parts.rehearsal.proof,
    toll: {
      closed: () => parts.ledger.closed,
      open: (line, numberClass, by) => parts.ledger.openClass(line, numberClass, by),
    },
    codes: {
      locked: () => parts.ledger.lockedCodes,
      unlock: (line, by) => parts.ledger.unlockCodes(line, by),
    },
    accounts: () => configuration().accounts.map(({ id }) => id),
    trunks: {
      ids: () => trunks.shown().map(({ id }) => id),
      block: (id, by, minutes) => trunks.block(id, by, minutes),
      unblock: (id, by) => trunks.unblock(id, by),
      callsUp: (id) => trunks.shown().find((trunk) => trunk.id === id)?.callsUp ?? 0,
      analyse: (trunk, account) => trunks.analyse(trunk, account),
    },
    planes: restarts.rooms,
    alarms: {
      list: () => upward.alarms(),
      acknowledge: (alarm, by) => upward.state({ fact: 'alarmAcknowledged', alarm, by }),
    },
  };
};

/** Name and lines of the box, as the status shows them. */
export const shownOf = ({
  system,
  cards,
  lines,
}: Configuration): { readonly name: string; readonly lines: readonly ViewLine[] } => ({
  name: system.name,
  lines: lines.map(({ id, kind, card, port, extension, enabled }) => {
    const simulated = cards.find((each) => each.id === card)?.driver === 'simulated';
    return { line: id, kind, card, port, extension, enabled, simulated };
  }),
});
