import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { CallDriver, callAttempt } from './test-call-driver.ts';
import { seeded } from './test-far-ends.ts';

type Due = { readonly atMs: number; readonly work: (calls: CallDriver) => void };
const phone = callAttempt('phone', { targets: [{ kind: 'phone', id: 'line/1', number: '' }] });
const names = ['a', 'b', 'c'] as const;

/** Who holds the phone's leg now. */
const holder = (calls: CallDriver): string | undefined =>
  names.find((name) => {
    const call = calls.states.get(name);
    return call?.phase === 'hunting' || call?.phase === 'talking';
  });

/** One call that comes over up to three softswitches, with everybody leaving and answering at random. */
const randomRun = (random: () => number): { faults: string[]; answered: boolean; handed: boolean } => {
  const calls = new CallDriver().begin('a', 1, 'trunk', { on: 'any', attempts: [phone] });
  const plan: Due[] = [];
  const at = (mostMs: number, work: Due['work']): void => void plan.push({ atMs: random() * mostMs, work });
  const up = (name: string): boolean => ['hunting', 'joined', 'talking'].includes(calls.states.get(name)?.phase ?? '');
  for (const [index, name] of names.entries()) {
    if (index > 0) {
      at(3_000, () => {
        const first = holder(calls);
        if (first === undefined || calls.states.has(name)) return;
        calls.begin(name, index + 1, 'trunk').tell(name, { type: 'joined', of: `call/${first}`, status: 482 });
      });
    }
    if (random() < 0.6) {
      at(12_000, () => void (up(name) && calls.hear(name, index + 1, 'released', { cause: 'hungUp' })));
    }
  }
  const phoneSays = (type: 'alerting' | 'connect' | 'released', more: object): Due['work'] => {
    return () => {
      const first = holder(calls);
      const rings = !calls.did.some((word) => word.includes('release leg/100'));
      if (first !== undefined && rings) calls.hear(first, 100, type, more);
    };
  };
  at(2_000, phoneSays('alerting', { media: false }));
  if (random() < 0.7) at(10_000, phoneSays('connect', {}));
  at(20_000, phoneSays('released', { cause: random() < 0.5 ? 'declined' : 'hungUp' }));
  plan.sort((one, other) => one.atMs - other.atMs);
  let nowMs = 0;
  for (const { atMs, work } of plan) {
    calls.turn(atMs - nowMs);
    nowMs = atMs;
    work(calls);
  }
  calls.turn(120_000);
  const count = (what: string): number => calls.did.filter((word) => word.includes(what)).length;
  const faults: string[] = [];
  if (count(' setup ') !== 1) faults.push('the phone was rung more than once');
  if (count(' connect ') > 1) faults.push('it was answered twice');
  for (const name of calls.states.keys()) {
    if (calls.phase(name) !== 'ended') faults.push(`${name} is ${calls.phase(name)}`);
    if (calls.did.filter((word) => word.startsWith(`${name} callEnded`)).length !== 1)
      faults.push(`${name} has no end`);
  }
  if (count('attemptBegan') !== count('attemptEnded') + count('callAnswered')) faults.push('attempts without an end');
  return { faults, answered: count('callAnswered') > 0, handed: count(' move ') > 0 };
};

describe('random calls over up to three softswitches', () => {
  it('ring once, are answered at most once, and all end', () => {
    const random = seeded(5);
    const seen = { answered: 0, handed: 0 };
    for (let run = 0; run < 5_000; run++) {
      const { faults, answered, handed } = randomRun(random);
      assert.deepEqual(faults, [], `run ${run}`);
      if (answered) seen.answered++;
      if (handed) seen.handed++;
    }
    assert.ok(Math.min(seen.answered, seen.handed) > 200, JSON.stringify(seen));
  });
});
