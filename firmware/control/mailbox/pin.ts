import { timingSafeEqual } from 'node:crypto';

/** Wrong PINs in a row that lock a mailbox. */
export const MOST_WRONG_PINS = 3;

/** As it is on flash: a restart gives nobody further tries. */
export type PinState = { readonly version: 1; readonly wrong: number; readonly locked: boolean };
export const unlocked: PinState = { version: 1, wrong: 0, locked: false };

/** Longest PIN that is compared; settings allow 8 digits. */
const LONGEST = 32;

/** Compares in a time that tells nothing of where they differ, nor of how long the right one is. */
export const samePin = (right: string, tried: string): boolean => {
  const [one, other] = [padded(right), padded(tried)];
  return timingSafeEqual(one, other) && right.length === tried.length && right !== '';
};

const padded = (pin: string): Buffer => {
  const octets = Buffer.alloc(LONGEST);
  octets.write(pin, 'latin1');
  return octets;
};

export type Tried = { readonly state: PinState; readonly answer: 'right' | 'wrong' | 'locked' };

/** The third wrong one in a row locks; locked, the right one is no use. */
export const pinTried = (state: PinState, isRight: boolean): Tried => {
  if (state.locked) return { state, answer: 'locked' };
  if (isRight) return { state: unlocked, answer: 'right' };
  const wrong = state.wrong + 1;
  const locked = wrong >= MOST_WRONG_PINS;
  return { state: { version: 1, wrong, locked }, answer: locked ? 'locked' : 'wrong' };
};
