import type { Notice } from './notice-machine.ts';

const two = (value: number): string => String(value).padStart(2, '0');
const timeOf = (wall: number): string => {
  const at = new Date(wall);
  return `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())} ${two(at.getHours())}:${two(at.getMinutes())}`;
};

/** A line break in a name would begin another header. */
const oneLine = (words: string): string => words.replace(/[\r\n]+/g, ' ');

const headOf = ({ is, text }: Notice): string => (is === 'cleared' ? `Over: ${text}` : text);

/** The subject of a mail: the newest, and how many more there are. */
export const subjectOf = (box: string, notices: readonly Notice[]): string => {
  const newest = notices.at(-1)!;
  const more = notices.length === 1 ? '' : ` (and ${notices.length - 1} more)`;
  return oneLine(`[${box}] ${headOf(newest)}${more}`);
};

const partOf = (notice: Notice): string => {
  const lines = [`${timeOf(notice.at)}  ${headOf(notice)}`, ...(notice.lines ?? []).map(oneLine)];
  if (notice.is === 'raised') lines.push(`  Why: ${notice.cause}`, `  What to do: ${notice.remedy}`);
  return lines.join('\n');
};

/** The text of a mail, by the clock of the box. */
export const textOf = (box: string, notices: readonly Notice[]): string =>
  `${notices.map(partOf).join('\n\n')}\n\n-- \n${box}, by itself. Answers are read by nobody.\n`;
