import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { silentLog } from './log.ts';
import { after, type Instant, type Lapse, type Machine } from './machine.ts';
import { type CascadeSink, Runner } from './runner.ts';
import { TestClock } from './test-clock.ts';

type Count = { readonly count: number; readonly until?: Instant };
type Add = { readonly type: 'add'; readonly wait?: number };
type Done = { readonly done: number };

const counter: Machine<Count, Add, Done> = {
  step: (state, event: Add | Lapse, now) => {
    if (event.type === 'lapse') {
      if (state.until === undefined || now < state.until) return { state, effects: [] };
      return { state: { count: state.count + 100 }, effects: [{ done: state.count }] };
    }
    const count = state.count + 1;
    return { state: event.wait ? { count, until: after(now, event.wait) } : { count }, effects: [{ done: count }] };
  },
  deadline: (state) => state.until,
  over: (state) => state.count >= 100,
};

const setUp = () => {
  const clock = new TestClock();
  const written: { states: [string, unknown][]; facts: unknown[] }[] = [];
  const sink: CascadeSink = {
    write: ({ states, facts }) => written.push({ states: [...states], facts: [...facts] }),
  };
  return { clock, written, runner: new Runner(clock, silentLog, sink) };
};

describe('runner', () => {
  it('runs what machines tell each other as one cascade: one write, then what goes outward', () => {
    const { runner, written } = setUp();
    const order: string[] = [];
    runner.host('a', counter, { count: 0 }, () => {
      runner.tell('b', { type: 'add' });
      runner.fact('told');
      runner.outward(() => order.push(`out, ${written.length} written`));
    });
    runner.host('b', counter, { count: 0 }, () => order.push('b stepped'));
    written.length = 0;
    runner.tell('a', { type: 'add' });
    assert.deepEqual(order, ['b stepped', 'out, 1 written']);
    assert.deepEqual(written, [
      {
        states: [
          ['a', { count: 1 }],
          ['b', { count: 1 }],
        ],
        facts: ['told'],
      },
    ]);
  });

  it('lapses at the deadline in the state, once, and forgets a machine that is over', () => {
    const { runner, clock } = setUp();
    const done: number[] = [];
    runner.host('a', counter, { count: 0 }, ({ done: count }) => done.push(count));
    runner.tell('a', { type: 'add', wait: 500 });
    clock.turn(499);
    assert.deepEqual(done, [1]);
    clock.turn(1);
    assert.deepEqual(done, [1, 1]);
    assert.equal(runner.has('a'), false);
  });

  it('does not lapse when the state has left its deadline', () => {
    const { runner, clock } = setUp();
    const done: number[] = [];
    runner.host('a', counter, { count: 0 }, ({ done: count }) => done.push(count));
    runner.tell('a', { type: 'add', wait: 500 });
    runner.tell('a', { type: 'add' });
    clock.turn(10_000);
    assert.deepEqual(done, [1, 2]);
    assert.equal(runner.has('a'), true);
  });

  it('writes the end of a kept machine and nothing of one that is not kept', () => {
    const { runner, clock, written } = setUp();
    runner.host('kept', counter, { count: 0 }, () => {});
    runner.host('light', counter, { count: 0 }, () => {}, { kept: false });
    runner.tell('kept', { type: 'add', wait: 1 });
    runner.tell('light', { type: 'add', wait: 1 });
    clock.turn(1);
    const states = written.flatMap((each) => each.states);
    assert.deepEqual(states.at(-1), ['kept', undefined]);
    assert.equal(
      states.some(([id]) => id === 'light'),
      false,
    );
  });

  it('goes on with the others when one machine throws', () => {
    const { runner } = setUp();
    const done: number[] = [];
    runner.host('bad', counter, { count: 0 }, () => {
      throw new Error('planted');
    });
    runner.host('good', counter, { count: 0 }, ({ done: count }) => done.push(count));
    runner.cascade(() => {
      runner.tell('bad', { type: 'add' });
      runner.tell('good', { type: 'add' });
    });
    assert.deepEqual(done, [1]);
  });

  it('cuts machines that tell each other without end', () => {
    const { runner } = setUp();
    let steps = 0;
    const perform = (other: string) => () => {
      steps++;
      runner.tell(other, { type: 'add' });
    };
    const endless: Machine<Count, Add, Done> = { ...counter, over: () => false };
    runner.host('a', endless, { count: 0 }, perform('b'));
    runner.host('b', endless, { count: 0 }, perform('a'));
    runner.tell('a', { type: 'add' });
    assert.ok(steps > 1_000 && steps <= 10_001, `${steps} steps`);
  });

  it('keeps 20,000 deadlines in order at a small cost each', () => {
    const { runner, clock } = setUp();
    const lapsed: number[] = [];
    for (let index = 0; index < 20_000; index++) {
      runner.host(`m/${index}`, counter, { count: 0 }, ({ done }) => done === 1 && lapsed.push(index), { kept: false });
      runner.tell(`m/${index}`, { type: 'add', wait: 1 + ((index * 7919) % 20_000) });
    }
    lapsed.length = 0;
    clock.turn(20_001);
    assert.equal(lapsed.length, 20_000);
    const waits = lapsed.map((index) => (index * 7919) % 20_000);
    assert.deepEqual(
      waits,
      [...waits].sort((a, b) => a - b),
    );
  });
});
