/**
 * Every error that can reach a person, with what to do about it. The page, the alarms and `docs/errors.md`
 * are fed from this table; a code that is not here cannot be thrown.
 */
export const errorTable = {
  'setting-refused': 'A setting was refused. The text names its path, the limit and the remedy; what ran goes on.',
  'setting-conflict': 'The settings were changed by somebody else meanwhile. Load them again and repeat the change.',
  'store-damaged': 'A stored file was damaged and its previous generation was used. Check the storage medium.',
  'store-unwritable': 'A file could not be written. Check free space and the state of the storage medium.',
  'protocol-mismatch': 'The two planes speak different versions. Restart the box so that both come from one build.',
  'engine-request': 'The engine refused a request. The detail says which and why.',
  'engine-away': 'The engine did not answer. It is restarted; calls end in order.',
  'driver-unknown': 'No driver has this name. The detail lists the names that exist.',
  'driver-failed': 'A driver could not open its card. Check the cable and the settings of the card.',
  'port-unknown': 'A line names a port that its card does not have. The detail lists the ports.',
  'sip-message': 'A SIP message could not be understood. The detail says where.',
  'address-in-use': 'A network port is already taken by another program. Change the port or stop that program.',
  'sound-file': 'A sound file cannot be used. The detail says why; it must be WAV, 8 kHz, mono.',
  'certificate-failed':
    'The certificate of the page could not be made; the page stays closed and calls go on. Restart the box.',
  'page-closed': 'The page cannot answer at this address or port; calls go on. Set another address or port.',
  'operation-refused': 'What was asked for is not allowed, and nothing was done. The text says why.',
  'bench-request': 'The bench did not understand a command. The detail says which field, and what is allowed.',
} as const;

export type ErrorCode = keyof typeof errorTable;

/** The one error class: a code from the table, what exactly happened, and the error below it. */
export class GatewayError extends Error {
  readonly code: ErrorCode;
  readonly detail: string;

  constructor(code: ErrorCode, detail: string, cause?: unknown) {
    super(`${code}: ${detail}`, cause === undefined ? undefined : { cause });
    this.name = 'GatewayError';
    this.code = code;
    this.detail = detail;
  }
}

/** The words of whatever was thrown. */
export const wordsOf = (thrown: unknown): string => (thrown instanceof Error ? thrown.message : String(thrown));

/** What a plane ends with when no restart can help it: EX_CONFIG of sysexits.h, which unit files know as well. */
export const SETTINGS_REFUSED = 78;
