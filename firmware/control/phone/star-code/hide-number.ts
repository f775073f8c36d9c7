import type { StarCode } from './star-code.ts';

/** A code and a number: this call does not show who calls (CLIR). Emergency calls show it all the same (S4). */
export const hideNumberCode: StarCode = {
  patterns({ routing: { hideCode, digitMap } }, emergency) {
    if (hideCode === '') return [];
    return [...digitMap.split('|').map((numbers) => numbers.trim()), ...emergency].map((number) => hideCode + number);
  },
  dialled(number, { routing: { hideCode } }) {
    if (hideCode === '' || !number.startsWith(hideCode) || number.length === hideCode.length) return undefined;
    return { is: 'call', number: number.slice(hideCode.length), withheld: true };
  },
};
