import assert from 'node:assert/strict';
import { test } from 'node:test';
import { silentLog } from '../../core/log.ts';
import { Runner } from '../../core/runner.ts';
import { TestClock } from '../../core/test-clock.ts';
import type { LegBook, LegEvent, LegId, Setup } from './leg.ts';
import { LineLegs } from './line-leg.ts';
import type { LegMedia, Opened } from './media.ts';

/** One exchange line, and what is done with its terminations. */
const setUp = () => {
  const opened = new Map<LegId, (outcome: Opened) => void>();
  const played: string[] = [];
  const told: string[] = [];
  const takers = new Map<LegId, Parameters<LegBook['attach']>[1]>();
  const media = {
    open: (leg: LegId, _: object, heard: (outcome: Opened) => void) => void opened.set(leg, heard),
    close: (leg: LegId) => void played.push(`${leg} close`),
    signal: (leg: LegId, play: object) => void played.push(`${leg} ${JSON.stringify(play)}`),
    expect: () => {},
  } as unknown as LegMedia;
  const book = {
    attach: (leg, take) => void takers.set(leg, take),
    report: (event: LegEvent) => void told.push(`${event.leg} ${event.type}`),
  } as Partial<LegBook> as LegBook;
  const runner = new Runner(new TestClock(), silentLog);
  const lines = new LineLegs({ runner, book, media, occupy: () => {}, vacate: () => {} });
  lines.configure([{ id: 'line/9', rings: '' }]);
  const call = (leg: LegId, number: string) =>
    lines.setup({
      do: 'setup',
      leg,
      beside: 'leg/7',
      target: { kind: 'line', id: 'line/9', number },
    } as unknown as Setup);
  const hangUp = (leg: LegId) => takers.get(leg)?.({ do: 'release', leg, cause: 'hungUp' });
  const answer = (leg: LegId, type: Opened['type']) => opened.get(leg)?.({ type } as Opened);
  return { call, hangUp, answer, played, told };
};

test('the line is dialled once when it is there', () => {
  const { call, answer, played } = setUp();
  call('leg/1', '555');
  answer('leg/1', 'opened');
  assert.deepEqual(played, ['leg/1 {"loop":"seize","dial":"555"}']);
});

for (const outcome of ['opened', 'mediaFailed'] as const)
  test(`what the engine says of a call that was given up is nothing to the next one: ${outcome}`, () => {
    const { call, hangUp, answer, played, told } = setUp();
    call('leg/1', '555');
    hangUp('leg/1');
    call('leg/2', '777');
    played.length = 0;
    told.length = 0;
    answer('leg/1', outcome);
    assert.deepEqual([played, told], [[], []]);
    answer('leg/2', 'opened');
    assert.deepEqual(played, ['leg/2 {"loop":"seize","dial":"777"}']);
  });
