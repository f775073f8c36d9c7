import { pino } from 'pino';
import { logWords } from './log-words.ts';

export interface Log {
  debug(detail: object, text: string): void;
  info(detail: object, text: string): void;
  warn(detail: object, text: string): void;
  error(detail: object, text: string): void;
}

const words = { write: (line: string) => void process.stdout.write(logWords(line)) };

/**
 * One line of JSON a message on standard output, read by journald; the level comes from `HOLDFAST_LOG`. With
 * `HOLDFAST_LOG_FORM=words`, as `npm start` sets it, a line is for the eye.
 */
export const openLog = (room: string): Log => {
  const settings = {
    level: process.env['HOLDFAST_LOG'] ?? 'info',
    base: { room },
    timestamp: pino.stdTimeFunctions.isoTime,
  };
  return process.env['HOLDFAST_LOG_FORM'] === 'words' ? pino(settings, words) : pino(settings);
};

export const silentLog: Log = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };
