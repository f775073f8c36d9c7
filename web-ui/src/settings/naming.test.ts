import assert from 'node:assert/strict';
import { test } from 'node:test';
import { describe } from '../../../firmware/config/describe.ts';
import { configuration } from '../../../firmware/config/schema.ts';
import type { Settings } from '../../../firmware/control/api/wire.ts';
import { type Draft, edited, fieldsOf, noDraft, withAdded, withRemoved } from './model.ts';
import { namesFor, namesWithin } from './naming.ts';
import { pathWords, placeWords } from './step-words.ts';

const standing: Settings = {
  revision: '1',
  settings: {
    trunks: [{ id: 'primary' }, { id: 'secondary' }],
    groups: [{ id: 'both' }],
    lines: [
      { id: 'line/1', kind: 'fxs', extension: '11' },
      { id: 'line/2', kind: 'fxs', extension: '' },
      { id: 'line/5', kind: 'fxo', extension: '' },
    ],
    ringGroups: [{ id: 'front', extension: '40' }],
    attendants: [{ id: 'hello', extension: '' }],
    routes: [{ id: 'mobile' }],
    forwardings: [{ id: 'night' }],
    calendars: [{ id: 'office' }],
  } as unknown as Settings['settings'],
  described: describe(configuration),
  drivers: { simulated: [] },
};

const names = (section: string, thing: string, name: string, draft: Draft = noDraft) => {
  const field = fieldsOf(standing, section, thing).find(({ about }) => about.path === name)!;
  return namesFor(standing, draft, field)?.map(({ id, label }) => [id, label]);
};

test('a route names softswitches, groups and exchange lines, and phones by their extensions', () => {
  const ways = [
    ['primary', 'primary'],
    ['secondary', 'secondary'],
    ['both', 'both'],
    ['line/5', 'line/5 · exchange line'],
  ];
  assert.deepEqual(names('routes', 'mobile', 'ways'), ways);
  assert.deepEqual(names('lines', 'line/1', 'trunks'), ways, 'and so does a phone that may take some only');
  assert.deepEqual(names('routes', 'mobile', 'extensions'), [
    ['11', '11 · line/1'],
    ['40', '40 · front'],
  ]);
  assert.equal(names('routes', 'mobile', 'prefix'), undefined);
});

test('what was just added may be named as soon as it has a name, what is removed may not', () => {
  const added = withAdded(standing, noDraft, 'calendars');
  assert.deepEqual(names('routes', 'mobile', 'calendar', added.draft), [['office', 'office']]);
  const named = edited(standing, added.draft, ['calendars', added.key, 'id'], 'shop');
  assert.deepEqual(names('routes', 'mobile', 'calendar', withRemoved(named, 'calendars', 'office')), [
    ['shop', 'shop'],
  ]);
});

test('the second half of a target names what its first half says', () => {
  const within = (to: string, path = 'name') => namesWithin(standing, noDraft, { path }, { to })?.map(({ id }) => id);
  assert.deepEqual(within('extension'), ['11', '40']);
  assert.deepEqual(within('group'), ['front']);
  assert.deepEqual(within('mailbox'), ['line/1', 'line/2']);
  assert.deepEqual(within('attendant'), ['hello']);
  assert.equal(within('number'), undefined);
  assert.equal(within('extension', 'ringS'), undefined);
});

test('a list of things inside a setting is one setting with the parts of its entries', () => {
  const periods = fieldsOf(standing, 'calendars', 'office').filter(({ about }) => about.items);
  assert.deepEqual(
    periods.map(({ place, about }) => [place, about.items!.map(({ path }) => path)]),
    [
      [
        ['calendars', 'office', 'periods'],
        ['days', 'from', 'until'],
      ],
      [
        ['calendars', 'office', 'exceptions'],
        ['date', 'from', 'until'],
      ],
    ],
  );
});

test('a place is told by its section, its thing and the title of its setting', () => {
  const words = (path: string) => pathWords(standing, noDraft, path);
  assert.equal(words('routing/interDigitS'), 'Dialling › Between digits');
  assert.equal(words('lines/line/1/extension'), 'Lines › line/1 › Extension');
  assert.equal(words('calendars/office/periods'), 'Calendars › office › Hours');
  assert.equal(words('calendars/office'), 'Calendars › office');
  assert.equal(words('groups/gone/sort'), 'Trunk groups › gone › Sorted by');
  const { draft, key } = withAdded(standing, noDraft, 'groups');
  assert.equal(placeWords(standing, draft, ['groups', key, 'id']), 'Trunk groups › Without a name › Short name');
});
