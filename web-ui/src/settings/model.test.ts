import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Described, Settings } from '../../../firmware/control/api/wire.ts';
import {
  applies,
  backToDefault,
  changeOf,
  countOf,
  type Draft,
  edited,
  fieldsOf,
  isTouched,
  noDraft,
  objectionsOf,
  placeOfRefusal,
  placeWhenStanding,
  sectionsOf,
  shownValue,
  thingsOf,
  undone,
  withAdded,
  withKept,
  withRemoved,
} from './model.ts';

const about = (path: string, rest: Partial<Described> = {}): Described => ({
  path,
  kind: 'text',
  title: path,
  help: '',
  ...rest,
});

const settings: Settings = {
  revision: '7-abc',
  settings: {
    system: { name: 'box', country: 'US' },
    trunks: [
      { id: 'a', host: 'a.example', port: 5060, localPort: 5060, priority: 1, verdicts: { 503: 'next', 486: 'stop' } },
      { id: 'b', host: 'b.example', port: 5060, localPort: 5064, priority: 5, verdicts: {} },
    ],
    accounts: [],
    cards: [{ id: 'card', driver: 'simulated', settings: { phones: 4 } }],
    lines: [{ id: 'line/1', kind: 'fxs', extension: '11', mailboxPin: { secret: true } }],
  },
  described: [
    about('version'),
    about('system/name', { default: 'holdfast' }),
    about('system/country', { kind: 'choice', default: 'US', of: ['US', 'DE'] }),
    about('trunks/*/id'),
    about('trunks/*/host'),
    about('trunks/*/port', { kind: 'number', default: 5060 }),
    about('trunks/*/localPort', { kind: 'number', default: 5060 }),
    about('trunks/*/priority', { kind: 'number', default: 1 }),
    about('trunks/*/verdicts', { kind: 'record', default: {} }),
    about('cards/*/id'),
    about('cards/*/driver'),
    about('cards/*/settings', { kind: 'record', default: {} }),
    about('lines/*/id'),
    about('lines/*/kind', { kind: 'choice', default: 'fxs', of: ['fxs', 'fxo'] }),
    about('lines/*/mailboxPin', { secret: true, default: '', appliesWhen: { setting: 'kind', is: ['fxs'] } }),
    about('lines/*/rings', { default: '', appliesWhen: { setting: 'kind', is: ['fxo'] } }),
  ],
  drivers: {
    simulated: [
      about('phones', { kind: 'number', default: 4 }),
      about('tones/dial/steps/*/ms', { kind: 'number' }),
      about('tones/dial/steps/*/level', { kind: 'number' }),
    ],
  },
};

const withEdits = (...edits: readonly (readonly [readonly string[], unknown])[]): Draft =>
  edits.reduce<Draft>((draft, [place, value]) => edited(settings, draft, place, value), noDraft);

const fieldAt = (section: string, path: string, thing?: string) =>
  fieldsOf(settings, section, thing).find((field) => field.about.path === path)!;

test('sections stand in the order of the description, without the version', () => {
  assert.deepEqual(sectionsOf(settings.described), ['system', 'trunks', 'cards', 'lines']);
});

test('a change holds what was edited and nothing else, things of a list by their ids', () => {
  const draft = withEdits(
    [['system', 'name'], 'Town hall'],
    [['trunks', 'b', 'port'], 5080],
    [['lines', 'line/1', 'mailboxPin'], '1234'],
    [['cards', 'card', 'settings', 'phones'], 8],
  );
  assert.deepEqual(changeOf(settings, draft), {
    system: { name: 'Town hall' },
    trunks: { b: { port: 5080 } },
    lines: { 'line/1': { mailboxPin: '1234' } },
    cards: { card: { settings: { phones: 8 } } },
  });
  assert.equal(countOf(draft), 4);
});

test('entering what stands already is no change, and neither is what was undone', () => {
  const draft = withEdits([['trunks', 'b', 'port'], 5080], [['trunks', 'b', 'port'], 5060]);
  assert.equal(countOf(draft), 0);
  assert.deepEqual(undone(withEdits([['system', 'name'], 'x']), ['system', 'name']), noDraft);
});

test('back to the default is null where another value stands, and nothing where the default stands', () => {
  const name = fieldAt('system', 'name');
  const draft = backToDefault(settings, noDraft, name);
  assert.deepEqual(changeOf(settings, draft), { system: { name: null } });
  assert.equal(shownValue(settings, draft, name), 'holdfast');
  const country = fieldAt('system', 'country');
  const entered = edited(settings, noDraft, country.place, 'DE');
  assert.deepEqual(backToDefault(settings, entered, country), noDraft);
});

test('what a change hides goes back to its default, for nobody sees it to clear it', () => {
  const draft = edited(settings, noDraft, ['lines', 'line/1', 'kind'], 'fxo');
  assert.deepEqual(changeOf(settings, draft), { lines: { 'line/1': { kind: 'fxo', mailboxPin: null } } });
  const other = edited(settings, noDraft, ['lines', 'line/1', 'extension'], '12');
  assert.deepEqual(changeOf(settings, other), { lines: { 'line/1': { extension: '12' } } });
});

test('a record that lost an entry names it, as a merge would keep it', () => {
  const draft = withEdits([['trunks', 'a', 'verdicts'], { 503: 'stop' }]);
  assert.deepEqual(changeOf(settings, draft), { trunks: { a: { verdicts: { 486: null, 503: 'stop' } } } });
});

test('a new softswitch has ports and a priority of its own and is one change, by the name it was given', () => {
  const { draft: added, key } = withAdded(settings, noDraft, 'trunks');
  const draft = edited(
    settings,
    edited(settings, added, ['trunks', key, 'id'], 'c'),
    ['trunks', key, 'host'],
    'c.example',
  );
  assert.deepEqual(changeOf(settings, draft), { trunks: { c: { host: 'c.example', localPort: 5066, priority: 6 } } });
  assert.equal(countOf(draft), 1);
  assert.deepEqual(
    thingsOf(settings, draft, 'trunks').map(({ id, state }) => `${id} ${state}`),
    ['a stands', 'b stands', 'c added'],
  );
});

test('a new thing without a name, or with one that is taken, is not sent', () => {
  const { draft, key } = withAdded(settings, noDraft, 'trunks');
  assert.deepEqual(objectionsOf(settings, draft), [{ place: ['trunks', key, 'id'], limit: 'name' }]);
  const taken = edited(settings, draft, ['trunks', key, 'id'], 'a');
  assert.deepEqual(objectionsOf(settings, taken), [{ place: ['trunks', key, 'id'], limit: 'taken' }]);
  assert.deepEqual(objectionsOf(settings, edited(settings, draft, ['trunks', key, 'id'], 'c')), []);
});

test('a removed thing is null in the change, takes its edits with it, and can be kept after all', () => {
  const draft = withRemoved(withEdits([['trunks', 'a', 'port'], 5080]), 'trunks', 'a');
  assert.deepEqual(changeOf(settings, draft), { trunks: { a: null } });
  assert.equal(isTouched(draft, ['trunks', 'a']), true);
  assert.deepEqual(withKept(draft, 'trunks', 'a'), noDraft);
});

test('removing what was only added forgets it', () => {
  const { draft, key } = withAdded(settings, noDraft, 'lines');
  assert.deepEqual(withRemoved(draft, 'lines', key), noDraft);
});

const added = withAdded(settings, withRemoved(noDraft, 'trunks', 'a'), 'trunks');
const steps = ['cards', 'card', 'settings', 'tones', 'dial', 'steps'];
const refusals: readonly (readonly [string, string, readonly string[]])[] = [
  ['a setting of a section', 'system/name', ['system', 'name']],
  ['the first that is left in a list', 'trunks/0/host', ['trunks', 'b', 'host']],
  ['one that is new', 'trunks/1/host', ['trunks', added.key, 'host']],
  ['a line, whose id has a slash', 'lines/0/extension', ['lines', 'line/1', 'extension']],
  ['a setting of a driver', 'cards/0/settings/phones', ['cards', 'card', 'settings', 'phones']],
  ['a list as a whole', 'trunks', ['trunks']],
  ['one value of a record', 'trunks/0/verdicts/486', ['trunks', 'b', 'verdicts']],
  ['a part of a list in a driver', 'cards/0/settings/tones/dial/steps/1/ms', steps],
];
for (const [what, path, place] of refusals)
  test(`a refusal belongs to its field: ${what}`, () => {
    assert.deepEqual(placeOfRefusal(settings, added.draft, path), place);
  });

test('what was added goes by its name when it stands; all else stays where it is', () => {
  const named = edited(settings, added.draft, ['trunks', added.key, 'id'], 'third');
  assert.deepEqual(placeWhenStanding(named, ['trunks', added.key]), ['trunks', 'third']);
  assert.equal(placeWhenStanding(named, ['trunks', 'b']), undefined);
  assert.equal(placeWhenStanding(named, ['system']), undefined);
});

test('settings of the driver stand below those of the card; a list in them is one field', () => {
  const places = fieldsOf(settings, 'cards', 'card', 'simulated').map(({ place }) => place.join('/'));
  assert.deepEqual(places, [
    'cards/card/id',
    'cards/card/driver',
    'cards/card/settings/phones',
    'cards/card/settings/tones/dial/steps',
  ]);
});

test('a field that means nothing for the kind is not shown, and the draft decides', () => {
  const fields = fieldsOf(settings, 'lines', 'line/1');
  const shown = (draft: Draft) =>
    fields.filter((field) => applies(settings, draft, field, fields)).map((field) => field.about.path);
  assert.deepEqual(shown(noDraft), ['id', 'kind', 'mailboxPin']);
  assert.deepEqual(shown(withEdits([['lines', 'line/1', 'kind'], 'fxo'])), ['id', 'kind', 'rings']);
});
