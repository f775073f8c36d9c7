import { keepState } from '../../../core/kept-state.ts';
import type { LegId } from '../../facts.ts';
import type { FlowId } from '../face.ts';
import { type Dialog, isDialog } from './dialog.ts';
import { adoptAnswered, adoptIncoming } from './incoming.ts';
import { isAcked, isArrival, isInvite, isRequest, KEPT, type Kept } from './kept.ts';
import { adoptAcknowledged, adoptOutgoing } from './outgoing.ts';
import { adoptReoffer } from './reoffer.ts';
import { adoptBye, type Room } from './room.ts';
import type { Session } from './sessions.ts';

type Waiting = { readonly flow: FlowId; readonly kept: Kept; readonly asked: (() => void)[] };

/** What a plane before us left for legs whose flow is not open yet, and what was asked of those legs meanwhile. */
export class LeftLegs {
  readonly #room: Room;
  readonly #waiting = new Map<LegId, Waiting>();

  constructor(room: Room) {
    this.#room = room;
  }

  /** Legs whose flow is not open yet. */
  get size(): number {
    return this.#waiting.size;
  }

  /** Takes it up as soon as its flow is open; false if it cannot be read. */
  add(leg: LegId, kept: Kept): boolean {
    const { runner, transports } = this.#room;
    const flow = flowOfKept(kept);
    if (flow === undefined) return false;
    this.#waiting.set(leg, { flow, kept, asked: [] });
    runner.cascade(() => {
      // Until then it is ours to keep: we may die as well.
      for (const kind of KEPT) if (kept[kind] !== undefined) keepState(runner, `${kind}/${leg}`, kept[kind]);
      if (transports.flow(flow)) this.takeUp(flow);
    });
    return true;
  }

  /** The flow is open: what was left for its legs goes on, and then what was asked of them meanwhile. */
  takeUp(flow: FlowId): void {
    for (const [leg, waiting] of this.#waiting) {
      if (waiting.flow !== flow) continue;
      this.#waiting.delete(leg);
      adopt(this.#room, leg, waiting.kept);
      for (const ask of waiting.asked) ask();
    }
  }

  /** Does it for the leg now, or when what was left for it has been taken up. */
  when(leg: LegId, work: () => void): void {
    const waiting = this.#waiting.get(leg);
    if (waiting) waiting.asked.push(work);
    else this.#room.runner.cascade(work);
  }
}

/** The flow of what was left for a leg; `undefined` if it cannot be read. */
const flowOfKept = ({ invite, arrival, dialog }: Kept): FlowId | undefined => {
  if (isInvite(invite)) return invite.flow;
  if (isArrival(arrival)) return arrival.flow;
  return isDialog(dialog) ? dialog.flow : undefined;
};

/** Takes up what was left for a leg; its flow is open. */
const adopt = (room: Room, leg: LegId, kept: Kept): void => {
  if (isInvite(kept.invite)) adoptOutgoing(room, leg, kept.invite);
  else if (isArrival(kept.arrival)) adoptIncoming(room, leg, kept.arrival);
  else if (isDialog(kept.dialog)) adoptDialog(room, leg, kept.dialog, kept);
};

const adoptDialog = (room: Room, leg: LegId, dialog: Dialog, { answered, acked, request }: Kept): void => {
  const { flow, callId, localTag, placed } = dialog;
  const session: Session = { leg, flow, callId, localTag, placed, early: new Map(), ending: false };
  room.sessions.add(session);
  room.sessions.setDialog(session, dialog);
  if (isArrival(answered)) adoptAnswered(room, session, answered);
  if (isAcked(acked) && acked.until > room.runner.now()) adoptAcknowledged(room, session, dialog, acked);
  if (!isRequest(request)) return;
  if (request.method === 'BYE') adoptBye(room, session, request);
  else adoptReoffer(room, session, request);
};
