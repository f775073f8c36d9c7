import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import {
  type Cell,
  type Expected,
  faults,
  fullTime,
  isExpected,
  momentIs,
  moments,
  table,
} from './fault-matrix-table.ts';

/** Where the page stands. */
export const pagePath = fileURLToPath(new URL('../../docs/fault-matrix.md', import.meta.url));

const attempts = ({ attempts }: Expected): string =>
  attempts
    .map(({ by, after, end, status }) => `${by}, ${after}: ${end}${status === undefined ? '' : ` (${status})`}`)
    .join('<br>');

const line = (moment: string, cell: Cell): string => {
  if (!isExpected(cell)) return `| ${moment} | cannot exist: ${cell.cannot} | | | | |`;
  const { primary, secondary, hears, cause, endedBy, why, nextCallSkipsPrimary } = cell;
  const next = nextCallSkipsPrimary ? '; the next call does not ask the primary' : '';
  const at = `primary: ${primary}<br>secondary: ${secondary}`;
  return `| ${moment} | ${attempts(cell)} | ${at} | ${hears.join(', then ')} | ${cause}, by the ${endedBy} | ${why}${next} |`;
};

const section = (fault: (typeof faults)[number]): string =>
  [
    `## ${fault}`,
    '',
    '| Moment | Attempts: when, and their end | Seen at the softswitches | The caller hears | Record | Why |',
    '|---|---|---|---|---|---|',
    ...moments.map((moment) => line(moment, table[fault][moment])),
    '',
  ].join('\n');

/** The table of expectations as a page. */
export const page = (): string => {
  const cells = faults.flatMap((fault) => moments.map((moment) => table[fault][moment]));
  const possible = cells.filter(isExpected).length;
  return [
    '# When the primary softswitch fails',
    '',
    'Made from `test/scenario/fault-matrix-table.ts` by `test/scenario/write-fault-matrix-page.ts`; do not edit.',
    '',
    `A phone calls out while the primary fails; a secondary stands beside it. ${faults.length} faults at ${moments.length} moments are ${cells.length} cells, ${possible} of which can exist and are run as a table: a sample with every test, all but the row “link down” (it takes a second network; \`a-lost-link-moves-its-softswitch\` runs what it promises while no call is up) with \`npm run test:long\`, and ${fullTime.length} also with the timers as they are by default (${fullTime.map(([fault, moment]) => `${fault}, ${moment}`).join('; ')}).`,
    '',
    ...moments.map((moment) => `- **${moment}**: ${momentIs[moment]}.`),
    '',
    ...faults.map(section),
  ].join('\n');
};

/** True when the page on disk is what the table says. */
export const isFresh = (): boolean => readFileSync(pagePath, 'utf8') === page();

if (process.argv[1] === fileURLToPath(import.meta.url)) writeFileSync(pagePath, page());
