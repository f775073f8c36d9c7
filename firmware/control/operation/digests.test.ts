import assert from 'node:assert/strict';
import { test } from 'node:test';
import { silentLog } from '../../core/log.ts';
import { Runner } from '../../core/runner.ts';
import { TestClock } from '../../core/test-clock.ts';
import type { Notice } from '../system/notice-machine.ts';
import type { DigestState, DigestTime } from './digest.ts';
import { Digests } from './digests.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const time: DigestTime = { at: '07:30', zone: 'Europe/Berlin' };

/** One box: its flash and its clock outlive its planes. */
class Box {
  clock = new TestClock();
  flash: DigestState | null = null;
  writes = 0;
  told: Notice[] = [];
  waits = false;
  sure = true;
  time: DigestTime | undefined = time;
  failing = false;
  standing: string[] = [];
  kept = new Map<string, unknown>();
  digests!: Digests;

  /** `memory`: what the plane before left is there; false: the power was cut. */
  async plane(memory = true): Promise<this> {
    const before = memory ? new Map(this.kept) : new Map<string, unknown>();
    this.kept = new Map(before);
    const runner = new Runner(this.clock, silentLog, {
      write: ({ states }) => {
        for (const [id, state] of states) {
          if (state === undefined) this.kept.delete(id);
          else this.kept.set(id, state);
        }
      },
    });
    const file = {
      read: async () => this.flash,
      write: async (state: DigestState) => {
        this.flash = state;
        this.writes++;
      },
    };
    this.digests = new Digests({
      ...{ runner, clock: this.clock, log: silentLog, before, file },
      now: () => ({ ms: this.clock.wall(), sure: this.sure }),
      time: () => this.time,
      records: async () => {
        if (this.failing) throw new Error('no disk');
        return [];
      },
      standing: () => this.standing,
      tell: (notice) => this.told.push(notice),
      waits: () => this.waits,
    });
    await this.digests.open();
    return this;
  }

  async runs(ms: number): Promise<void> {
    for (let passed = 0; passed < ms; passed += 5 * MINUTE_MS) {
      this.clock.turn(5 * MINUTE_MS);
      await this.digests.look();
    }
  }

  noted(text: string): void {
    const at = this.clock.wall();
    this.digests.noted({ id: text, is: 'raised', severity: 'major', text, cause: '', remedy: '', at });
  }
}
const linesOf = (notice: Notice | undefined): string => (notice?.lines ?? []).join('\n');

test('a digest is told once a day, with the alarms of that time alone', async () => {
  const box = await new Box().plane();
  box.standing = ['one stands'];
  await box.runs(HOUR_MS);
  box.noted('first');
  await box.runs(24 * HOUR_MS);
  box.noted('second');
  await box.runs(24 * HOUR_MS);
  assert.equal(box.told.length, 2);
  const [one, two] = box.told;
  assert.deepEqual([one?.id, one?.is, one?.text], ['digest', 'digest', 'Digest: 0 calls, 0 failed, 1 alarm now']);
  assert.match(linesOf(one), /one stands[\s\S]*first/);
  assert.doesNotMatch(linesOf(one), /second/);
  assert.match(linesOf(two), /second/);
  assert.doesNotMatch(linesOf(two), /first/);
});

test('a plane that is killed before or after the digest makes neither two of it nor none', async () => {
  for (const killedAfterMs of [20 * MINUTE_MS, 8 * HOUR_MS, 9 * HOUR_MS, 20 * HOUR_MS]) {
    const box = await new Box().plane();
    await box.runs(MINUTE_MS);
    box.noted('first');
    await box.runs(killedAfterMs);
    await box.plane();
    await box.runs(24 * HOUR_MS - killedAfterMs);
    assert.equal(box.told.length, 1, `killed after ${killedAfterMs} ms`);
    assert.match(linesOf(box.told[0]), /first/);
  }
});

test('a power cut loses no digest: one that had not left is made once more, one that had is not', async () => {
  for (const left of [true, false]) {
    const box = await new Box().plane();
    await box.runs(MINUTE_MS);
    box.noted('first');
    await box.runs(30 * MINUTE_MS);
    box.waits = !left;
    while (box.told.length === 0) await box.runs(5 * MINUTE_MS);
    await box.runs(10 * MINUTE_MS);
    await box.plane(false);
    box.waits = false;
    await box.runs(HOUR_MS);
    assert.equal(box.told.length, left ? 1 : 2);
    assert.match(linesOf(box.told.at(-1)), /first/);
  }
});

test('a power cut at the time of the digest makes it late', async () => {
  const box = await new Box().plane();
  await box.runs(HOUR_MS);
  box.clock.turn(24 * HOUR_MS);
  await box.plane(false);
  await box.runs(5 * MINUTE_MS);
  assert.equal(box.told.length, 1);
});

test('flash is not worn by alarms that come and go', async () => {
  const box = await new Box().plane();
  for (let minute = 0; minute < 60; minute++) {
    box.noted(`no ${minute}`);
    box.clock.turn(MINUTE_MS);
    await box.digests.look();
  }
  assert.ok(box.writes <= 7, `${box.writes} writes in an hour`);
});

test('without a time of day, or without knowing the time, nothing is told; what was before it was wanted is not told later', async () => {
  const box = await new Box().plane();
  box.time = undefined;
  box.noted('early');
  await box.runs(48 * HOUR_MS);
  box.time = time;
  box.sure = false;
  await box.runs(48 * HOUR_MS);
  assert.deepEqual(box.told, []);
  box.sure = true;
  await box.runs(24 * HOUR_MS);
  assert.equal(box.told.length, 1);
  assert.doesNotMatch(linesOf(box.told[0]), /early/);
  box.time = undefined;
  await box.digests.look();
  assert.equal(box.kept.has('digest'), false, 'the next plane finds nothing of it');
});

test('records that cannot be read make it late, not lost', async () => {
  const box = await new Box().plane();
  box.failing = true;
  await box.runs(24 * HOUR_MS);
  assert.equal(box.told.length, 0);
  box.failing = false;
  await box.runs(5 * MINUTE_MS);
  assert.equal(box.told.length, 1);
});
