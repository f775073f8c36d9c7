import type { DrillSheets, OperationInfo } from '../../firmware/control/api/wire.ts';
import { analyseRoute } from '../../firmware/control/operation/analyse-route.ts';
import { drill } from '../../firmware/control/operation/drill.ts';
import type { Measured } from '../../firmware/control/operation/drill-machine.ts';
import { type DrillSheet, sheetOf } from '../../firmware/control/operation/drill-sheet.ts';
import { rehearsalRooms } from '../../firmware/control/operation/test-rehearsal.ts';
import type { StatusView } from '../../firmware/control/status/view.ts';

const DAY_MS = 86_400_000;
const rooms = rehearsalRooms();
const route = analyseRoute(rooms);

const infoOf = ({ arguments: { described }, ...info }: ReturnType<typeof analyseRoute> | ReturnType<typeof drill>) => ({
  ...{ name: info.name, title: info.title, help: info.help, deadlineMs: info.deadlineMs, disturbs: info.disturbs },
  arguments: described,
});
/** As the box itself describes them. */
export const rehearsalVerbs: readonly OperationInfo[] = [infoOf(route), infoOf(drill(rooms))];

/** What the box would answer: the real function over an office of two softswitches. */
export const analysed = (body: unknown): unknown => {
  const parsed = route.arguments.parse(body);
  return parsed.ok ? route.run(parsed.value, 'page') : { is: 'refused', refused: parsed.refused };
};

const box = { name: 'Town hall', build: '8a3f52b4c1d2 2027-03-16T09:00:00Z' };
const measuredAt = (at: number, id: string, more: Partial<Measured> = {}): Measured => ({
  plan: { id, trunk: 'primary', by: 'page', blockMs: 20_000, number: '5550100', at },
  doubtedMs: 1290,
  downMs: 2430,
  upMs: 34_600,
  call: { answered: true, rangAfterMs: 1710, answeredAfterMs: 3900, ways: ['primary', 'secondary'], why: '' },
  ...more,
});

/** Three months: one that failed, and two that passed. */
export const drillSheets = (now: number): DrillSheets => {
  const sheets: DrillSheet[] = [];
  const { upMs: _, ...lost } = measuredAt(now - 60 * DAY_MS, '2027-01-15-033000');
  for (const measured of [
    lost,
    measuredAt(now - 30 * DAY_MS, '2027-02-14-033000', { downMs: 2610 }),
    measuredAt(now - 600_000, '2027-03-16-142000'),
  ])
    sheets.unshift(sheetOf(measured, box, sheets[0]));
  const sentence = '+4930555 arrives over primary, called over secondary.';
  const row = { did: 'main', number: '+4930555', arrives: true, over: 'secondary', sentence };
  return { sheets, proof: { at: now - DAY_MS / 2, rows: [row] } };
};

/** A drill that has seen two things. */
export const underDrill = (status: StatusView): StatusView => ({
  ...status,
  drill: {
    trunk: 'primary',
    by: 'page',
    forS: 9,
    steps: [
      { is: 'called', words: 'the test call came through over secondary after 1.7 s' },
      { is: 'noticed', words: 'the silence was noticed after 2.4 s' },
    ],
  },
});
