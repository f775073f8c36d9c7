/** Digits as SIP INFO bodies, in the two forms that softswitches send (there is no RFC; RFC 6086 only frames them). */
export const INFO_DTMF_TYPE = 'application/dtmf-relay';

/** How long the far end is asked to play the digit, in ms. */
const DIGIT_MS = 160;
const DIGITS = '0123456789*#ABCD';
/** A body longer than this carries no digit. */
const LONGEST_BODY = 200;

export const infoOfDigit = (digit: string): string => `Signal=${digit}\r\nDuration=${DIGIT_MS}\r\n`;

/** The digit of an INFO body; `undefined` if it carries none. `10` and `11` are * and # in the oldest form. */
export const digitOfInfo = (contentType: string, body: string): string | undefined => {
  if (body.length > LONGEST_BODY) return undefined;
  const type = contentType.split(';', 1)[0]?.trim().toLowerCase();
  if (type === 'application/dtmf') return digitOf(body.trim());
  if (type !== INFO_DTMF_TYPE) return undefined;
  const line = body.split('\n').find((each) => each.trim().toLowerCase().startsWith('signal'));
  const value = line?.split('=', 2)[1];
  return value === undefined ? undefined : digitOf(value.trim());
};

const digitOf = (text: string): string | undefined => {
  if (text === '10') return '*';
  if (text === '11') return '#';
  return text.length === 1 && DIGITS.includes(text.toUpperCase()) ? text.toUpperCase() : undefined;
};
