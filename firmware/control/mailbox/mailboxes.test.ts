import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync, renameSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { TestClock } from '../../core/test-clock.ts';
import { decodeWav, muLawHeader } from '../../engine/sound/wav.ts';
import { type Files, systemFiles } from '../../store/file-primitives.ts';
import type { Fact } from '../facts.ts';
import type { Mailboxes } from './mailboxes.ts';
import type { Message, Reservation } from './shelf.ts';
import { MB, record, scratchFolder, settingsOf, startShelf } from './test-shelf.ts';

const caller = { number: '0301234', name: 'Ada' };

const reserve = async (shelf: Mailboxes, mailbox = 'line/1'): Promise<Reservation> => {
  const found = await shelf.reserve(mailbox, caller);
  assert.ok('file' in found, JSON.stringify(found));
  return found;
};

/** Somebody leaves a message. */
const leave = async (shelf: Mailboxes, seconds = 3, mailbox = 'line/1'): Promise<Message> => {
  const reservation = await reserve(shelf, mailbox);
  record(reservation.file, seconds);
  const message = await shelf.commit(reservation);
  assert.ok(message);
  return message;
};

test('a message: reserved, recorded, listed, heard, deleted, with its facts', async (t) => {
  const folder = scratchFolder(t);
  const { shelf, facts } = await startShelf(folder);
  facts.length = 0;
  const reservation = await reserve(shelf);
  assert.deepEqual([reservation.longestS, reservation.silenceEndsS], [180, 10]);
  record(reservation.file, 3.25);
  const message = await shelf.commit(reservation);
  const { id } = message!;
  assert.deepEqual(message, { id, mailbox: 'line/1', at: 1_700_000_001_000, from: caller, seconds: 3.25, is: 'new' });
  assert.equal(await shelf.file('line/1', id), reservation.file);
  const { messages, usedS } = shelf.state('line/1')!;
  assert.deepEqual([messages, usedS], [[message], 3.25]);
  assert.equal(await shelf.keep('line/1', id), true);
  assert.equal(shelf.state('line/1')!.messages[0]!.is, 'kept');
  assert.equal(await shelf.delete('line/1', id), true);
  assert.equal(existsSync(reservation.file), false);
  assert.equal(await shelf.file('line/1', id), undefined);
  assert.equal(await shelf.delete('line/1', id), false);
  const counted = { fact: 'mailboxCounted', mailbox: 'line/1' };
  assert.deepEqual(facts, [
    { fact: 'messageStored', mailbox: 'line/1', message: id, from: '0301234', seconds: 3.25 },
    { ...counted, waiting: 1, kept: 0 },
    { ...counted, waiting: 0, kept: 1 },
    { ...counted, waiting: 0, kept: 0 },
  ]);
});

test('a restart finds what was stored, and states the counts of each mailbox once', async (t) => {
  const folder = scratchFolder(t);
  const before = (await startShelf(folder)).shelf;
  const message = await leave(before);
  const { shelf, facts } = await startShelf(folder);
  assert.deepEqual(shelf.state('line/1')!.messages, [message]);
  assert.deepEqual(facts, [
    { fact: 'mailboxCounted', mailbox: 'line/1', waiting: 1, kept: 0 },
    { fact: 'mailboxCounted', mailbox: 'line/2', waiting: 0, kept: 0 },
  ]);
  assert.ok(readdirSync(folder).includes('line+1'));
});

test('nothing is a message that is shorter than a second, or was never recorded', async (t) => {
  const { shelf, facts } = await startShelf(scratchFolder(t));
  facts.length = 0;
  for (const seconds of [0, 0.98, undefined]) {
    const reservation = await reserve(shelf);
    if (seconds !== undefined) record(reservation.file, seconds);
    assert.equal(await shelf.commit(reservation), undefined);
    assert.equal(existsSync(reservation.file), false);
  }
  assert.deepEqual([shelf.state('line/1')!.messages, facts], [[], []]);
  assert.equal((await leave(shelf, 1)).seconds, 1);
});

test('the length is that of the file, and a commit that comes again says the same and states nothing', async (t) => {
  const { shelf, facts } = await startShelf(scratchFolder(t));
  const message = await leave(shelf, 4.5);
  facts.length = 0;
  assert.deepEqual(await shelf.commit({ mailbox: 'line/1', message: message.id }), message);
  assert.equal(await shelf.commit({ mailbox: 'line/1', message: 'another' }), undefined);
  assert.equal(await shelf.commit({ mailbox: 'line/9', message: message.id }), undefined);
  assert.deepEqual([message.seconds, facts], [4.5, []]);
});

test('a recording that ended for want of space is a message up to there', async (t) => {
  const { shelf } = await startShelf(scratchFolder(t));
  const reservation = await reserve(shelf);
  record(reservation.file, 6, '.part');
  assert.equal((await shelf.commit(reservation))?.seconds, 6);
  assert.equal(existsSync(reservation.file), true);
});

test('times of recording and long names from the network are kept bounded', async (t) => {
  const { shelf, clock } = await startShelf(scratchFolder(t));
  clock.turn(5000);
  const found = await shelf.reserve('line/1', { number: '1'.repeat(500), name: 'x'.repeat(500) });
  assert.ok('file' in found);
  record(found.file, 2);
  clock.turn(60_000);
  const message = await shelf.commit(found);
  assert.equal(message?.at, 1_700_000_006_000);
  assert.deepEqual(message?.from, { number: '1'.repeat(64), name: 'x'.repeat(64) });
});

test('a line that comes back into the settings brings its messages, its lock and its fullness with it', async (t) => {
  const { shelf, facts } = await startShelf(scratchFolder(t), [], { configuration: settingsOf({ quotaS: 60 }) });
  await leave(shelf, 58);
  for (let tries = 0; tries < 3; tries++) shelf.tryPin('line/1', '0000');
  await shelf.idle();
  const all = settingsOf({ quotaS: 60 });
  shelf.configure({ ...all, lines: all.lines.slice(1) });
  await shelf.idle();
  facts.length = 0;
  shelf.configure(all);
  await shelf.idle();
  assert.deepEqual(
    facts.map(({ fact }) => fact),
    ['mailboxCounted', 'mailboxLocked', 'mailboxFull'],
  );
});

// ── what an earlier process left ─────────────────────────────────────────────────────────────────

test('a finished recording that nobody committed becomes a message, with its caller', async (t) => {
  const folder = scratchFolder(t);
  const { file, message: id } = await reserve((await startShelf(folder)).shelf);
  record(file, 7);
  const { shelf, facts } = await startShelf(folder);
  const [message] = shelf.state('line/1')!.messages;
  assert.deepEqual([message?.id, message?.from, message?.seconds, message?.is], [id, caller, 7, 'new']);
  assert.equal(facts.filter(({ fact }) => fact === 'messageStored').length, 1);
  assert.deepEqual(facts.at(-1), { fact: 'mailboxCounted', mailbox: 'line/1', waiting: 1, kept: 0 });
  assert.deepEqual((await startShelf(folder)).facts.slice(0, 1), facts.slice(-1));
});

const parts: [string, (whole: Buffer) => Buffer, seconds: number | undefined][] = [
  ['as the recorder left it', (whole) => whole, 5],
  ['with half a second more than its header says', (whole) => Buffer.concat([whole, Buffer.alloc(4000)]), 5],
  ['with less than its header says', (whole) => whole.subarray(0, 58 + 4 * 8000 + 100), 4.01],
  ['with a header of its first moment', (whole) => Buffer.concat([muLawHeader(0), whole.subarray(58)]), 5],
  ['with a header of zeros', (whole) => Buffer.concat([Buffer.alloc(58), whole.subarray(58, -4000)]), 4],
  ['with nothing but a header', (whole) => whole.subarray(0, 58), undefined],
  ['with half a header', (whole) => whole.subarray(0, 20), undefined],
  ['empty', () => Buffer.alloc(0), undefined],
];

for (const [what, spoil, seconds] of parts) {
  test(`an unfinished recording, ${what}: ${seconds ?? 'no'} seconds of message`, async (t) => {
    const folder = scratchFolder(t);
    const { file } = await reserve((await startShelf(folder)).shelf);
    record(file, 5, '.part');
    writeFileSync(`${file}.part`, spoil(readFileSync(`${file}.part`)));
    const { shelf } = await startShelf(folder);
    const { messages } = shelf.state('line/1')!;
    assert.deepEqual(
      messages.map((message) => message.seconds),
      seconds === undefined ? [] : [seconds],
    );
    assert.deepEqual([existsSync(file), existsSync(`${file}.part`)], [seconds !== undefined, false]);
    if (seconds === undefined) return;
    const octets = readFileSync(file);
    const playedS = decodeWav(octets, file).length / 8000;
    assert.equal(octets.length, 58 + playedS * 8000, 'something stands behind the sound');
    assert.ok(Math.abs(playedS - seconds) < 0.01, `${playedS} s can be played`);
  });
}

test('a recording that the engine is still writing is left alone, and committed later', async (t) => {
  const folder = scratchFolder(t);
  const reservation = await reserve((await startShelf(folder)).shelf);
  record(reservation.file, 2, '.part');
  const { shelf, facts } = await startShelf(folder, [reservation.file]);
  assert.deepEqual([shelf.state('line/1')!.messages, existsSync(`${reservation.file}.part`)], [[], true]);
  record(reservation.file, 9, '.part');
  renameSync(`${reservation.file}.part`, reservation.file);
  const message = await shelf.commit(reservation);
  assert.deepEqual([message?.seconds, message?.from], [9, caller]);
  assert.equal(facts.at(-2)?.fact, 'messageStored');
});

test('a recording that goes on is left alone although the index has lost it', async (t) => {
  const folder = scratchFolder(t);
  const { file } = await reserve((await startShelf(folder)).shelf);
  record(file, 2, '.part');
  for (const name of readdirSync(join(folder, 'line+1')))
    if (name.startsWith('index')) rmSync(join(folder, 'line+1', name));
  const { shelf } = await startShelf(folder, [file]);
  assert.deepEqual([shelf.state('line/1')!.messages, existsSync(`${file}.part`)], [[], true]);
  assert.equal((await startShelf(folder)).shelf.state('line/1')!.messages.length, 1);
});

test('what was reserved after the start is no leftover', async (t) => {
  const { shelf } = await startShelf(scratchFolder(t));
  const reservation = await reserve(shelf);
  await shelf.adopt(new Set());
  record(reservation.file, 3);
  assert.deepEqual((await shelf.commit(reservation))?.from, caller);
});

test('files that nobody knows are messages of an unknown caller', async (t) => {
  const folder = scratchFolder(t);
  const message = await leave((await startShelf(folder)).shelf);
  const box = join(folder, 'line+1');
  record(join(box, 'stray1.wav'), 3);
  record(join(box, 'stray2.wav'), 4, '.part');
  writeFileSync(join(box, 'notes.txt'), 'not ours');
  utimesSync(join(box, 'stray1.wav'), 1_600_000_000, 1_600_000_000);
  const { shelf } = await startShelf(folder);
  const { messages } = shelf.state('line/1')!;
  assert.deepEqual(
    messages.map(({ id, from, seconds }) => [id, from.number, seconds]),
    [
      ['stray1', '', 3],
      [message.id, '0301234', 3],
      ['stray2', '', 4],
    ],
  );
  assert.equal(messages[0]!.at, 1_600_000_000_000);
  assert.ok(existsSync(join(box, 'notes.txt')));
});

test('an index of which both generations are damaged costs the callers, not the messages', async (t) => {
  const folder = scratchFolder(t);
  const before = (await startShelf(folder)).shelf;
  await leave(before);
  await leave(before, 5);
  for (const name of ['index', 'index.prev']) writeFileSync(join(folder, 'line+1', name), 'spoilt');
  const { shelf, facts } = await startShelf(folder);
  const damages = facts.flatMap((fact) => (fact.fact === 'storeDamaged' ? [fact.why] : []));
  assert.equal(damages.length, 2);
  assert.match(damages[0]!, /line\+1\/index: the header is missing/);
  const found = shelf.state('line/1')!.messages.map(({ seconds, from }) => [seconds, from.number]);
  assert.deepEqual(found.sort(), [
    [3, ''],
    [5, ''],
  ]);
});

test('a message whose file has gone is none', async (t) => {
  const folder = scratchFolder(t);
  const before = (await startShelf(folder)).shelf;
  const lost = await leave(before);
  const message = await leave(before);
  rmSync((await before.file('line/1', lost.id))!);
  const { shelf, facts } = await startShelf(folder);
  assert.deepEqual(shelf.state('line/1')!.messages, [message]);
  assert.deepEqual(facts.at(-2), { fact: 'storeDamaged', why: 'mailbox line/1: 1 messages have lost their file' });
  assert.deepEqual(facts.at(-1), { fact: 'mailboxCounted', mailbox: 'line/1', waiting: 1, kept: 0 });
});

test('a message that was being deleted does not come back, although its file still stood', async (t) => {
  const folder = scratchFolder(t);
  const stuck: Files = { ...systemFiles, unlink: async (path) => refuseWav(path, systemFiles.unlink) };
  const before = (await startShelf(folder, [], { files: stuck })).shelf;
  const message = await leave(before);
  const file = (await before.file('line/1', message.id))!;
  assert.equal(await before.delete('line/1', message.id), true);
  assert.equal(existsSync(file), true);
  const { shelf } = await startShelf(folder);
  assert.deepEqual([shelf.state('line/1')!.messages, existsSync(file)], [[], false]);
});

const refuseWav = (path: string, work: (path: string) => Promise<void>): Promise<void> =>
  path.includes('.wav') ? Promise.reject(new Error('EIO')) : work(path);

// ── room ─────────────────────────────────────────────────────────────────────────────────────────

const fulls = (facts: readonly Fact[]) => facts.flatMap((fact) => (fact.fact === 'mailboxFull' ? [fact.why] : []));

test('a full mailbox refuses, and states it once until there is room again', async (t) => {
  const configuration = settingsOf({ quotaS: 60, longestS: 30 });
  const { shelf, facts } = await startShelf(scratchFolder(t), [], { configuration });
  await leave(shelf, 30);
  const second = await leave(shelf, 28);
  assert.deepEqual(fulls(facts), ['its messages have taken its 60 s']);
  for (let call = 0; call < 3; call++) {
    const refused = await shelf.reserve('line/1', caller);
    assert.deepEqual(refused, { refused: 'quota', why: 'its messages have taken its 60 s' });
  }
  assert.equal(fulls(facts).length, 1);
  assert.ok('file' in (await shelf.reserve('line/2', caller)));
  await shelf.delete('line/1', second.id);
  assert.equal((await leave(shelf, 26)).seconds, 26);
  assert.equal(fulls(facts).length, 2);
});

const roomAgain = (facts: readonly Fact[]) => facts.filter(({ fact }) => fact === 'mailboxHasRoom').length;

test('a full mailbox that was given more room by the settings says so', async (t) => {
  const { shelf, facts } = await startShelf(scratchFolder(t), [], { configuration: settingsOf({ quotaS: 60 }) });
  await leave(shelf, 58);
  assert.deepEqual([fulls(facts).length, roomAgain(facts)], [1, 0]);
  shelf.configure(settingsOf({ quotaS: 60, retentionDays: 3 }));
  await shelf.idle();
  assert.ok(fulls(facts).length === 1 && roomAgain(facts) === 0);
  shelf.configure(settingsOf({ quotaS: 600 }));
  await shelf.idle();
  assert.ok(roomAgain(facts) === 1);
  shelf.configure(settingsOf({ quotaS: 60 }));
  await shelf.idle();
  assert.ok(fulls(facts).length === 2);
});

test('a mailbox that was full for want of space on the medium says so when there is space again', async (t) => {
  const clock = new TestClock();
  const medium = { freeOctets: 0, totalOctets: 1000 * MB };
  const { shelf, facts } = await startShelf(scratchFolder(t), [], { clock, medium });
  assert.equal(fulls(facts).length, 2);
  clock.turn(30_000);
  await shelf.idle();
  assert.equal(roomAgain(facts), 0);
  medium.freeOctets = 1000 * MB;
  clock.turn(30_000);
  await shelf.idle();
  assert.ok(roomAgain(facts) === 2);
});

test('a mailbox that is full says so at start, after its counts', async (t) => {
  const folder = scratchFolder(t);
  const configuration = settingsOf({ quotaS: 60 });
  await leave((await startShelf(folder, [], { configuration })).shelf, 58);
  const { facts } = await startShelf(folder, [], { configuration });
  assert.deepEqual(facts.slice(0, 2), [
    { fact: 'mailboxCounted', mailbox: 'line/1', waiting: 1, kept: 0 },
    { fact: 'mailboxFull', mailbox: 'line/1', why: 'its messages have taken its 60 s' },
  ]);
});

test('a message that could not be listed is listed as soon as the medium can be written', async (t) => {
  let broken = false;
  const open: Files['open'] = (path, how) =>
    broken ? Promise.reject(new Error('ENOSPC')) : systemFiles.open(path, how);
  const { shelf } = await startShelf(scratchFolder(t), [], { files: { ...systemFiles, open } });
  const reservation = await reserve(shelf);
  record(reservation.file, 8);
  broken = true;
  await assert.rejects(shelf.commit(reservation), { code: 'store-unwritable' });
  assert.deepEqual(shelf.state('line/1')!.messages, []);
  broken = false;
  await reserve(shelf);
  assert.deepEqual(
    shelf.state('line/1')!.messages.map(({ id, seconds }) => [id, seconds]),
    [[reservation.message, 8]],
  );
});

test('callers at the same time share the room', async (t) => {
  const configuration = settingsOf({ quotaS: 60, longestS: 40 });
  const { shelf } = await startShelf(scratchFolder(t), [], { configuration });
  const found = await Promise.all([1, 2, 3].map(() => shelf.reserve('line/1', caller)));
  assert.deepEqual(
    found.map((each) => ('file' in each ? each.longestS : each.refused)),
    [40, 20, 'quota'],
  );
});

test('no recording where the medium has little space, for any mailbox, and again when there is', async (t) => {
  const medium = { freeOctets: 60 * MB, totalOctets: 1000 * MB };
  const { shelf, facts } = await startShelf(scratchFolder(t), [], { medium });
  assert.ok('file' in (await shelf.reserve('line/1', caller)));
  medium.freeOctets = 50 * MB + 180 * 8000 + 100_000;
  const tight = await shelf.reserve('line/2', caller);
  assert.equal('file' in tight && tight.longestS, 12);
  medium.freeOctets = 50 * MB;
  const why = 'the storage medium has no space left for recordings';
  for (const mailbox of ['line/1', 'line/2']) {
    assert.deepEqual(await shelf.reserve(mailbox, caller), { refused: 'disk', why });
  }
  assert.deepEqual(await shelf.reserveGreeting('line/1'), { refused: 'disk', why });
  await assert.rejects(shelf.setGreeting('line/1', wavOf(2)), { code: 'store-unwritable' });
  assert.deepEqual(fulls(facts), [why, why]);
});

test('a medium that cannot be written refuses in words; what stood there is not harmed', async (t) => {
  const folder = scratchFolder(t);
  const message = await leave((await startShelf(folder)).shelf);
  const broken: Files = { ...systemFiles, open: () => Promise.reject(new Error('EROFS')) };
  const { shelf } = await startShelf(folder, [], { files: broken });
  const refused = await shelf.reserve('line/1', caller);
  assert.deepEqual(refused, { refused: 'disk', why: 'the storage medium cannot be written' });
  await assert.rejects(shelf.delete('line/1', message.id), { code: 'store-unwritable' });
  assert.deepEqual(shelf.state('line/1')!.messages, [message]);
});

test('a mailbox that does not exist', async (t) => {
  const { shelf } = await startShelf(scratchFolder(t));
  const refused = { refused: 'unknown', why: 'there is no mailbox line/9' };
  assert.deepEqual(await shelf.reserve('line/9', caller), refused);
  assert.deepEqual(await shelf.reserveGreeting('line/9'), refused);
  await assert.rejects(shelf.setGreeting('line/9', wavOf(2)), { code: 'sound-file' });
  const answers = [shelf.state('line/9'), shelf.greeting('line/9'), await shelf.file('line/9', 'x')];
  assert.deepEqual(answers, [undefined, undefined, undefined]);
  assert.deepEqual([await shelf.keep('line/9', 'x'), await shelf.delete('line/9', 'x')], [false, false]);
  assert.deepEqual([shelf.pinWanted('line/9'), shelf.tryPin('line/9', '')], [false, 'wrong']);
});

// ── settings, greetings, PIN, retention ──────────────────────────────────────────────────────────

test('settings take effect at once; a line that is no more keeps its messages until they are too old', async (t) => {
  const folder = scratchFolder(t);
  const { shelf, facts } = await startShelf(folder);
  const message = await leave(shelf, 3, 'line/2');
  const settings = settingsOf({ quotaS: 100, longestS: 20 });
  shelf.configure({ ...settings, lines: settings.lines.slice(0, 1) });
  assert.deepEqual(
    shelf.states().map(({ mailbox, quotaS, extension, mode }) => [mailbox, quotaS, extension, mode]),
    [['line/1', 100, '11', 'outage']],
  );
  assert.equal((await reserve(shelf)).longestS, 20);
  shelf.configure(settings);
  assert.deepEqual(shelf.state('line/2')!.messages, [message]);
  facts.length = 0;
  shelf.configure({ ...settings, lines: [...settings.lines, { ...settings.lines[0]!, id: 'line/3' }] });
  assert.deepEqual(facts, [{ fact: 'mailboxCounted', mailbox: 'line/3', waiting: 0, kept: 0 }]);
});

const wavOf = (seconds: number): Buffer => {
  const sound = Buffer.alloc(seconds * 8000, 0x33);
  return Buffer.concat([muLawHeader(sound.length), sound]);
};

test('a greeting is recorded, takes the place of the spoken one, and is there after a restart', async (t) => {
  const folder = scratchFolder(t);
  const { shelf } = await startShelf(folder);
  const reserved = await shelf.reserveGreeting('line/1');
  assert.ok('file' in reserved);
  assert.deepEqual([reserved.longestS, reserved.silenceEndsS], [60, 10]);
  record(reserved.file, 4);
  assert.equal(shelf.greeting('line/1'), undefined);
  assert.equal(await shelf.commitGreeting('line/1'), true);
  const greeting = shelf.greeting('line/1')!;
  assert.equal(readFileSync(greeting).length, 58 + 32_000);
  assert.equal(shelf.state('line/1')!.greeting, 'own');
  const later = (await startShelf(folder)).shelf;
  assert.deepEqual([later.greeting('line/1'), later.state('line/1')!.messages], [greeting, []]);
});

test('a greeting too short, or never committed, leaves the old one', async (t) => {
  const folder = scratchFolder(t);
  const { shelf } = await startShelf(folder);
  await shelf.setGreeting('line/1', wavOf(2));
  const reserved = await shelf.reserveGreeting('line/1');
  assert.ok('file' in reserved);
  record(reserved.file, 0.5);
  assert.equal(await shelf.commitGreeting('line/1'), false);
  record(reserved.file, 5, '.part');
  const going = await startShelf(folder, [reserved.file]);
  assert.equal(existsSync(`${reserved.file}.part`), true);
  const later = (await startShelf(folder)).shelf;
  assert.equal(existsSync(`${reserved.file}.part`), false);
  for (const each of [going.shelf, later]) {
    assert.equal(readFileSync(each.greeting('line/1')!).length, 58 + 16_000);
    assert.deepEqual(each.state('line/1')!.messages, []);
  }
});

test('a greeting is uploaded, refused with the reason, and removed', async (t) => {
  const folder = scratchFolder(t);
  const { shelf } = await startShelf(folder);
  await shelf.setGreeting('line/1', wavOf(2));
  await assert.rejects(shelf.setGreeting('line/1', Buffer.from('no sound at all')), { code: 'sound-file' });
  assert.equal(readFileSync(shelf.greeting('line/1')!).length, 58 + 16_000);
  await shelf.setGreeting('line/1', wavOf(3));
  assert.equal(readFileSync(shelf.greeting('line/1')!).length, 58 + 24_000);
  await shelf.setGreeting('line/1', undefined);
  assert.deepEqual([shelf.greeting('line/1'), shelf.state('line/1')!.greeting], [undefined, 'spoken']);
  assert.equal((await startShelf(folder)).shelf.greeting('line/1'), undefined);
});

test('three wrong PINs lock, also over a restart, until it is unlocked', async (t) => {
  const folder = scratchFolder(t);
  const { shelf, facts } = await startShelf(folder);
  assert.deepEqual([shelf.pinWanted('line/1'), shelf.pinWanted('line/2')], [true, false]);
  const tried = ['0000', '1234', '0000', '1111'].map((pin) => shelf.tryPin('line/1', pin));
  assert.deepEqual(tried, ['wrong', 'right', 'wrong', 'wrong']);
  await shelf.close();
  const { shelf: later, facts: laterFacts } = await startShelf(folder);
  assert.deepEqual([later.tryPin('line/1', '2222'), later.state('line/1')!.locked], ['locked', true]);
  assert.equal(later.tryPin('line/1', '1234'), 'locked');
  await later.close();
  const { shelf: last, facts: lastFacts } = await startShelf(folder);
  assert.equal(last.tryPin('line/1', '1234'), 'locked');
  last.unlock('line/1');
  last.unlock('line/1');
  assert.equal(last.tryPin('line/1', '1234'), 'right');
  const locks = (list: readonly Fact[]) => list.map(({ fact }) => fact).filter((fact) => fact.endsWith('ocked'));
  assert.deepEqual([facts, laterFacts, lastFacts].map(locks), [
    [],
    ['mailboxLocked'],
    ['mailboxLocked', 'mailboxUnlocked'],
  ]);
});

const DAY = 24 * 3_600_000;
/** A clock whose wall time can be set without time passing. */
class SettableClock extends TestClock {
  ahead = 0;
  override wall(): number {
    return super.wall() + this.ahead;
  }
}

test('messages are deleted when they are too old, day by day, and what is young stays', async (t) => {
  const clock = new TestClock();
  const configuration = settingsOf({ retentionDays: 3 });
  const { shelf, facts } = await startShelf(scratchFolder(t), [], { clock, configuration });
  const old = await leave(shelf);
  const file = (await shelf.file('line/1', old.id))!;
  const ids = () => shelf.state('line/1')!.messages.map(({ id }) => id);
  const days = async (count: number): Promise<void> => {
    for (let day = 0; day < count; day++) {
      clock.turn(DAY);
      await shelf.idle();
    }
  };
  await days(2);
  const young = await leave(shelf);
  await days(1);
  assert.deepEqual(ids(), [old.id, young.id]);
  facts.length = 0;
  await days(1);
  assert.deepEqual([ids(), existsSync(file)], [[young.id], false]);
  assert.deepEqual(facts, [{ fact: 'mailboxCounted', mailbox: 'line/1', waiting: 1, kept: 0 }]);
});

test('a clock that leaps deletes nothing until it has said the same for a day', async (t) => {
  const folder = scratchFolder(t);
  const clock = new SettableClock();
  const before = await startShelf(folder, [], { clock });
  await leave(before.shelf);
  await before.shelf.close();
  clock.ahead = 400 * DAY;
  const { shelf } = await startShelf(folder, [], { clock });
  await shelf.idle();
  assert.equal(shelf.state('line/1')!.messages.length, 1);
  clock.ahead = 0;
  clock.turn(DAY);
  await shelf.idle();
  clock.turn(DAY);
  await shelf.idle();
  assert.equal(shelf.state('line/1')!.messages.length, 1);
  clock.ahead = 400 * DAY;
  clock.turn(DAY);
  await shelf.idle();
  assert.equal(shelf.state('line/1')!.messages.length, 1);
  clock.turn(DAY);
  await shelf.idle();
  assert.equal(shelf.state('line/1')!.messages.length, 0);
});

test('at start what is too old goes at once, if the clock goes on from where it was', async (t) => {
  const folder = scratchFolder(t);
  const clock = new SettableClock();
  const before = await startShelf(folder, [], { clock });
  await leave(before.shelf);
  await before.shelf.close();
  clock.ahead = 1.5 * DAY;
  const { shelf } = await startShelf(folder, [], { clock, configuration: settingsOf({ retentionDays: 1 }) });
  await shelf.idle();
  assert.equal(shelf.state('line/1')!.messages.length, 0);
});
