import assert from 'node:assert/strict';
import { it } from 'node:test';
import { momentOf } from './local-time.ts';

const at = (zone: string, text: string): string => new Date(momentOf(zone, text) ?? Number.NaN).toISOString();

it('a moment is where the clocks of the zone show it, in summer and in winter', () => {
  assert.equal(at('Europe/Berlin', '2027-01-11 18:00'), '2027-01-11T17:00:00.000Z');
  assert.equal(at('Europe/Berlin', '2027-07-11 18:00'), '2027-07-11T16:00:00.000Z');
  assert.equal(at('America/New_York', '2027-07-11 00:05'), '2027-07-11T04:05:00.000Z');
  assert.equal(at('UTC', '2027-07-11 00:05:09'), '2027-07-11T00:05:09.000Z');
  assert.equal(at('Asia/Kathmandu', '2027-01-01 00:00'), '2026-12-31T18:15:00.000Z');
});

it('an hour that comes twice counts the first time, one that is left out as it is over', () => {
  assert.equal(at('Europe/Berlin', '2027-10-31 02:30'), '2027-10-31T00:30:00.000Z');
  assert.equal(at('Europe/Berlin', '2027-03-28 02:30'), '2027-03-28T01:30:00.000Z');
  assert.equal(at('Europe/Berlin', '2027-03-28 03:00'), '2027-03-28T01:00:00.000Z');
});

it('another text is no moment', () => {
  for (const text of ['', 'tomorrow', '2027-01-11', '2027-01-11T18:00']) assert.equal(momentOf('UTC', text), undefined);
});
