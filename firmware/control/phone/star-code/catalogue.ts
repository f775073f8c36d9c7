import type { Configuration } from '../../../config/schema.ts';
import { hideNumberCode } from './hide-number.ts';
import { scenarioCode } from './scenario.ts';
import type { StarCode, StarDialler, StarOutcome, StarRooms } from './star-code.ts';
import { tollOverrideCode } from './toll-override.ts';

/** Every star code there is. */
const starCodes: readonly StarCode[] = [scenarioCode, tollOverrideCode, hideNumberCode];

/** What phones may dial as codes, in the form of a digit map. */
export const starPatterns = (configuration: Configuration, emergency: readonly string[]): readonly string[] =>
  starCodes.flatMap((code) => code.patterns(configuration, emergency));

/** Does what a code says; undefined where the number is none. */
export const starDialled = (
  number: string,
  configuration: Configuration,
  rooms: StarRooms,
  by: StarDialler,
): StarOutcome | undefined => {
  if (!number.startsWith('*')) return undefined;
  for (const code of starCodes) {
    const outcome = code.dialled(number, configuration, rooms, by);
    if (outcome !== undefined) return outcome;
  }
  return undefined;
};
