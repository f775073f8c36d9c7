import assert from 'node:assert/strict';
import { it } from 'node:test';
import { dateOfDay, daysTo } from './civil-date.ts';

it('counts days as the calendar of the system does, from 1900 to 2200 and back', () => {
  for (let day = -25_567; day < 84_000; day += 1) {
    const date = new Date(day * 86_400_000);
    assert.equal(dateOfDay(day), date.toISOString().slice(0, 10));
    assert.equal(daysTo(date.getUTCFullYear(), date.getUTCMonth() + 1, date.getUTCDate()), day);
  }
});
