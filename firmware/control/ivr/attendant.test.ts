import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'node:test';
import * as v from 'valibot';
import { configuration } from '../../config/schema.ts';
import { muLawHeader } from '../mailbox/sound-file.ts';
import { TestOffice } from '../phone/test-office.ts';

let office: TestOffice;

const attendant = {
  id: 'reception',
  extension: '50',
  choices: [
    { digit: '1', to: 'extension', name: '11' },
    { digit: '2', to: 'group', name: 'all' },
    { digit: '9', to: 'mailbox', name: 'line/2' },
  ],
  dialByName: true,
  timeoutS: 8,
  timeoutLine: 'line/2',
};

beforeEach(() => {
  office = new TestOffice();
  office.health = { 'line/9': 'up' };
  office.configuration = v.parse(configuration, {
    ...office.configuration,
    lines: office.configuration.lines.map((line) => ({ ...line, mailbox: 'never' })),
    ringGroups: [{ id: 'all', extension: '40', lines: ['line/1', 'line/2'] }],
    attendants: [attendant],
  });
  office.phones.configure(office.configuration, ['112']);
  office.lines.configure([{ id: 'line/9', rings: 'reception' }]);
});
afterEach(() => assert.deepEqual(office.faults, []));

const lastPlayed = (): string | undefined => office.engine.asked.filter((each) => /^add player/.test(each)).at(-1);
const press = (digit: string) => office.line('line/9', { is: 'digit', digit, heardBy: 'dtmf', lastedMs: 80 });
/** The exchange line calls, and the attendant has spoken its greeting. */
const greeted = async () => {
  await office.line('line/9', { is: 'rung' });
  await office.line('line/9', { is: 'callerId', callerId: { number: '7890' } });
  await office.turn(500);
};

describe('an auto attendant', () => {
  it('greets who calls from outside, and leads to an extension whose phone joins the caller', async () => {
    await greeted();
    assert.equal(lastPlayed(), 'add player attendantGreeting');
    await press('1');
    assert.equal(office.phone('line/1'), 'onHook', 'an extension 11 may be meant');
    await press('1');
    assert.equal(office.phone('line/1'), 'ringing');
    await office.line('line/1', { is: 'offHook' });
    assert.deepEqual(office.engine.joined(), [['line/1', 'line/9']]);
    await office.line('line/1', { is: 'onHook' });
    assert.deepEqual(office.left(), []);
    const answered = office
      .told('callAnswered')
      .map((fact) => 'target' in fact && `${fact.target.kind} ${fact.target.id}`);
    assert.deepEqual(answered, ['attendant reception', 'phone line/1']);
  });

  it('ends both calls when the caller hangs up', async () => {
    await greeted();
    await press('1');
    await press('1');
    await office.line('line/1', { is: 'offHook' });
    await office.line('line/9', { is: 'disconnected', by: 'loop' });
    assert.equal(office.phone('line/1'), 'hearing');
    await office.line('line/1', { is: 'onHook' });
    assert.deepEqual(office.left(), []);
  });

  it('takes one digit as a choice when no further one comes', async () => {
    await greeted();
    await press('1');
    await office.turn(2_500);
    assert.equal(office.phone('line/1'), 'ringing');
    await office.line('line/9', { is: 'disconnected', by: 'loop' });
    assert.equal(office.phone('line/1'), 'onHook');
    assert.deepEqual(office.left(), []);
  });

  it('leads to a ring group and to a mailbox', async () => {
    await greeted();
    await press('2');
    assert.deepEqual([office.phone('line/1'), office.phone('line/2')], ['ringing', 'ringing']);
    await office.line('line/9', { is: 'disconnected', by: 'loop' });
    assert.deepEqual(office.left(), []);
    await greeted();
    await press('9');
    await office.turn(500);
    assert.deepEqual(office.shelf.did.slice(0, 1), ['reserve line/2 7890']);
    await office.line('line/9', { is: 'disconnected', by: 'loop' });
    assert.deepEqual(office.left(), []);
  });

  it('rings the line for those who press nothing', async () => {
    await greeted();
    await office.heard();
    await office.turn(7_999);
    assert.equal(office.phone('line/2'), 'onHook');
    await office.turn(1);
    assert.equal(office.phone('line/2'), 'ringing');
    await office.line('line/9', { is: 'disconnected', by: 'loop' });
    assert.deepEqual(office.left(), []);
  });

  it('says that a choice is none, asks three times in all, and ends with a goodbye', async () => {
    await greeted();
    await press('7');
    assert.equal(lastPlayed(), 'add player attendantAgain attendantGreeting');
    await press('7');
    await press('7');
    assert.equal(lastPlayed(), 'add player goodbye');
    await office.heard();
    assert.equal(office.engine.playing.get('line/9'), 'release');
    assert.deepEqual(office.left(), []);
  });

  it('tells who nobody answers, and asks again', async () => {
    await office.line('line/1', { is: 'offHook' });
    await greeted();
    await press('1');
    await press('1');
    assert.match(lastPlayed() ?? '', /attendantGreeting$/);
    await press('4');
    await press('0');
    assert.equal(office.phone('line/2'), 'ringing');
    await office.line('line/9', { is: 'disconnected', by: 'loop' });
    await office.line('line/1', { is: 'onHook' });
    await office.turn(2_000);
    assert.deepEqual(office.left(), []);
  });

  it('is called by its extension from a phone of the box', async () => {
    await office.line('line/1', { is: 'offHook' });
    await office.dial('line/1', '50');
    await office.turn(500);
    assert.equal(lastPlayed(), 'add player attendantGreeting');
    await office.dial('line/1', '12');
    assert.equal(office.phone('line/2'), 'ringing');
    await office.line('line/2', { is: 'offHook' });
    assert.deepEqual(office.engine.joined(), [['line/1', 'line/2']]);
    await office.line('line/1', { is: 'onHook' });
    await office.line('line/2', { is: 'onHook' });
    assert.deepEqual(office.left(), []);
  });

  it('connects by the first letters of a name, and asks for more while several are meant', async () => {
    const named = (id: string, line: string, displayName: string) => ({
      id,
      line,
      displayName,
      user: id,
      password: 'x',
    });
    office.configuration = v.parse(configuration, {
      ...office.configuration,
      accounts: [named('desk', 'line/1', 'Anna Öhlmann'), named('store', 'line/2', 'Bernd Mohr')],
    });
    await greeted();
    await press('#');
    assert.equal(lastPlayed(), 'add player attendantName');
    await press('6');
    assert.deepEqual([office.phone('line/1'), office.phone('line/2')], ['onHook', 'onHook'], 'Oehlmann or Mohr');
    await press('6');
    assert.deepEqual([office.phone('line/1'), office.phone('line/2')], ['onHook', 'ringing'], 'Mohr');
    await office.line('line/2', { is: 'offHook' });
    assert.deepEqual(office.engine.joined(), [['line/2', 'line/9']]);
    await office.line('line/2', { is: 'onHook' });
    assert.deepEqual(office.left(), []);
  });

  it('says that nobody has such a name, and greets anew', async () => {
    await greeted();
    await press('#');
    await press('9');
    assert.equal(lastPlayed(), 'add player attendantAgain attendantGreeting');
    await office.line('line/9', { is: 'disconnected', by: 'loop' });
    assert.deepEqual(office.left(), []);
  });

  describe('with hours', () => {
    const at = (iso: string) => ({ ms: Date.parse(iso), sure: true });
    let folder = '';
    beforeEach(() => {
      folder = mkdtempSync(join(tmpdir(), 'attendant-'));
      for (const name of ['day', 'night']) writeFileSync(join(folder, `${name}.wav`), muLawHeader(8000));
      const hours = { days: ['mon', 'tue', 'wed', 'thu', 'fri'], from: '08:00', until: '17:00' };
      office.configuration = v.parse(configuration, {
        ...office.configuration,
        system: { sentences: folder },
        calendars: [{ id: 'office', timeZone: 'Europe/Berlin', periods: [hours] }],
        attendants: [{ ...attendant, calendar: 'office', greeting: 'day.wav', greetingOut: 'night.wav' }],
      });
    });
    afterEach(async () => {
      rmSync(folder, { recursive: true });
      await office.line('line/9', { is: 'disconnected', by: 'loop' });
      assert.deepEqual(office.left(), []);
    });

    it('greets as it came where the recording of the office cannot be played', async () => {
      writeFileSync(join(folder, 'day.wav'), 'no sound');
      office.now = at('2027-11-29T11:00:00Z');
      await greeted();
      assert.match(lastPlayed() ?? '', /attendantGreeting/);
    });

    it('greets within them', async () => {
      office.now = at('2027-11-29T11:00:00Z');
      await greeted();
      assert.match(lastPlayed() ?? '', /^add player .*day\.wav/);
    });

    it('greets otherwise outside of them, as the call began, and the record says so', async () => {
      office.now = at('2027-11-29T16:30:00Z');
      await greeted();
      office.now = at('2027-11-30T11:00:00Z');
      await press('7');
      assert.match(lastPlayed() ?? '', /night\.wav/);
      const [began] = office.told('attemptBegan');
      assert.ok(
        began !== undefined && 'why' in began && began.why.endsWith('greeting for outside the hours of office'),
      );
    });

    it('does not know them while the time is not sure', async () => {
      office.now = { ...at('2027-11-29T23:00:00Z'), sure: false };
      await greeted();
      assert.match(lastPlayed() ?? '', /day\.wav/);
    });
  });
});
