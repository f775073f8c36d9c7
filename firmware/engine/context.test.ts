import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Mode } from '../engine-protocol/ids.ts';
import { Context } from './context.ts';
import type { CarriedDigit, Termination } from './termination/termination.ts';

type Fake = Termination & { got: Int16Array | undefined; carried: CarriedDigit[]; yielded: number };

const member = (id: number, mode: Mode, value: number, extra: Partial<Termination> = {}): Fake => ({
  id: `player/${id}`,
  mode,
  detect: [],
  heard: new Int16Array(160).fill(value),
  digitInAudio: false,
  digitsApart: false,
  digitsToControl: false,
  mediaCame: false,
  signal: undefined,
  got: undefined,
  carried: [],
  yielded: 0,
  read() {},
  write(frame) {
    this.got = frame?.slice();
  },
  carry(digit) {
    this.carried.push(digit);
  },
  yieldToMedia() {
    this.yielded++;
  },
  close: async () => ({}),
  ...extra,
});

const run = (...members: Fake[]): (number | undefined)[] => {
  const context = new Context('context/1');
  for (const each of members) context.add(each);
  context.read(0);
  context.write(0);
  return members.map(({ got }) => got?.[80]);
};

const began: CarriedDigit = { phase: 'began', digit: '5', sinceMs: 30, inAudio: true };

describe('context', () => {
  const rows: [string, Mode[], (number | undefined)[]][] = [
    ['two hear each other', ['sendReceive', 'sendReceive'], [2, 1]],
    ['three hear the two others', ['sendReceive', 'sendReceive', 'sendReceive'], [6, 5, 3]],
    ['who only sends to its far end is not heard', ['sendOnly', 'sendReceive'], [2, undefined]],
    ['who only receives hears nothing', ['receiveOnly', 'sendReceive'], [undefined, 1]],
    ['who is inactive neither speaks nor hears', ['inactive', 'sendReceive', 'sendReceive'], [undefined, 4, 2]],
    ['alone there is nobody', ['sendReceive'], [undefined]],
  ];
  for (const [name, modes, expected] of rows) {
    it(name, () =>
      assert.deepEqual(run(...modes.map((mode, index) => member(index, mode, [1, 2, 4][index]!))), expected),
    );
  }

  it('adds with saturation', () => {
    const loud = (id: number, value: number) => member(id, 'sendReceive', value);
    assert.equal(run(loud(1, 0), loud(2, 30_000), loud(3, 30_000))[0], 32_767);
    assert.equal(run(loud(1, 0), loud(2, -30_000), loud(3, -30_000))[0], -32_768);
  });

  it('keeps the tone of a digit from who takes digits apart', () => {
    const dialling = { digitInAudio: true };
    assert.deepEqual(run(member(1, 'sendReceive', 1, dialling), member(2, 'sendReceive', 2, { digitsApart: true })), [
      2,
      undefined,
    ]);
    assert.deepEqual(run(member(1, 'sendReceive', 1, dialling), member(2, 'sendReceive', 2)), [2, 1]);
  });

  it('carries digits to those who are spoken to, and says who wants them told', () => {
    const context = new Context('context/1');
    const [from, hears, deaf] = [member(1, 'sendReceive', 0), member(2, 'sendReceive', 0), member(3, 'receiveOnly', 0)];
    for (const each of [from, hears, deaf]) context.add(each);
    assert.equal(context.carry(from, began), false);
    assert.deepEqual([from.carried, hears.carried, deaf.carried], [[], [began], []]);
    context.add(member(4, 'sendReceive', 0, { digitsToControl: true }));
    assert.equal(context.carry(from, began), true);
    from.mode = 'sendOnly';
    assert.equal(context.carry(from, began), false);
  });

  it('lets tones yield to media that comes', () => {
    const [net, line] = [member(1, 'sendReceive', 0, { mediaCame: true }), member(2, 'sendReceive', 0)];
    run(net, line);
    assert.deepEqual([net.yielded, line.yielded], [0, 1]);
    net.mode = 'inactive';
    run(net, line);
    assert.equal(line.yielded, 1);
  });
});
