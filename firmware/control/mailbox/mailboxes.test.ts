import assert from 'node:assert/strict';
import { existsSync, readdirSync } from 'node:fs';
import { test } from 'node:test';
import type { Mailboxes } from './mailboxes.ts';
import type { Message, Reservation } from './shelf.ts';
import { record, scratchFolder, startShelf } from './test-shelf.ts';

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
