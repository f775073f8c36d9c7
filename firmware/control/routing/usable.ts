import type { Line } from '../../config/schema.ts';
import type { TrunkSnapshot } from '../trunk/trunk.ts';
import { groupRefuses, groupShut } from './group.ts';
import type { PlanQuestion } from './question.ts';

/**
 * Why an ordinary call may not leave by this way now; undefined where it may. `down` alone may be tried when nothing
 * else is left; `barred`: never by this phone, whatever the way is like.
 */
export type Objection = { readonly why: string; readonly is: 'forbidden' | 'barred' | 'full' | 'down' };

/** Whether a call of this phone (or of none) may leave by a way (R8, U8, U11, U19, U3). Emergency calls never ask. */
export const objectionTo = (
  way: TrunkSnapshot,
  question: PlanQuestion,
  line: Line | undefined,
): Objection | undefined => {
  const { from } = question.offer;
  if (from.kind === way.kind && from.id === way.id) return { is: 'forbidden', why: 'the call came from there' };
  const barred = barredFrom(way, line);
  if (barred !== undefined) return { is: 'barred', why: barred };
  const shut = shutBy(way) ?? groupShut(way, question);
  if (shut !== undefined) return { is: 'forbidden', why: shut };
  const full = fullBy(way, question, line);
  if (full !== undefined) return { is: 'full', why: full };
  const name = way.kind === 'line' ? 'the line' : 'it';
  if (way.health === 'down') return { is: 'down', why: `${name} is down` };
  // what asked to be left alone is no last resort either
  return way.health === 'held' ? { is: 'full', why: `${name} is held` } : undefined;
};

/** A phone that may take some ways only (R8), by name or by group; exchange lines by name alone. */
const barredFrom = ({ id, group }: TrunkSnapshot, line: Line | undefined): string | undefined => {
  if (line === undefined || line.trunks.length === 0) return undefined;
  if (line.trunks.includes(id) || (group !== '' && line.trunks.includes(group))) return undefined;
  return `${line.id} may not call over it, only over ${line.trunks.join(', ')}`;
};

/** A person lets no ordinary call out over it, for a while or by the settings (U19). */
export const isShut = ({ blocked, lock }: TrunkSnapshot): boolean => blocked !== undefined || lock !== 'none';

/** By a person for a while, or by the settings (U19). */
const shutBy = ({ blocked, lock }: TrunkSnapshot): string | undefined => {
  if (blocked !== undefined) {
    return `it is blocked by ${blocked.by}${blocked.minutesLeft === 0 ? '' : ` for ${blocked.minutesLeft} min`}`;
  }
  return lock === 'none' ? undefined : lockWords[lock];
};
const lockWords = {
  noOutgoing: 'it is locked for outgoing calls',
  all: 'it is locked',
  drain: 'it takes no new calls (drain)',
} as const;

const fullBy = (way: TrunkSnapshot, question: PlanQuestion, line: Line | undefined): string | undefined => {
  if (way.callLimit > 0 && way.callsUp >= way.callLimit) {
    return way.kind === 'line' ? 'the line is in use' : `all its ${way.callLimit} calls are up`;
  }
  if (way.cpsLimit > 0 && way.newCalls >= way.cpsLimit) return `it takes ${way.cpsLimit} new calls a second`;
  const group = question.configuration.groups.find(({ id }) => id === way.group);
  const asker = { extension: line?.extension ?? '', protect: way.role === 'protect' };
  return group === undefined ? undefined : groupRefuses(group, question.trunks, asker);
};
