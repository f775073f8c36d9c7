import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type ProofMoment, type ProofSettings, proofDue } from './proof-calendar.ts';

const settings: ProofSettings = { inboundProof: 'nightlyAndChanges', at: '03:30', proofAfterS: 300 };
const wallMs = Date.UTC(2027, 2, 14, 12);
const HOUR_MS = 3_600_000;
/** By day, long quiet, everything as it was proved in the night. */
const day: ProofMoment = {
  ...{ wallMs, time: '12:00', stoodMs: HOUR_MS, quietMs: HOUR_MS },
  ...{ lastAt: wallMs - 8 * HOUR_MS, changed: false },
};
const night: ProofMoment = { ...day, time: '03:30', lastAt: wallMs - 24 * HOUR_MS };
const { lastAt: _, ...never } = day;

const rows: readonly [what: string, moment: ProofMoment, due: boolean, more?: Partial<ProofSettings>][] = [
  ['by day nothing', day, false],
  ['by day nothing, though there was no proof yet', never, false],
  ['every night', night, true],
  ['a box that was never proved, in its first night', { ...never, time: '03:30' }, true],
  ['before its time', { ...night, time: '03:29' }, false],
  ['later in the night', { ...night, time: '07:29' }, true],
  ['not when the night is over', { ...night, time: '07:30' }, false],
  ['over midnight', { ...night, time: '00:10' }, true, { at: '23:00' }],
  ['once a night, also over midnight', { ...night, time: '00:10', lastAt: wallMs - HOUR_MS }, false, { at: '23:00' }],
  ['the clock was set back since', { ...night, lastAt: wallMs + HOUR_MS }, true],
  ['without a clock there is no night', { ...night, wallMs: 1000 }, false],
  ['after a change', { ...day, changed: true }, true],
  ['after a change without a clock', { ...day, wallMs: 1000, changed: true }, true],
  ['a change that has not stood for long', { ...day, changed: true, stoodMs: 299_999 }, false],
  ['nor in the night', { ...night, stoodMs: 299_999 }, false],
  ['somebody is on the phone', { ...night, changed: true, quietMs: 0 }, false],
  ['somebody was just now', { ...day, changed: true, quietMs: 59_999 }, false],
  ['a minute after the last call', { ...day, changed: true, quietMs: 60_000 }, true],
  ['it came to nothing just now', { ...day, changed: true, triedMs: 899_999 }, false],
  ['it came to nothing a while ago', { ...day, changed: true, triedMs: 900_000 }, true],
  ['nightly alone: no change', { ...day, changed: true }, false, { inboundProof: 'nightly' }],
  ['nightly alone: the night', night, true, { inboundProof: 'nightly' }],
  ['off: no change', { ...day, changed: true }, false, { inboundProof: 'off' }],
  ['off: no night', night, false, { inboundProof: 'off' }],
];
for (const [what, moment, due, more] of rows)
  test(`our numbers are proved: ${what}: ${due ? 'yes' : 'no'}`, () => {
    assert.equal(proofDue(moment, { ...settings, ...more }), due);
  });
