import type { CallFailure } from '../failure.ts';
import type { Level } from '../routing/attempt.ts';

/** A level that was hunted through in vain. */
export type Lost = {
  readonly failure: CallFailure;
  /** The callee was reached or has spoken. */
  readonly stopped: boolean;
  /** Its name, and whether it led outside. */
  readonly name: string;
  readonly outside: boolean;
};

/** Name by which later levels speak of it. */
export const nameOf = (level: Level): string => level.name ?? level.attempts[0].id;

/** Over trunks and exchange lines: further ways to the callee, not another one. */
export const isOutside = (level: Level): boolean =>
  level.attempts.every(({ targets }) => targets.every(({ kind }) => kind === 'trunk' || kind === 'line'));

/**
 * The next level that this loss leads to, with those behind it. Who has declined or was rung is not rung again over
 * another way; another callee, the box's own voice and an emergency call are not held up by that.
 */
export const nextLevel = (
  rest: readonly Level[],
  lost: Lost,
): { readonly level: Level; readonly rest: readonly Level[] } | undefined => {
  const at = rest.findIndex((level) => admits(level, lost));
  const level = rest[at];
  return level && { level, rest: rest.slice(at + 1) };
};

const admits = (level: Level, { failure, stopped, name, outside }: Lost): boolean => {
  if (level.on !== 'any' && !level.on.includes(failure)) return false;
  if (level.after !== undefined && !level.after.includes(name)) return false;
  const sameCallee = !level.elsewhere && !level.ownVoice && !level.emergency && outside && isOutside(level);
  return !(stopped && sameCallee);
};
