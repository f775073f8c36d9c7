import type { Refusal } from './refusal.ts';
import type { Configuration } from './schema.ts';

/** Dialled before the PIN and the number that pass the toll guard (R8). */
export const TOLL_OVERRIDE = '*88';

/** Star codes that a phone could not tell apart: the same as another, or the beginning of it. */
export const clashingStarCodes = ({ scenarios, mailbox, routing }: Configuration): readonly Refusal[] => {
  const fixed = [TOLL_OVERRIDE, mailbox.accessCode, routing.hideCode].filter((code) => code !== '');
  return scenarios.flatMap(({ code }, index) => {
    if (code === '') return [];
    const others = [...fixed, ...scenarios.slice(0, index).flatMap((each) => each.code || [])];
    const clash = others.find((other) => other.startsWith(code) || code.startsWith(other));
    if (clash === undefined) return [];
    const limit = `must not begin like ${clash}, which is in use`;
    return [{ path: `scenarios/${index}/code`, limit, remedy: 'Choose another star code.' }];
  });
};
