import type { Fact } from '../facts.ts';
import { type AlarmKind, type AlarmRow, alarmCatalogue } from './alarm-catalogue.ts';

/** One alarm as a person sees it. `id` is its kind and what it is about: the same trouble is one alarm. */
export type Alarm = {
  readonly id: string;
  readonly kind: AlarmKind;
  readonly severity: AlarmRow['severity'];
  readonly text: string;
  readonly cause: string;
  readonly remedy: string;
  /** Wall time in milliseconds since 1970 at which it was first raised. */
  readonly since: number;
};
export type Alarms = Readonly<Record<string, Alarm>>;

const raise = (alarms: Alarms, kind: AlarmKind, what: string, cause: string, wall: number): Alarms => {
  const id = what === '' ? kind : `${kind}/${what}`;
  const { severity, text, remedy } = alarmCatalogue[kind];
  const since = alarms[id]?.since ?? wall;
  return { ...alarms, [id]: { id, kind, severity, text: text(what), cause, remedy, since } };
};

const clear = (alarms: Alarms, ...ids: string[]): Alarms =>
  ids.some((id) => id in alarms)
    ? Object.fromEntries(Object.entries(alarms).filter(([id]) => !ids.includes(id)))
    : alarms;

/**
 * The alarms that stand after one more fact. `wall`: milliseconds since 1970. One of two registrations lost is an
 * alarm at once (U1), although calls still arrive over the other.
 */
export const alarmsAfter = (alarms: Alarms, fact: Fact, wall: number): Alarms => {
  switch (fact.fact) {
    case 'trunkDown':
      return raise(alarms, 'trunkDown', fact.trunk, fact.why, wall);
    case 'trunkUp':
      return clear(alarms, `trunkDown/${fact.trunk}`);
    case 'registrationFailed': {
      const what = `${fact.trunk}/${fact.account}`;
      const wrong = fact.cause === 'wrongPassword';
      const other = `${wrong ? 'registrationLost' : 'wrongPassword'}/${what}`;
      return raise(clear(alarms, other), wrong ? 'wrongPassword' : 'registrationLost', what, fact.sentence, wall);
    }
    case 'registered': {
      const what = `${fact.trunk}/${fact.account}`;
      return clear(alarms, `registrationLost/${what}`, `wrongPassword/${what}`);
    }
    case 'portOut':
      return raise(alarms, 'lineOut', fact.line, fact.cause, wall);
    case 'portIn':
      return clear(alarms, `lineOut/${fact.line}`);
    case 'engineLost':
      return raise(alarms, 'engineRestarted', '', fact.why, wall);
    case 'controlRestarted':
      return raise(alarms, 'controlRestarted', '', `${fact.callsEnded} calls were ended`, wall);
    default:
      return alarms;
  }
};
