import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as v from 'valibot';
import { catalogue } from '../catalogue.ts';
import { driverNames } from '../names.ts';
import { defaults } from './defaults.ts';
import { settings } from './settings.ts';

test('nothing given is the defaults, and they are what a card is opened with', () => {
  assert.deepEqual(v.parse(settings, {}), defaults);
  assert.deepEqual(v.parse(settings, defaults), defaults);
});

test('the catalogue names the driver and its settings', () => {
  assert.deepEqual(driverNames, ['simulated']);
  assert.equal(catalogue.simulated.settings, settings);
});

const refused: readonly (readonly [object, string, RegExp])[] = [
  [{ phones: 25 }, 'phones', /must be at most 24/],
  [{ exchangeLines: -1 }, 'exchangeLines', /must be at least 0/],
  [{ phones: 1.5 }, 'phones', /must be a whole number from 0 to 24/],
  [{ bench: 'bench.sock' }, 'bench', /must be a path that begins with \//],
  [{ ringCadence: [1000] }, 'ringCadence', /must have a pair/],
  [{ ringCadence: [1000, 1000, 1000] }, 'ringCadence', /must be pairs of on and off/],
  [{ disconnect: 'shout' }, 'disconnect', /must be one of loop, polarity, tone, nothing/],
  [{ numbers: { abc: { does: 'busy' } } }, 'numbers.abc', /must be digits/],
  [{ otherNumbers: { does: 'answers', hertz: 9000 } }, 'otherNumbers.hertz', /must be at most 4000/],
  [{ answerReversal: 'yes' }, 'answerReversal', /must be true or false/],
];
for (const [input, path, message] of refused)
  test(`refused with path and limit: ${JSON.stringify(input)}`, () => {
    const { success, issues } = v.safeParse(settings, input);
    assert.equal(success, false);
    assert.equal(v.getDotPath(issues![0]!), path);
    assert.match(issues![0]!.message, message);
  });

test('every setting has a title and help', () => {
  for (const [name, entry] of Object.entries(settings.entries)) {
    const wrapped = entry.wrapped as v.GenericSchema;
    assert.ok(v.getTitle(wrapped as never), `${name} has no title`);
    assert.ok(v.getDescription(wrapped as never), `${name} has no help`);
  }
});
