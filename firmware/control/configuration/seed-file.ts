import { readFileSync, statSync } from 'node:fs';
import { LARGEST_CONFIGURATION } from '../../config/check.ts';
import { GatewayError, wordsOf } from '../../core/error.ts';

/** Settings in a file are for the eye: indented, so longer than the same as compact JSON. */
const LARGEST_FILE = 4 * LARGEST_CONFIGURATION;

/**
 * The first settings from a file of JSON, read when they are needed: where settings are stored already, the file may
 * be gone. Throws `setting-refused` with the path and what to do.
 */
export const seedFile = (path: string) => (): unknown => {
  let text: string;
  try {
    if (statSync(path).size > LARGEST_FILE) throw new Error(`it has more than ${LARGEST_FILE} octets`);
    text = readFileSync(path, 'utf8');
  } catch (error) {
    throw new GatewayError('setting-refused', `${path} cannot be read (${wordsOf(error)}). Name another file.`, error);
  }
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new GatewayError('setting-refused', `${path} must be JSON (${wordsOf(error)}). Correct it there.`, error);
  }
};
