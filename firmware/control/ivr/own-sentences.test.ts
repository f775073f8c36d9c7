import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { silentLog } from '../../core/log.ts';
import { Runner } from '../../core/runner.ts';
import { TestClock } from '../../core/test-clock.ts';
import { sentenceNames } from '../../profiles/sentence/names.ts';
import type { Fact } from '../facts.ts';
import { OwnSentences } from './own-sentences.ts';

const good = readFileSync(fileURLToPath(new URL('../../profiles/sentence/en/and.wav', import.meta.url)));
const stereo = Buffer.from(good).fill(2, 22, 23);

let folder: string;
let clock: TestClock;
let facts: Fact[];
let warned: unknown[];
let own: OwnSentences;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'own-'));
  clock = new TestClock();
  [facts, warned] = [[], []];
  const runner = new Runner(clock, silentLog);
  runner.onFact((fact) => facts.push(fact as Fact));
  own = new OwnSentences({ runner, clock, log: { ...silentLog, warn: (detail) => warned.push(detail) } });
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const put = (name: string, octets: Buffer): void => writeFileSync(join(folder, name), octets);

describe('own recordings', () => {
  it('that can be played, or are none, raise nothing', async () => {
    put('greeting.wav', good);
    put('notes.txt', Buffer.from('not looked at'));
    put('other.wav', stereo);
    await own.check(folder);
    await own.check('');
    assert.deepEqual([facts, warned], [[], []]);
  });

  it('that cannot be played are each warned of once, and all named by one fact', async () => {
    put('greeting.wav', stereo);
    put('goodbye.wav', Buffer.from('text'));
    await own.check(folder);
    await own.check(folder);
    const why = 'greeting.wav: it has 2 channels, not one; goodbye.wav: it is no WAV file';
    assert.deepEqual(facts, [{ fact: 'ownSentenceUnusable', why }]);
    assert.deepEqual(warned, [
      { file: 'greeting.wav', why: 'it has 2 channels, not one' },
      { file: 'goodbye.wav', why: 'it is no WAV file' },
    ]);
  });

  it('of which all are bad: the fact stays short', async () => {
    for (const name of sentenceNames) put(`${name}.wav`, stereo);
    await own.check(folder);
    const [fact] = facts;
    assert.ok(fact?.fact === 'ownSentenceUnusable');
    assert.match(fact.why, new RegExp(`; and ${sentenceNames.length - 3} more$`));
    assert.equal(warned.length, sentenceNames.length);
  });

  it('in a folder that is not there are missed', async () => {
    await own.check(join(folder, 'elsewhere'));
    assert.match(JSON.stringify(facts), /elsewhere: there is no such folder/);
  });

  it('that were mended are found so when they are used, at most once a minute; no folder ends it too', async () => {
    put('greeting.wav', stereo);
    await own.check(folder);
    put('greeting.wav', good);
    await own.used(folder);
    clock.turn(59_999);
    await own.used(folder);
    assert.equal(facts.length, 1);
    clock.turn(1);
    await own.used(folder);
    assert.deepEqual(facts.at(-1), { fact: 'ownSentencesUsable' });

    put('greeting.wav', stereo);
    await own.check(folder);
    put('greeting.wav', good);
    await own.configured(folder);
    assert.equal(facts.length, 3, 'other settings are no reason to look again');
    await own.configured('');
    assert.deepEqual(
      facts.slice(2).map(({ fact }) => fact),
      ['ownSentenceUnusable', 'ownSentencesUsable'],
    );
  });

  it('of a folder that was left while it was looked through say nothing', async () => {
    put('greeting.wav', stereo);
    const look = own.check(folder);
    await own.configured('');
    await look;
    assert.deepEqual(facts, []);
  });
});
