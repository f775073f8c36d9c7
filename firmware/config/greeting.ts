/** Longest greeting of one's own, recorded or uploaded. */
export const LONGEST_GREETING_S = 60;

/** Largest file of an uploaded greeting in octets: linear samples (8 kHz, 16 bit), and room for what programs write beside. */
export const LARGEST_GREETING = LONGEST_GREETING_S * 8000 * 2 + 64 * 1024;
