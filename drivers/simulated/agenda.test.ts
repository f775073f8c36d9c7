import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Agenda } from './agenda.ts';

test('chains of actions keep milliseconds, in order, and what was taken back does not happen', () => {
  let now = 1000;
  const agenda = new Agenda(() => now);
  const happened: [string, number][] = [];
  agenda.after(30, (at) => happened.push(['late', at]));
  agenda.after(15, (at) => {
    happened.push(['first', at]);
    agenda.after(15, (due) => happened.push(['chained', due]));
    agenda.after(40, (due) => happened.push(['last', due]));
  });
  const cancel = agenda.after(5, () => happened.push(['never', 0]));
  cancel();
  for (let frame = 0; frame < 3; frame++) {
    now += 20;
    agenda.tick();
  }
  assert.deepEqual(happened, [
    ['first', 1015],
    ['late', 1030],
    ['chained', 1030],
    ['last', 1055],
  ]);
});
