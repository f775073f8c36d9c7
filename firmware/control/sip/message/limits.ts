/** Bounds of what one SIP message may ask of us. Each is far above what a softswitch sends in honest use. */
export const LONGEST_MESSAGE = 65_535;
/** Lines of the headers: a folded one counts with each of its lines. */
export const MOST_HEADERS = 200;
export const LONGEST_HEADER = 8_192;
export const MOST_VIAS = 70;
export const LONGEST_URI = 1_024;
export const MOST_PARAMETERS = 40;
/** Values of one comma list (Contact, Route, Via …). */
export const MOST_VALUES = 100;
/** RFC 3261 §8.1.1.5: the sequence number is less than 2^31. */
export const HIGHEST_CSEQ = 2 ** 31 - 1;
