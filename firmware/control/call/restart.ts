import type { CallId, LegId } from '../facts.ts';
import type { Call } from './call-machine.ts';

/** What a plane that died has left of its calls, and what has to be ended now. */
export type Restart = {
  /** SIP dialogs and unanswered INVITEs: each is taken up and ended with cause `gatewayRestarted`. */
  readonly dialogs: readonly { readonly leg: LegId; readonly flow: string; readonly dialog: unknown }[];
  /** Calls that were up; their records are closed by the records' own machines. */
  readonly calls: readonly CallId[];
  /** First leg number that was not used. */
  readonly nextLeg: number;
};

/** What the SIP room keeps of a leg: a dialog, an INVITE sent, an INVITE that came. */
const KEPT = /^(?:dialog|invite|arrival)\/(leg\/\d+)$/;

/** Reads kept states (pure). Engine contexts need no list: an audit shows them, and nothing of them is wanted. */
export const planRestart = (states: ReadonlyMap<string, unknown>): Restart => {
  const dialogs: Restart['dialogs'][number][] = [];
  const calls: CallId[] = [];
  let highest = 0;
  for (const [id, state] of states) {
    highest = Math.max(highest, legNumber(id), usedBy(id, state));
    if (id.startsWith('call/')) calls.push(id as CallId);
    const leg = KEPT.exec(id)?.[1];
    const flow = leg === undefined ? undefined : flowOf(state);
    if (flow !== undefined) dialogs.push({ leg: leg as LegId, flow, dialog: state });
  }
  return { dialogs, calls, nextLeg: highest + 1 };
};

const flowOf = (dialog: unknown): string | undefined => {
  const flow = (dialog as { readonly flow?: unknown } | undefined)?.flow;
  return typeof flow === 'string' ? flow : undefined;
};

const legNumber = (id: string): number => {
  const at = id.lastIndexOf('leg/');
  const number = at < 0 ? Number.NaN : Number(id.slice(at + 'leg/'.length));
  return Number.isSafeInteger(number) ? number : 0;
};

/** A call that still hunted may have used leg numbers that no machine shows any more. */
const usedBy = (id: string, state: unknown): number => {
  if (!id.startsWith('call/')) return 0;
  const call = state as Call;
  const hunting = call.phase === 'hunting' ? call.hunt.nextLeg : 0;
  return Math.max(hunting, 'caller' in call ? legNumber(call.caller.leg) : 0);
};
