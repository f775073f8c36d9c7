import type { Configuration } from '../../../config/schema.ts';

/** What star codes may do beside calling somebody; handed in by the composition root. */
export type StarRooms = {
  /** The scenario that is switched on; empty: none. */
  readonly scenario: () => string;
  /** Switches a scenario on; an empty name switches all off (U20). */
  readonly switchScenario: (name: string, by: string) => void;
  /** A PIN was dialled on this phone line: false where it is wrong, or one too many were before (R8, U20). */
  readonly pin: (line: string, right: boolean) => boolean;
};

/**
 * What came of a code: `done` and `refused` are told by a tone, `call` goes on as if `number` had been dialled, past
 * the bars of the toll guard (`overridden`) or without showing who calls (`withheld`).
 */
export type StarOutcome =
  | { readonly is: 'done' | 'refused' }
  | { readonly is: 'call'; readonly number: string; readonly overridden?: true; readonly withheld?: true };

/** Who dials: the phone line, and how a person calls it. */
export type StarDialler = { readonly line: string; readonly name: string };

/** A star code: a file each. */
export type StarCode = {
  /** What is dialled, in the form of a digit map; while one of them may be meant no other number is complete. */
  patterns(configuration: Configuration, emergency: readonly string[]): readonly string[];
  /** Does what was dialled; undefined where that is not this code. */
  dialled(number: string, configuration: Configuration, rooms: StarRooms, by: StarDialler): StarOutcome | undefined;
};

/** So many digits of any kind, as a digit map has them. */
export const anyDigits = (count: number): string => 'x'.repeat(count);
