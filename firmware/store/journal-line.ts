import { crc32 } from './crc32.ts';

/** A record with its number; numbers rise and are never used twice. */
export type Numbered<T = unknown> = { readonly id: number; readonly record: T };

/** What scanning a segment found; `soundOctets` is the end of the last sound line. */
export type Scan<T> = { readonly lines: Numbered<T>[]; readonly damaged: number; readonly soundOctets: number };

const PREFIX = '{"crc":"';
const CRC_END = PREFIX.length + 8;
const NEWLINE = 0x0a;

/**
 * One line: `{"crc":"0f1e2d3c","id":7,"record":…}`, JSON by itself. The checksum is over everything from `"id"` to
 * the last brace.
 */
export const lineOf = ({ id, record }: Numbered): Buffer => {
  const rest = `"id":${id},"record":${JSON.stringify(record)}}`;
  const crc = crc32(Buffer.from(rest)).toString(16).padStart(8, '0');
  return Buffer.from(`${PREFIX}${crc}",${rest}\n`);
};

/** The record of a line without its newline, `undefined` if it is not what was written. */
const recordOf = <T>(line: Buffer): Numbered<T> | undefined => {
  if (line.length < CRC_END + 2 || line.toString('latin1', 0, PREFIX.length) !== PREFIX) return undefined;
  const crc = Number.parseInt(line.toString('latin1', PREFIX.length, CRC_END), 16);
  if (crc32(line.subarray(CRC_END + 2)) !== crc) return undefined;
  const { id, record } = JSON.parse(line.toString('utf8')) as Numbered<T>;
  return { id, record };
};

/** Reads a segment; damaged lines are counted and left out, those behind them are kept. */
export const scan = <T>(octets: Buffer): Scan<T> => {
  const lines: Numbered<T>[] = [];
  let damaged = 0;
  let soundOctets = 0;
  for (let from = 0; from < octets.length; ) {
    const newline = octets.indexOf(NEWLINE, from);
    const line = newline < 0 ? undefined : recordOf<T>(octets.subarray(from, newline));
    from = newline < 0 ? octets.length : newline + 1;
    if (line) {
      lines.push(line);
      soundOctets = from;
    } else damaged++;
  }
  return { lines, damaged, soundOctets };
};

/**
 * Sound lines from the last to the first. Lines that do not hold this text are passed over unread: text of a record
 * as JSON writes it, so quotes and backslashes are looked for in their escaped form.
 */
export function* scanBackwards<T>(octets: Buffer, holds: string): Generator<Numbered<T>> {
  const wanted = Buffer.from(JSON.stringify(holds).slice(1, -1));
  for (let end = octets.lastIndexOf(NEWLINE); end >= 0; ) {
    const before = end === 0 ? -1 : octets.lastIndexOf(NEWLINE, end - 1);
    const text = octets.subarray(before + 1, end);
    end = before;
    if (wanted.length > 0 && !text.includes(wanted)) continue;
    const line = recordOf<T>(text);
    if (line) yield line;
  }
}
