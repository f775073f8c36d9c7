import type { CallId, Fact, Party } from '../facts.ts';

/** What is, folded from facts; plain data, written to `/run` and shown as it is. */
export type LiveStatus = {
  readonly trunks: Readonly<Record<string, { readonly is: 'up' | 'suspect' | 'down'; readonly why: string }>>;
  /** By `trunk/account`. `sentence` is empty while registered. */
  readonly registrations: Readonly<Record<string, { readonly registered: boolean; readonly sentence: string }>>;
  readonly ports: Readonly<Record<string, { readonly inService: boolean; readonly cause: string }>>;
  readonly calls: Readonly<Record<CallId, LiveCall>>;
  readonly engine: 'in service' | 'lost';
};
export type LiveCall = {
  readonly from: Party;
  readonly dialled: string;
  readonly is: 'calling' | 'alerting' | 'talking';
};

export const emptyStatus: LiveStatus = { trunks: {}, registrations: {}, ports: {}, calls: {}, engine: 'in service' };

const trunkWords = { trunkUp: 'up', trunkSuspect: 'suspect', trunkDown: 'down' } as const;

const withCall = (status: LiveStatus, call: CallId, is: LiveCall['is']): LiveStatus => {
  const known = status.calls[call];
  return known ? { ...status, calls: { ...status.calls, [call]: { ...known, is } } } : status;
};

const without = (calls: LiveStatus['calls'], gone: CallId): LiveStatus['calls'] => {
  const { [gone]: _ended, ...rest } = calls;
  return rest;
};

/** The status after one more fact; the same object where the fact changes nothing. */
export const statusAfter = (status: LiveStatus, fact: Fact): LiveStatus => {
  switch (fact.fact) {
    case 'trunkUp':
    case 'trunkSuspect':
    case 'trunkDown':
      return { ...status, trunks: { ...status.trunks, [fact.trunk]: { is: trunkWords[fact.fact], why: fact.why } } };
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
    case 'callBegan': {
      const call: LiveCall = { from: fact.from, dialled: fact.dialled, is: 'calling' };
      return { ...status, calls: { ...status.calls, [fact.call]: call } };
    }
    case 'callAlerting':
      return withCall(status, fact.call, 'alerting');
    case 'callAnswered':
      return withCall(status, fact.call, 'talking');
    case 'callEnded':
      return { ...status, calls: without(status.calls, fact.call) };
    case 'engineLost':
    case 'engineBack':
      return { ...status, engine: fact.fact === 'engineLost' ? 'lost' : 'in service' };
    default:
      return status;
  }
};
