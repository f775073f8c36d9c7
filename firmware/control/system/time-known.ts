import { existsSync } from 'node:fs';

/** systemd-timesyncd makes it with the first answer of a time server, systemd-time-wait-sync for any other client. */
const SYNCHRONISED = '/run/systemd/timesync/synchronized';
const SYSTEMD = '/run/systemd/system';
/** A clock that has lost its battery begins long before this: 2026-01-01. */
const EARLIEST_MS = 1_767_225_600_000;

/**
 * Whether the wall time (ms since 1970) can be believed: a time server has answered, and it is not before this program
 * was made. Where nothing tells of time servers, as in a container, the host is believed.
 */
export const timeIsKnown = (wallMs: number, exists: (path: string) => boolean = existsSync): boolean =>
  wallMs >= EARLIEST_MS && (exists(SYNCHRONISED) || !exists(SYSTEMD));
