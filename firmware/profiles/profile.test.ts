import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { test } from 'node:test';
import type { Tone, ToneName } from '../engine-protocol/hardware.ts';
import { type CountryProfile, loadProfile, profileFaults } from './profile.ts';

const countries = readdirSync(new URL('./countries', import.meta.url)).map((file) => file.slice(0, 2).toUpperCase());

/**
 * A tone in the notation of libtonezone: frequencies/ms of each step, `!` before those that are not repeated,
 * without ms where it lasts for ever.
 */
const notation = ({ steps, loopFrom }: Tone): string =>
  steps
    .map(({ hertz, ms }, index) => {
      const once = ms > 0 && (loopFrom === undefined || index < loopFrom) ? '!' : '';
      return `${once}${hertz.join('+') || '0'}${ms > 0 ? `/${ms}` : ''}`;
    })
    .join(',');

const stutter = '!350+440/100,!0/100,'.repeat(6);
/** The figures of libtonezone 3.1, except where the remark says so. */
const figures: Record<string, Record<ToneName, string> & { ring: readonly number[] }> = {
  US: {
    dial: '350+440',
    busy: '480+620/500,0/500',
    ringback: '440+480/2000,0/4000',
    congestion: '480+620/250,0/250',
    callWaiting: '440/300,0/10000',
    hold: '400/300,0/2700',
    stutter: `${stutter}350+440`,
    // libtonezone plays it once; E.180 §7 repeats it after 1 s.
    special: '950/330,1400/330,1800/330,0/1000',
    howler: '1400+2060+2450+2600/100,0/100',
    ring: [2000, 4000],
  },
  DE: {
    dial: '425',
    busy: '425/480,0/480',
    ringback: '425/1000,0/4000',
    congestion: '425/240,0/240',
    // libtonezone gives up after five pairs.
    callWaiting: '425/200,0/200,425/200,0/5000',
    hold: '425/300,0/2700',
    stutter: '425+400',
    special: '950/330,1400/330,1800/330,0/1000',
    howler: '1400+2060+2450+2600/100,0/100',
    ring: [1000, 4000],
  },
};

test('a country has a row of figures, and its tones are those', async () => {
  assert.deepEqual(countries.toSorted(), Object.keys(figures).toSorted());
  for (const code of countries) {
    const { tones, rings } = await loadProfile(code);
    const { ring, ...expected } = figures[code]!;
    assert.deepEqual(Object.fromEntries(Object.entries(tones).map(([name, tone]) => [name, notation(tone)])), expected);
    assert.deepEqual(rings.normal, ring);
  }
});

test('no country has a fault', async () => {
  for (const code of countries) {
    const profile = await loadProfile(code);
    assert.deepEqual(profileFaults(profile), [], code);
    assert.equal(profile.code, code);
  }
});

test('emergency numbers', async () => {
  assert.deepEqual((await loadProfile('US')).emergency, ['911']);
  assert.deepEqual([...(await loadProfile('DE')).emergency].sort(), ['110', '112']);
});

test('faults of a profile are found', async () => {
  const us = await loadProfile('US');
  const steps = (hertz: number[], ms: number, level: number) => [{ hertz, ms, level }];
  const cases: [Partial<CountryProfile>, string][] = [
    [{ tones: { ...us.tones, dial: { steps: [] } } }, 'dial has no step'],
    [{ tones: { ...us.tones, dial: { steps: steps([440], 0, -13), loopFrom: 1 } } }, 'dial loops from a step it lacks'],
    [{ tones: { ...us.tones, busy: { steps: steps([100], 0, -13) } } }, 'busy leaves the voice band'],
    [{ tones: { ...us.tones, busy: { steps: steps([400, 500, 600, 700], 0, -5) } } }, 'busy clips'],
    [{ fxs: { ...us.fxs, pulseBreakMs: [30, 300] } }, 'a dial pulse could be taken for a flash'],
    [{ fxo: { ...us.fxo, ringGoneMs: 4000 } }, 'the pause of the ringing would count as the caller gone'],
    [{ rings: { normal: [1000, 2000, 500] } }, 'ringing normal is not in pairs of on and off'],
    [{ emergency: ['+911'] }, '+911 is no number'],
  ];
  for (const [change, fault] of cases) assert.deepEqual(profileFaults({ ...us, ...change }), [fault]);
});
