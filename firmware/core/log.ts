import { pino } from 'pino';

export interface Log {
  debug(detail: object, text: string): void;
  info(detail: object, text: string): void;
  warn(detail: object, text: string): void;
  error(detail: object, text: string): void;
}

/** One line of JSON a message on standard output, read by journald; the level comes from `HOLDFAST_LOG`. */
export const openLog = (room: string): Log =>
  pino({ level: process.env['HOLDFAST_LOG'] ?? 'info', base: { room }, timestamp: pino.stdTimeFunctions.isoTime });

export const silentLog: Log = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };
