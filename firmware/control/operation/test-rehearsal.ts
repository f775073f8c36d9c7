import * as v from 'valibot';
import { configuration } from '../../config/schema.ts';
import { quietQuestion } from '../routing/question.ts';
import { country } from '../routing/test-box.ts';
import { ordinaryWay, type TrunkSnapshot } from '../trunk/trunk.ts';
import type { Rooms } from './catalogue.ts';
import type { DrillSheet } from './drill-sheet.ts';
import type { DrillAsk } from './drills.ts';

/** An office with two softswitches, two phones and an exchange line. */
export const office = v.parse(configuration, {
  version: 1,
  trunks: [
    { id: 'primary', host: 'a.example', localPort: 5060, priority: 1 },
    { id: 'secondary', host: 'b.example', localPort: 5062, priority: 2 },
  ],
  accounts: [{ id: 'desk', user: '4930555', password: 'x', line: 'line/1' }],
  cards: [{ id: 'card', driver: 'simulated' }],
  lines: [
    { id: 'line/1', kind: 'fxs', card: 'card', port: '1', extension: '11', account: 'desk' },
    { id: 'line/2', kind: 'fxs', card: 'card', port: '2', extension: '12' },
    { id: 'line/5', kind: 'fxo', card: 'card', port: '5', rings: 'line/2' },
  ],
  calendars: [],
  scenarios: [{ id: 'night', title: 'Night' }],
});

export const way = (id: string, priority: number, more: Partial<TrunkSnapshot> = {}): TrunkSnapshot => ({
  ...ordinaryWay,
  ...{ id, kind: id.startsWith('line/') ? 'line' : 'trunk', health: 'up', priority, callsUp: 0, callLimit: 0 },
  ...{ bound: ['desk'], silenceBudgetMs: 1200, progressBudgetMs: 20_000, ringMs: 60_000, verdicts: {} },
  ...more,
});

export const sheetOf = (ask: DrillAsk, passed: boolean): DrillSheet => ({
  ...{ id: '2027-03-16-143000', at: 1, box: 'Town hall', build: 'test', trunk: 'primary', by: ask.by },
  ...{ blockMs: ask.blockMs, number: ask.number, passed, sentence: passed ? 'Passed.' : 'Failed.', rows: [] },
});

/** Rooms of the rehearsals where nothing is wrong. */
export const rehearsalRooms = (): Pick<Rooms, 'question' | 'configuration' | 'drills' | 'drillSettings' | 'proof'> => ({
  question: (offer) =>
    quietQuestion({
      offer,
      configuration: office,
      country,
      trunks: [way('primary', 1), way('secondary', 2), way('line/5', 9)],
    }),
  configuration: () => office,
  drills: { start: async (ask) => sheetOf(ask, true) },
  drillSettings: () => ({ testNumber: '5550100', blockS: 20 }),
  proof: { run: async () => ({ at: 1, rows: [] }) },
});
