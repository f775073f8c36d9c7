import type { CallId, Fact, Party, Target } from '../facts.ts';

/** What is, folded from facts; plain data, written to `/run` and shown as it is. Times are wall times in ms since 1970. */
export type LiveStatus = {
  readonly trunks: Readonly<Record<string, LiveTrunk>>;
  /** By `trunk/account`. `sentence` is empty while registered. */
  readonly registrations: Readonly<Record<string, { readonly registered: boolean; readonly sentence: string }>>;
  readonly ports: Readonly<Record<string, { readonly inService: boolean; readonly cause: string }>>;
  readonly calls: Readonly<Record<CallId, LiveCall>>;
  /** Messages by mailbox (FXS line id). */
  readonly mailboxes: Readonly<Record<string, { readonly waiting: number; readonly kept: number }>>;
  readonly engine: 'in service' | 'lost';
  /** The failover drill that is under way. */
  readonly drill?: LiveDrill;
};
export type LiveDrill = {
  readonly trunk: string;
  readonly by: string;
  readonly since: number;
  readonly steps: readonly { readonly is: 'noticed' | 'called' | 'freed'; readonly words: string }[];
};
export type LiveTrunk = { readonly is: 'up' | 'suspect' | 'down'; readonly why: string; readonly since: number };
export type LiveCall = {
  readonly from: Party;
  readonly dialled: string;
  readonly is: 'calling' | 'alerting' | 'talking';
  readonly since: number;
  /** Attempts that are under way, the newest last; once it is answered only that one. */
  readonly ways: readonly { readonly attempt: string; readonly target: Target; readonly rings: boolean }[];
};

export const emptyStatus: LiveStatus = {
  trunks: {},
  registrations: {},
  ports: {},
  calls: {},
  mailboxes: {},
  engine: 'in service',
};

const trunkWords = { trunkUp: 'up', trunkSuspect: 'suspect', trunkDown: 'down' } as const;

const without = (calls: LiveStatus['calls'], gone: CallId): LiveStatus['calls'] => {
  const { [gone]: _ended, ...rest } = calls;
  return rest;
};

type OfACall = Extract<Fact, { readonly call: CallId }>;

/** A call that is up after one more fact of it. */
const callAfter = (call: LiveCall, fact: OfACall): LiveCall => {
  switch (fact.fact) {
    case 'attemptBegan':
      return { ...call, ways: [...call.ways, { attempt: fact.attempt, target: fact.target, rings: false }] };
    case 'attemptEnded':
      return { ...call, ways: call.ways.filter(({ attempt }) => attempt !== fact.attempt) };
    case 'callAlerting': {
      const ways = call.ways.map((way) => (way.attempt === fact.attempt ? { ...way, rings: true } : way));
      return { ...call, is: call.is === 'talking' ? 'talking' : 'alerting', ways };
    }
    case 'callDialledOn':
      return { ...call, dialled: fact.dialled };
    case 'callAnswered':
      return { ...call, is: 'talking', ways: [{ attempt: fact.attempt, target: fact.target, rings: false }] };
    default:
      return call;
  }
};

const callsAfter = (calls: LiveStatus['calls'], fact: OfACall, wall: number): LiveStatus['calls'] => {
  if (fact.fact === 'callEnded') return without(calls, fact.call);
  if (fact.fact === 'callBegan') {
    const { from, dialled } = fact;
    return { ...calls, [fact.call]: { from, dialled, is: 'calling', since: wall, ways: [] } };
  }
  const known = calls[fact.call];
  const next = known && callAfter(known, fact);
  return next === known || next === undefined ? calls : { ...calls, [fact.call]: next };
};

/** The status with a call that goes on from before this plane began: none of its facts comes again. */
export const statusWithCall = (status: LiveStatus, id: CallId, call: LiveCall): LiveStatus => ({
  ...status,
  calls: { ...status.calls, [id]: call },
});

/** The status after one more fact, which came at `wall` (ms since 1970); the same object where it changes nothing. */
export const statusAfter = (status: LiveStatus, fact: Fact, wall: number): LiveStatus => {
  if ('call' in fact) {
    const calls = callsAfter(status.calls, fact, wall);
    return calls === status.calls ? status : { ...status, calls };
  }
  switch (fact.fact) {
    case 'trunkUp':
    case 'trunkSuspect':
    case 'trunkDown': {
      const trunk: LiveTrunk = { is: trunkWords[fact.fact], why: fact.why, since: wall };
      return { ...status, trunks: { ...status.trunks, [fact.trunk]: trunk } };
    }
    case 'registered':
    case 'registrationFailed': {
      const registered = fact.fact === 'registered';
      const entry = { registered, sentence: fact.fact === 'registered' ? '' : fact.sentence };
      return { ...status, registrations: { ...status.registrations, [`${fact.trunk}/${fact.account}`]: entry } };
    }
    case 'portIn':
    case 'portOut': {
      const entry = { inService: fact.fact === 'portIn', cause: fact.cause };
      return { ...status, ports: { ...status.ports, [fact.line]: entry } };
    }
    case 'mailboxCounted': {
      const { waiting, kept } = fact;
      return { ...status, mailboxes: { ...status.mailboxes, [fact.mailbox]: { waiting, kept } } };
    }
    case 'engineLost':
    case 'engineBack':
      return { ...status, engine: fact.fact === 'engineLost' ? 'lost' : 'in service' };
    default:
      return drillAfter(status, fact, wall);
  }
};

/** What the settings know, by the keys of the status. */
export type KnownParts = Readonly<Record<'trunks' | 'registrations' | 'ports' | 'mailboxes', readonly string[]>>;

/** The status without what was taken out of the settings; the same object where that is nothing. */
export const statusAbout = (status: LiveStatus, known: KnownParts): LiveStatus => {
  const parts = ['trunks', 'registrations', 'ports', 'mailboxes'] as const;
  const lost = parts.filter((part) => Object.keys(status[part]).some((key) => !known[part].includes(key)));
  const kept = lost.map((part) => {
    const entries = Object.entries(status[part]).filter(([key]) => known[part].includes(key));
    return [part, Object.fromEntries(entries)] as const;
  });
  return lost.length === 0 ? status : { ...status, ...Object.fromEntries(kept) };
};

const drillAfter = (status: LiveStatus, fact: Fact, wall: number): LiveStatus => {
  const { drill, ...rest } = status;
  switch (fact.fact) {
    case 'drillBegan':
      return { ...rest, drill: { trunk: fact.trunk, by: fact.by, since: wall, steps: [] } };
    case 'drillStepped': {
      if (drill === undefined) return status;
      return { ...rest, drill: { ...drill, steps: [...drill.steps, { is: fact.step, words: fact.why }] } };
    }
    case 'drillEnded':
      return rest;
    default:
      return status;
  }
};
