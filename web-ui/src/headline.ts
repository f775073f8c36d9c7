import type { PortView, StatusView, TrunkView } from '../../firmware/control/status/view.ts';
import { fullName } from './port-name.ts';
import type { Key, Words } from './t.ts';

/** How well something is: shown by icon, word and colour. */
export type Mood = 'good' | 'warn' | 'bad' | 'none';
export type Headline = { readonly mood: Mood; readonly text: Key; readonly words: Words };

/** A person or the settings keep calls from it. */
const isShut = ({ blocked, lock }: TrunkView): boolean => blocked !== undefined || lock !== undefined;

/** A new call would be sent there. */
const takesCalls = (trunk: TrunkView): boolean => !isShut(trunk) && answers(trunk);
const answers = ({ health }: TrunkView): boolean => health === 'up' || health === 'unproven' || health === 'suspect';

const line = (mood: Mood, text: Key, words: Words = {}): Headline => ({ mood, text, words });

const serves = ({ is }: PortView): boolean => is !== 'out of service' && is !== 'no line';

/** Softswitches are there and none is in order: one that has just come back takes calls all the same, or what is left. */
const alone = ({ ports }: StatusView, trunks: readonly TrunkView[]): Headline => {
  const back = trunks.find((trunk) => trunk.health === 'returning' && !isShut(trunk));
  if (back) return line('warn', 'headline.returning', { trunk: back.id });
  const exchange = ports.some((port) => port.kind === 'fxo' && serves(port));
  const blocked = trunks.every(isShut);
  if (blocked) return line('bad', exchange ? 'headline.allBlockedExchange' : 'headline.allBlocked');
  return line('bad', exchange ? 'headline.noneExchange' : 'headline.none');
};

const notTaking = (trunk: TrunkView, way: TrunkView): Headline => {
  const words = { trunk: trunk.id, way: way.id };
  const first = trunk.priority < way.priority;
  if (isShut(trunk)) return line('warn', first ? 'headline.overBlocked' : 'headline.spareBlocked', words);
  if (trunk.health === 'held') return line('warn', first ? 'headline.overHeld' : 'headline.spareHeld', words);
  if (trunk.health === 'returning')
    return line('warn', first ? 'headline.overReturning' : 'headline.spareReturning', words);
  return line('warn', first ? 'headline.over' : 'headline.spareDown', words);
};

const troubleOfTrunks = (trunks: readonly TrunkView[], way: TrunkView): Headline | undefined => {
  const out = trunks.find((trunk) => !takesCalls(trunk));
  if (out) return notTaking(out, way);
  const unregistered = trunks.find(({ registrations }) => registrations.some(({ registered }) => !registered));
  if (unregistered) return line('warn', 'headline.unregistered', { trunk: unregistered.id });
  const suspect = trunks.find(({ health }) => health === 'suspect');
  return suspect && line('warn', 'headline.suspect', { trunk: suspect.id });
};

/** The one sentence over everything: does it work, and if not, what goes where. */
export const headlineOf = (status: StatusView): Headline => {
  if (status.engine === 'lost') return line('bad', 'headline.engineLost');
  if (status.trunks.length === 0) return line('none', 'headline.noTrunk');
  const trunks = [...status.trunks].sort((one, other) => one.priority - other.priority);
  const way = trunks.find(takesCalls);
  if (!way) return alone(status, trunks);
  const trouble = troubleOfTrunks(trunks, way);
  if (trouble) return trouble;
  const port = status.ports.find((each) => !serves(each));
  if (port)
    return line('warn', port.is === 'no line' ? 'headline.noLine' : 'headline.portOut', { port: fullName(port) });
  return line('good', 'headline.good');
};
