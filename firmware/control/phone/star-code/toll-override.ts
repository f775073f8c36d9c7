import { TOLL_OVERRIDE } from '../../../config/star-codes.ts';
import { anyDigits, type StarCode } from './star-code.ts';

/** `*88`, PIN and number: one call passes the classes and the night lock (R8). Without a PIN in the settings: never. */
export const tollOverrideCode: StarCode = {
  patterns({ tollGuard, routing }, emergency) {
    if (tollGuard.overridePin === '') return [];
    const before = `${TOLL_OVERRIDE}${anyDigits(tollGuard.overridePin.length)}`;
    return [...routing.digitMap.split('|').map((numbers) => numbers.trim()), ...emergency].map(
      (numbers) => `${before}${numbers}`,
    );
  },
  dialled(number, { tollGuard: { overridePin } }, rooms, { line }) {
    if (overridePin === '' || !number.startsWith(TOLL_OVERRIDE)) return undefined;
    const rest = number.slice(TOLL_OVERRIDE.length);
    if (rest.length <= overridePin.length) return undefined;
    if (!rooms.pin(line, rest.startsWith(overridePin))) return { is: 'refused' };
    return { is: 'call', number: rest.slice(overridePin.length), overridden: true };
  },
};
