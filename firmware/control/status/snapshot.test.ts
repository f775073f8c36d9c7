import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Fact } from '../facts.ts';
import { emptyStatus, statusAbout, statusAfter } from './snapshot.ts';

const facts: readonly Fact[] = [
  { fact: 'trunkDown', trunk: 'primary', why: 'silent' },
  { fact: 'trunkUp', trunk: 'secondary', why: 'it answers' },
  { fact: 'registered', account: 'a', trunk: 'primary', expiresS: 600 },
  { fact: 'registered', account: 'a', trunk: 'secondary', expiresS: 600 },
  { fact: 'portOut', line: 'line/1', cause: 'no card' },
  { fact: 'portIn', line: 'line/2', cause: 'ready' },
  { fact: 'mailboxCounted', mailbox: 'line/1', waiting: 1, kept: 0 },
  { fact: 'mailboxCounted', mailbox: 'line/2', waiting: 2, kept: 0 },
  { fact: 'callBegan', call: 'call/1', from: { kind: 'line', id: 'line/9', number: '' }, dialled: '' },
];
const status = facts.reduce((before, fact) => statusAfter(before, fact, 7), emptyStatus);
const all = {
  trunks: ['primary', 'secondary'],
  registrations: ['primary/a', 'secondary/a'],
  ports: ['line/1', 'line/2'],
  mailboxes: ['line/1', 'line/2'],
};

test('what was taken out of the settings is forgotten: softswitches, registrations, ports, mailboxes', () => {
  const left = statusAbout(status, {
    trunks: ['secondary'],
    registrations: ['secondary/a'],
    ports: ['line/2'],
    mailboxes: ['line/1'],
  });
  assert.deepEqual(Object.keys(left.trunks), ['secondary']);
  assert.deepEqual(Object.keys(left.registrations), ['secondary/a']);
  assert.deepEqual(Object.keys(left.ports), ['line/2']);
  assert.deepEqual(Object.keys(left.mailboxes), ['line/1']);
  assert.deepEqual(left.calls, status.calls);
});

test('where nothing was taken out the status is the same object', () => {
  assert.equal(statusAbout(status, all), status);
});

test('a call shows the number as it was dialled by now', () => {
  const after = statusAfter(status, { fact: 'callDialledOn', call: 'call/1', dialled: '0301' }, 8);
  assert.equal(after.calls['call/1']?.dialled, '0301');
});
