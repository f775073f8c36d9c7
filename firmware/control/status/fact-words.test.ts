import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Fact } from '../facts.ts';
import { factLevel, factWords } from './fact-words.ts';

const call = 'call/a-1';
const toPhone = { kind: 'phone', id: 'line/2', number: '' } as const;
const toTrunk = { kind: 'trunk', id: 'primary', number: '5550100' } as const;
const from = { kind: 'phone', id: 'line/1', number: '11' } as const;

const table: readonly (readonly [Fact, string])[] = [
  [
    { fact: 'callBegan', call, from: { kind: 'line', id: 'line/5', number: '' }, dialled: '' },
    'call/a-1: exchange line line/5 is ringing',
  ],
  [{ fact: 'callBegan', call, from, dialled: '12' }, 'call/a-1: phone line/1 (11) calls 12'],
  [
    { fact: 'attemptBegan', call, attempt: '1', target: toTrunk, why: 'first in order' },
    'call/a-1: trying softswitch primary with 5550100: first in order',
  ],
  [
    { fact: 'attemptEnded', call, attempt: '1', cause: 'serverFailed', status: 503 },
    'call/a-1: this way ended with 503: the softswitch failed',
  ],
  [{ fact: 'callAlerting', call, attempt: '1' }, 'call/a-1: it rings'],
  [{ fact: 'callAnswered', call, attempt: '1', target: toPhone }, 'call/a-1: answered by phone line/2'],
  [{ fact: 'callEnded', call, cause: 'hungUp', by: 'callee' }, 'call/a-1: ended by the callee: hung up'],
  [{ fact: 'callMedia', call, statistics: {} }, 'call/a-1: figures of the audio'],
  [{ fact: 'registered', account: 'a', trunk: 't', expiresS: 60 }, 'account a is registered at t for 60 s'],
  [
    { fact: 'registrationFailed', account: 'a', trunk: 't', cause: 'c', sentence: 'wrong password' },
    'not registered: wrong password',
  ],
  [{ fact: 'trunkUp', trunk: 't', why: 'w' }, 'softswitch t works: w'],
  [{ fact: 'trunkSuspect', trunk: 't', why: 'w' }, 'softswitch t is doubted: w'],
  [{ fact: 'trunkDown', trunk: 't', why: 'w' }, 'softswitch t is down: w'],
  [{ fact: 'portIn', line: 'line/1', cause: 'c' }, 'line/1 is in service: c'],
  [{ fact: 'portOut', line: 'line/1', cause: 'c' }, 'line/1 is out of service: c'],
  [{ fact: 'ownSentenceUnusable', why: 'w' }, 'own recordings cannot be played: w'],
  [{ fact: 'ownSentencesUsable' }, 'all own recordings can be played'],
  [{ fact: 'engineLost', why: 'w' }, 'the engine is gone: w'],
  [{ fact: 'engineBack', why: 'w' }, 'the engine is back: w'],
  [{ fact: 'controlRestarted', callsEnded: 2 }, 'the control plane was restarted; calls that ended with it: 2'],
  [
    { fact: 'controlRestarted', callsEnded: 0, why: 'w' },
    'the control plane was restarted (w); calls that ended with it: 0',
  ],
  [
    { fact: 'configured', revision: '1-a', by: 'page', steps: ['addTrunk t', 'rename'] },
    'settings changed by page, now revision 1-a: addTrunk t, rename',
  ],
];

test('each fact is a sentence', () => {
  for (const [fact, words] of table) assert.equal(factWords(fact), words);
});

test('figures are no news at night; what takes a way away is a warning', () => {
  const at = (level: string) => [...new Set(table.map(([fact]) => fact).filter((fact) => factLevel(fact) === level))];
  assert.deepEqual(
    at('debug').map(({ fact }) => fact),
    ['callMedia', 'ownSentenceUnusable'],
  );
  assert.deepEqual(
    at('warn')
      .map(({ fact }) => fact)
      .sort(),
    ['engineLost', 'portOut', 'registrationFailed', 'trunkDown', 'trunkSuspect'],
  );
});
