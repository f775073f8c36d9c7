import assert from 'node:assert/strict';
import { beforeEach, describe, it } from 'node:test';
import type { Drive, LineCard } from '../../../drivers/contract/line-card.ts';
import type { LineEvent } from '../../engine-protocol/events.ts';
import type { Hardware, HardwareLine } from '../../engine-protocol/hardware.ts';
import { profile } from '../../profiles/countries/us.ts';
import { Context } from '../context.ts';
import { powerAt, powerOf } from '../sound/level.ts';
import { heldDigitTone, ToneGenerator } from '../sound/tone-generator.ts';
import { LineTermination } from './line.ts';
import type { CarriedDigit, TerminationHost } from './termination.ts';

const FRAME_MS = 20;
const { fxo, fxs, tones, rings } = profile;
const exchange: HardwareLine = { id: 'line/9', card: 'c', port: 'x', kind: 'fxo', timing: fxo };
const phone: HardwareLine = { id: 'line/1', card: 'c', port: 'p', kind: 'fxs', timing: fxs };
const hardware: Hardware = { cards: [], lines: [phone, exchange], tones, rings, rtpPorts: [20_000, 20_099] };

/** What a far end says to the card: nothing, a tone, or a steady sound. */
class FakeEnd {
  readonly tone = new ToneGenerator();
  readonly sent: Int16Array[] = [];
  readonly drives: Drive[] = [];
  steady = 0;

  say(frame: Int16Array): void {
    frame.fill(this.steady);
    if (this.tone.playing) this.tone.read(frame);
  }
}

let ends: Record<string, FakeEnd>;
let told: string[];
let now: number;
let context: Context;
let caller: LineTermination;
let line: LineTermination;

const card: LineCard = {
  ports: [],
  read: (port, frame) => ends[port]!.say(frame),
  write: (port, frame) => void ends[port]!.sent.push(frame.slice()),
  drive: (port, drive) => void ends[port]!.drives.push(drive),
  close: async () => {},
};
const host: TerminationHost = {
  happened: (of, event) => void told.push(`${of} ${(event as LineEvent).is}`),
  digit: (from, digit: CarriedDigit) => void context.carry(from, digit),
};

const run = (ms: number): void => {
  for (const end = now + ms; now < end; ) {
    now += FRAME_MS;
    context.read(now);
    context.write(now);
  }
};

const runUntil = (event: string): void => {
  const end = now + 10_000;
  while (!told.includes(event)) {
    assert.ok(now < end, `${event} did not come; there came ${told.join(', ')}`);
    run(FRAME_MS);
  }
};

const isLoud = (frame: Int16Array): boolean => powerOf(frame) > powerAt(-15);
const toExchange = (): Int16Array => ends['x']!.sent.at(-1)!;
const loop = (closed: boolean): void => line.edge({ at: now, is: 'loop', closed }, now);

describe('an exchange line in a context', () => {
  beforeEach(() => {
    ends = { p: new FakeEnd(), x: new FakeEnd() };
    told = [];
    now = 1000;
    context = new Context('context/1');
    caller = new LineTermination(phone, hardware, card, host);
    line = new LineTermination(exchange, hardware, card, host);
    caller.edge({ at: now, is: 'loop', closed: true }, now);
    for (const each of [caller, line]) {
      context.add(each);
      each.joined(now);
    }
    run(100);
  });

  it('carries nothing of the others while it is seized and dialled, and all of it afterwards', () => {
    const end = ends['x']!;
    ends['p']!.steady = 8000;
    line.playSignal({ loop: 'seize', dial: '12' }, now);
    run(500);
    assert.ok(
      end.sent.slice(-20).every((frame) => powerOf(frame) === 0),
      'the caller is heard',
    );
    end.tone.start(tones.dial);
    runUntil('line/9 seized');
    end.tone.stop();
    const from = end.sent.length;
    runUntil('line/9 dialled');
    const steady = end.sent.slice(from).filter((frame) => frame.every((sample) => sample === 8000));
    assert.equal(steady.length, 1, 'only the frame in which dialling was over');
    assert.ok(end.sent.slice(from - 1, from + 3).every(isLoud), 'the first digit is weak');
    run(FRAME_MS);
    assert.equal(end.sent.at(-1)![0], 8000);
  });

  it('keeps back what remains of a key that was pressed before dialling was over', () => {
    line.playSignal({ loop: 'seize', dial: '12' }, now);
    ends['x']!.tone.start(tones.dial);
    runUntil('line/9 seized');
    ends['x']!.tone.stop();
    ends['p']!.tone.start(heldDigitTone('5'));
    runUntil('line/9 dialled');
    run(500);
    assert.equal(powerOf(toExchange()), 0);
    ends['p']!.tone.stop();
    run(200);
    ends['p']!.tone.start(heldDigitTone('6'));
    run(200);
    assert.ok(isLoud(toExchange()), 'the next key is heard');
  });

  it('does not let a key of the network break its own digits', () => {
    line.playSignal({ loop: 'seize', dial: '12' }, now);
    ends['x']!.tone.start(tones.dial);
    runUntil('line/9 seized');
    run(40);
    line.carry({ phase: 'began', digit: '7', sinceMs: 0, inAudio: false });
    assert.equal(line.signal, 'digits');
    runUntil('line/9 dialled');
    run(FRAME_MS);
    line.carry({ phase: 'began', digit: '7', sinceMs: 0, inAudio: false });
    assert.equal(line.signal, 'digit');
  });
});

describe('a phone line whose feed the engine opens', () => {
  beforeEach(() => {
    ends = { p: new FakeEnd(), x: new FakeEnd() };
    told = [];
    now = 1000;
    context = new Context('context/1');
    line = new LineTermination(phone, hardware, card, host);
    context.add(line);
    loop(true);
    run(100);
    line.playSignal({ loop: 'release' }, now);
    run(40);
    loop(false);
    told = [];
  });

  it('takes the loop that opens and closes with it neither for a flash nor for a hang-up', () => {
    run(600);
    assert.deepEqual(ends['p']!.drives.slice(-2), [{ feed: 'open' }, { feed: 'normal' }]);
    loop(true);
    run(5000);
    assert.deepEqual(told, []);
    assert.equal(line.facts.offHook, true);
  });

  it('finds a phone that was hung up meanwhile', () => {
    run(3000);
    assert.deepEqual(told, ['line/1 onHook']);
    assert.equal(line.facts.offHook, false);
  });
});
