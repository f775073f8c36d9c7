import type { Alarm, Alarms } from './alarm.ts';
import { type AlarmKind, alarmCatalogue } from './alarm-catalogue.ts';

/** The machine that holds the alarms that stand: a plane after us goes on with them. */
export const ALARMS = 'status/alarms';

/** By the alarm's id; all else of it follows from that. */
export type KeptAlarms = Readonly<Record<string, Pick<Alarm, 'cause' | 'since'>>>;

export const keptOf = (alarms: Alarms): KeptAlarms =>
  Object.fromEntries(Object.values(alarms).map(({ id, cause, since }) => [id, { cause, since }]));

/** The alarms that stood when the plane before us ended; what is damaged or of a kind that is gone is left out. */
export const carriedAlarms = (states: ReadonlyMap<string, unknown>): Alarms => {
  const kept = (states.get(ALARMS) ?? {}) as Partial<Record<string, Partial<Alarm>>>;
  return Object.fromEntries(Object.entries(kept).flatMap(([id, each]) => carried(id, each)));
};

const carried = (id: string, kept: Partial<Alarm> | null | undefined): readonly [string, Alarm][] => {
  const { cause, since } = kept ?? {};
  const [kind = '', ...rest] = id.split('/');
  if (!Object.hasOwn(alarmCatalogue, kind) || typeof cause !== 'string' || typeof since !== 'number') return [];
  const { severity, text, remedy, happened } = alarmCatalogue[kind as AlarmKind];
  return [[id, { id, kind: kind as AlarmKind, severity, text: text(rest.join('/')), cause, remedy, happened, since }]];
};

/** A new plane looks at these anew, and says again what is still so. */
const LOOKED_AT: ReadonlySet<AlarmKind> = new Set<AlarmKind>([
  ...(['trunkDown', 'trunkHeld', 'pathDown', 'registrationLost', 'wrongPassword', 'lineOut', 'trunkLocked'] as const),
  ...(['mailboxFull', 'pageOut', 'ownSentenceUnusable', 'holidaysMissing', 'longCall', 'drillOverdue'] as const),
]);

/** Those of carried alarms that have to be raised again, or their cause has ended while nobody looked. */
export const toConfirm = (alarms: Alarms): ReadonlySet<string> =>
  new Set(Object.values(alarms).flatMap(({ id, kind }) => (LOOKED_AT.has(kind) ? [id] : [])));
