import type { LineEvent } from '../engine-protocol/events.ts';
import type { Context } from './context.ts';
import { LineTermination } from './termination/line.ts';
import { NetTermination } from './termination/net.ts';
import { RecorderTermination } from './termination/recorder.ts';
import type { Termination } from './termination/termination.ts';

/** A far end of its own, not a file. */
const isSomebody = (member: Termination): boolean =>
  member instanceof LineTermination || member instanceof NetTermination;

/** Nobody else is there to speak to or to record for: a recording that goes on is company, one that has ended is not. */
export const isAlone = (line: Termination, members: readonly Termination[]): boolean =>
  members.every(
    (member) => member === line || !(isSomebody(member) || (member instanceof RecorderTermination && !member.ended)),
  );

/**
 * Ends what records a line that was just released, when nobody else is there to be recorded. It is the engine's doing,
 * with or without a control plane: else a message would grow by the exchange's hang-up tone until control has heard.
 */
export const endRecordingsOf = (line: LineTermination, event: LineEvent, context: Context, now: number): void => {
  const sinceMs = line.releasedSinceMs(event);
  if (sinceMs === undefined || context.members.some((member) => member !== line && isSomebody(member))) return;
  for (const member of context.members) if (member instanceof RecorderTermination) member.hangUp(sinceMs, now);
};
