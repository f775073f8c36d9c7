import { spanWords } from '../../core/time-words.ts';
import type { DrillCall, Measured } from './drill-machine.ts';
import { LONGEST_RETURN_MS } from './drill-machine.ts';

/** One thing that was measured. Times in ms; without `measuredMs` it did not happen. */
export type SheetRow = {
  readonly what: 'noticed' | 'called' | 'returned';
  readonly measuredMs?: number;
  readonly limitMs: number;
  readonly passed: boolean;
  /** What was measured, in words. */
  readonly sentence: string;
  /** The same on the sheet before, if it was measured there. */
  readonly beforeMs?: number;
};

/** The result of a drill, as it is kept and handed to the office. */
export type DrillSheet = {
  readonly id: string;
  /** Wall time of its begin, ms since 1970. */
  readonly at: number;
  /** Name of the box. */
  readonly box: string;
  readonly build: string;
  readonly trunk: string;
  readonly by: string;
  readonly blockMs: number;
  /** Empty: no call was made. */
  readonly number: string;
  readonly passed: boolean;
  /** The result in one sentence. */
  readonly sentence: string;
  readonly rows: readonly SheetRow[];
  /** The sheet that this one is compared with. */
  readonly before?: { readonly id: string; readonly at: number; readonly passed: boolean };
};

export type SheetBox = { readonly name: string; readonly build: string };

/** Post-selection delay that ITU-T E.721 (table 1, toll connection, 95 %) holds to be the longest that is good. */
const LONGEST_POST_DIAL_MS = 8_000;

/** What was measured as a sheet, with what the last one of the same softswitch had. */
export const sheetOf = (measured: Measured, box: SheetBox, last: DrillSheet | undefined): DrillSheet => {
  const { plan, broken } = measured;
  const rows = [noticed(measured), ...called(measured), returned(measured)].map((row) => withBefore(row, last));
  const passed = broken === undefined && rows.every((row) => row.passed);
  return {
    ...{ id: plan.id, at: plan.at, box: box.name, build: box.build, trunk: plan.trunk, by: plan.by },
    ...{ blockMs: plan.blockMs, number: plan.number, passed, rows },
    sentence: sentenceOf(measured, rows, passed),
    ...(last === undefined ? {} : { before: { id: last.id, at: last.at, passed: last.passed } }),
  };
};

const withBefore = (row: SheetRow, last: DrillSheet | undefined): SheetRow => {
  const beforeMs = last?.rows.find(({ what }) => what === row.what)?.measuredMs;
  return beforeMs === undefined ? row : { ...row, beforeMs };
};

const noticed = ({ plan, downMs, doubtedMs }: Measured): SheetRow => {
  const row = { what: 'noticed', limitMs: plan.blockMs } as const;
  if (downMs === undefined) {
    const doubt = doubtedMs === undefined ? '' : ` It was doubted after ${spanWords(doubtedMs)}.`;
    const within = spanWords(plan.blockMs);
    return {
      ...row,
      passed: false,
      sentence: `Nobody noticed within ${within} that ${plan.trunk} was silent.${doubt}`,
    };
  }
  const sentence = `The silence of ${plan.trunk} was noticed after ${spanWords(downMs)}; calls took the other way from then on.`;
  return { ...row, measuredMs: downMs, passed: true, sentence };
};

const called = ({ plan, call }: Measured): SheetRow[] => {
  if (call === 'none') return [];
  const row = { what: 'called', limitMs: LONGEST_POST_DIAL_MS } as const;
  const way = call.ways.at(-1);
  if (!call.answered || way === undefined) {
    const why = call.why === '' ? '' : `: ${call.why}`;
    return [{ ...row, passed: false, sentence: `The test call to ${plan.number} was not answered${why}.` }];
  }
  const measuredMs = call.rangAfterMs ?? call.answeredAfterMs ?? 0;
  const passed = way !== plan.trunk && measuredMs <= LONGEST_POST_DIAL_MS;
  return [{ ...row, measuredMs, passed, sentence: calledWords(plan.number, call, way, measuredMs) }];
};

const calledWords = (number: string, { rangAfterMs, ways }: DrillCall, way: string, measuredMs: number): string => {
  const rang = rangAfterMs === undefined ? 'was answered' : 'rang';
  const tried = ways.length > 1 ? ` (tried: ${ways.join(', then ')})` : '';
  return `A test call to ${number}, made when the silence began, ${rang} after ${spanWords(measuredMs)} over ${way}${tried}.`;
};

const returned = ({ plan, upMs, doubtedMs, broken }: Measured): SheetRow => {
  const row = { what: 'returned', limitMs: LONGEST_RETURN_MS } as const;
  if (upMs === undefined) {
    const why =
      broken === undefined ? `was not trusted again within ${spanWords(LONGEST_RETURN_MS)}` : 'was freed at once';
    return { ...row, passed: false, sentence: `${plan.trunk} ${why}.` };
  }
  if (doubtedMs === undefined)
    return { ...row, passed: true, measuredMs: 0, sentence: `${plan.trunk} was never out of use.` };
  const sentence = `${plan.trunk} takes calls again; it was trusted ${spanWords(upMs)} after the silence ended.`;
  return { ...row, measuredMs: upMs, passed: true, sentence };
};

const sentenceOf = ({ plan, broken }: Measured, rows: readonly SheetRow[], passed: boolean): string => {
  if (broken !== undefined) return `The drill was not brought to its end: ${broken}. ${plan.trunk} is free again.`;
  if (passed) return `Passed: without ${plan.trunk} this box goes on, and comes back by itself.`;
  const failed = rows.filter((row) => !row.passed).map(({ sentence }) => sentence);
  return `Failed. ${failed.join(' ')}`;
};
