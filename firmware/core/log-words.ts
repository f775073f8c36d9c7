/** Keys that every line has, or whose words stand elsewhere in it. */
const OF_EVERY_LINE: readonly string[] = ['level', 'time', 'room', 'msg', 'err'];
const ERROR_LEVEL = 50;
const WARN_LEVEL = 40;

const mark = (level: number): string => (level >= ERROR_LEVEL ? 'ERROR ' : level >= WARN_LEVEL ? 'warning: ' : '');

const valueWords = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value));

/** What a fact tells stands in its sentence already; the line for machines keeps its fields. */
const detailWords = (line: Readonly<Record<string, unknown>>): string => {
  if ('fact' in line) return '';
  const own = Object.entries(line).filter(([key]) => !OF_EVERY_LINE.includes(key));
  return own.length === 0 ? '' : ` (${own.map(([key, value]) => `${key} ${valueWords(value)}`).join(', ')})`;
};

/** A line of the log as a person reads it on a terminal: local time, room, sentence, details. */
export const logWords = (json: string): string => {
  const line = JSON.parse(json) as Readonly<Record<string, unknown>>;
  const time = new Date(String(line['time'])).toTimeString().slice(0, 8);
  const fault = line['err'] as { readonly stack?: string; readonly message?: string } | undefined;
  const below = fault ? `\n${fault.stack ?? fault.message}` : '';
  const room = String(line['room']).padEnd(10);
  return `${time} ${room} ${mark(Number(line['level']))}${line['msg']}${detailWords(line)}${below}\n`;
};
