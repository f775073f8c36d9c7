import type { Refusal } from './refusal.ts';
import type { Configuration } from './schema.ts';

/** Dialled before the PIN and the number that pass the toll guard (R8). */
export const TOLL_OVERRIDE = '*88';

/** Star codes that a phone could not tell apart: the same as another, or the beginning of it. */
export const clashingStarCodes = ({ scenarios, mailbox, routing }: Configuration): readonly Refusal[] => {
  const codes = [
    { path: '', code: TOLL_OVERRIDE },
    { path: 'mailbox/accessCode', code: mailbox.accessCode },
    { path: 'routing/hideCode', code: routing.hideCode },
    ...scenarios.map(({ code }, index) => ({ path: `scenarios/${index}/code`, code })),
  ].filter(({ code }) => code !== '');
  return codes.flatMap(({ path, code }, at) => {
    const clash = codes.slice(0, at).find((other) => other.code.startsWith(code) || code.startsWith(other.code));
    if (clash === undefined) return [];
    const limit = `must not begin like ${clash.code}, which is in use`;
    return [{ path, limit, remedy: 'Choose another star code.' }];
  });
};
