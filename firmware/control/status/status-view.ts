import { timeWords } from '../../core/time-words.ts';
import type { Target } from '../facts.ts';
import type { Alarm } from './alarm.ts';
import type { PortState } from './port-state.ts';
import type { LiveCall, LiveDrill, LiveStatus, LiveTrunk } from './snapshot.ts';
import type { CallView, DrillView, PortView, StatusView, TrunkView } from './view.ts';

/** A line of the settings. */
export type ViewLine = Pick<PortView, 'line' | 'kind' | 'card' | 'port' | 'extension' | 'simulated'> & {
  readonly enabled: boolean;
};

/** A softswitch as routing sees it, with where it is; `trouble`: why there is no way to it, empty where there is. */
export type ViewTrunk = Pick<
  TrunkView,
  'id' | 'host' | 'transport' | 'priority' | 'health' | 'callsUp' | 'callLimit' | 'blocked' | 'lock'
> & { readonly trouble: string };

export type ViewRegistration = {
  readonly trunk: string;
  readonly account: string;
  readonly bound: boolean;
  readonly sentence?: string;
};

/** All that a view is made of. */
export type ViewInputs = {
  /** Wall time, ms since 1970. */
  readonly at: number;
  readonly box: StatusView['box'];
  readonly live: LiveStatus;
  readonly lines: readonly ViewLine[];
  readonly ports: readonly PortState[];
  readonly trunks: readonly ViewTrunk[];
  readonly registrations: readonly ViewRegistration[];
  readonly alarms: readonly Alarm[];
  readonly scenario?: StatusView['scenario'];
  readonly figures?: (trunk: string) => TrunkView['figures'];
};

/** What a person sees of all this (pure). */
export const statusView = (inputs: ViewInputs): StatusView => ({
  at: inputs.at,
  box: inputs.box,
  engine: inputs.live.engine,
  ports: inputs.lines.map((line) => portView(line, inputs)),
  trunks: inputs.trunks.map((trunk) => trunkView(trunk, inputs)),
  calls: Object.entries(inputs.live.calls).map(([call, live]) => callView(call as CallView['call'], live, inputs.at)),
  alarms: inputs.alarms,
  ...(inputs.scenario === undefined ? {} : { scenario: inputs.scenario }),
  ...(inputs.live.drill === undefined ? {} : { drill: drillView(inputs.live.drill, inputs.at) }),
});

const drillView = ({ trunk, by, since, steps }: LiveDrill, at: number): DrillView => {
  const forS = Math.max(0, Math.floor((at - since) / 1000));
  return { trunk, by, forS, steps };
};

// ── ports ───────────────────────────────────────────────────────────────────────────────────────

const portView = (line: ViewLine, inputs: ViewInputs): PortView => {
  const { enabled, ...shown } = line;
  const waiting = inputs.live.mailboxes[line.line]?.waiting ?? 0;
  return { ...shown, ...(enabled ? portIs(line, inputs) : switchedOff), waiting };
};

type PortWord = Pick<PortView, 'is' | 'cause'>;

const switchedOff: PortWord = { is: 'out of service', cause: 'it is switched off in the settings' };
const word = (is: PortView['is']): PortWord => ({ is, cause: '' });

const portIs = ({ line }: ViewLine, { live, ports }: ViewInputs): PortWord => {
  const state = ports.find(({ id }) => id === line);
  const said = live.ports[line];
  if (live.engine === 'lost') return { is: 'out of service', cause: 'the media engine is starting' };
  if (state === undefined || !state.available) {
    return { is: 'out of service', cause: said?.inService === false ? said.cause : 'it is not ready yet' };
  }
  if (!state.present) return { is: 'no line', cause: 'no battery of the exchange: nothing is plugged in' };
  if (isTalking(line, live)) return word('in a call');
  if (state.ringing || isRung(line, live)) return word('ringing');
  if (!state.offHook) return word('idle');
  return word(state.kind === 'fxs' ? 'off hook' : 'in a call');
};

const isAt = (line: string, { kind, id }: { readonly kind: string; readonly id: string }): boolean =>
  (kind === 'phone' || kind === 'line') && id === line;

const isTalking = (line: string, { calls }: LiveStatus): boolean =>
  Object.values(calls).some(
    ({ is, from, ways }) => is === 'talking' && (isAt(line, from) || ways.some(({ target }) => isAt(line, target))),
  );

const isRung = (line: string, { calls }: LiveStatus): boolean =>
  Object.values(calls).some(({ ways }) => ways.some(({ target, rings }) => rings && isAt(line, target)));

// ── softswitches ────────────────────────────────────────────────────────────────────────────────

const trunkView = (trunk: ViewTrunk, inputs: ViewInputs): TrunkView => {
  const { trouble, ...shown } = trunk;
  const registrations = inputs.registrations
    .filter((each) => each.trunk === trunk.id)
    .map(({ account, bound, sentence = '' }) => ({
      account,
      registered: bound,
      sentence: bound ? '' : sentence,
    }));
  const figures = inputs.figures?.(trunk.id);
  return {
    ...shown,
    ...(figures === undefined ? {} : { figures }),
    why: trunkWhy(trouble, trunk.health, inputs.live.trunks[trunk.id], inputs.at),
    registrations,
  };
};

/** Since when and why, in words. */
const trunkWhy = (trouble: string, health: TrunkView['health'], live: LiveTrunk | undefined, at: number): string => {
  if (trouble !== '') return trouble;
  if (live === undefined || health === 'unproven') return 'nothing was heard of it yet';
  return `since ${timeWords(live.since, at)}: ${live.why}`;
};

// ── calls ───────────────────────────────────────────────────────────────────────────────────────

const callView = (call: CallView['call'], live: LiveCall, at: number): CallView => {
  const { from, dialled, is, since } = live;
  const to = goesTo(live);
  // the wall clock may be set while a call is up
  const forS = Math.max(0, Math.floor((at - since) / 1000));
  return { call, from, dialled, is, ...(to === undefined ? {} : { to }), forS };
};

/** What rings or talks, else what was tried last. */
const goesTo = ({ ways }: LiveCall): Target | undefined => (ways.find(({ rings }) => rings) ?? ways.at(-1))?.target;
