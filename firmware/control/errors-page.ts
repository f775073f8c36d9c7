import { errorTable } from '../core/error.ts';
import { failureTable } from './failure.ts';

/** Columns of even width, as the formatter of the project writes them. */
const table = (rows: readonly (readonly string[])[]): string => {
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((cells) => cells[column]!.length)));
  const line = (cells: readonly string[]) =>
    `| ${cells.map((each, column) => each.padEnd(widths[column]!)).join(' | ')} |`;
  const [head, ...body] = rows.map(line);
  return [head, line(widths.map((width) => '-'.repeat(width))), ...body].join('\n');
};

const HEAD = `# Errors and failed calls

Made from the code by \`node --import tsx firmware/control/write-errors-page.ts\`; do not edit it by hand.`;

const ERRORS = `## Errors

The code stands before the words in the log, in alarms and in refusals.`;

const FAILURES = `## How a call can fail

The name and the sentence stand in the call record and in the log. "SIP" is the status that a softswitch gets for a call
that it brought, "Q.850" the cause in a \`Reason\` header, "Tone" what a phone of ours hears, and "Hunt" whether the next
way is tried: what a softswitch answers finally has a table of its own in \`firmware/control/routing/verdict.ts\`.`;

const verdictWords = { stop: 'stops', next: 'tries the next' } as const;

/** The reference page of all errors and failures, in Markdown. */
export const errorsPage = (): string => {
  const errors = Object.entries(errorTable).map(([code, words]) => [`\`${code}\``, words]);
  const failures = Object.entries(failureTable).map(([name, row]) => [
    `\`${name}\``,
    row.sentence,
    String(row.status),
    String(row.q850),
    row.tone,
    verdictWords[row.verdict],
  ]);
  return `${[
    HEAD,
    ERRORS,
    table([['Code', 'What it means, and what to do'], ...errors]),
    FAILURES,
    table([['Failure', 'Sentence', 'SIP', 'Q.850', 'Tone', 'Hunt'], ...failures]),
  ].join('\n\n')}\n`;
};
