import assert from 'node:assert/strict';
import { mkdtemp, readFile, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, describe, it } from 'node:test';
import type { LineCard } from '../../drivers/contract/line-card.ts';
import { TestClock } from '../core/test-clock.ts';
import type { Hardware, HardwareLine } from '../engine-protocol/hardware.ts';
import type { ContextId, LineId } from '../engine-protocol/ids.ts';
import { profile } from '../profiles/countries/de.ts';
import { EventLog, type Kept } from './event-log.ts';
import { FRAME_MS } from './frame.ts';
import { MediaGateway } from './media-gateway.ts';
import { powerAt, powerOf } from './sound/level.ts';
import { heldDigitTone, ToneGenerator } from './sound/tone-generator.ts';
import { decodeWav } from './sound/wav.ts';
import { LineTermination } from './termination/line.ts';

const folder = await mkdtemp(join(tmpdir(), 'recording-'));
const { fxo, fxs, tones, rings } = profile;
const phone: HardwareLine = { id: 'line/1', card: 'c', port: 'phone', kind: 'fxs', timing: fxs };
const exchange: HardwareLine = { id: 'line/9', card: 'c', port: 'exchange', kind: 'fxo', timing: fxo };
const hardware: Hardware = { cards: [], lines: [phone, exchange], tones, rings, rtpPorts: [21_100, 21_199] };
const VOICE = { steps: [{ hertz: [700, 1900], ms: 0, level: -12 }] };

describe('a recording of a line', () => {
  let clock: TestClock;
  let gateway: MediaGateway;
  let log: EventLog;
  let said: Record<string, ToneGenerator>;
  let file: string;
  let count = 0;

  const run = (ms: number): void => {
    for (let at = 0; at < ms; at += FRAME_MS) {
      clock.turn(FRAME_MS);
      gateway.frame(clock.now());
    }
  };
  const line = (id: LineId): LineTermination => gateway.lines.get(id)!;
  const loop = (closed: boolean): void => line('line/1').edge({ at: clock.now(), is: 'loop', closed }, clock.now());
  const add = (context: ContextId | 'new', what: LineId) =>
    gateway.add({ do: 'add', id: 1, context, mode: 'sendReceive', what });
  const record = async (context: ContextId): Promise<string> => {
    file = join(folder, `${++count}.wav`);
    const what = { kind: 'recorder', file, longestS: 60, silenceEndsS: 0 } as const;
    return (await gateway.add({ do: 'add', id: 1, context, mode: 'sendOnly', what })).termination;
  };
  const events = (): Kept[] => {
    const kept: Kept[] = [];
    log.resume(0, (report) => kept.push(report));
    log.pause();
    return kept;
  };
  /** The end that the engine has told, once the disk has it. */
  const finished = async () => {
    for (let tries = 0; tries < 500; tries++) {
      for (const report of events()) if (report.to === 'event' && report.event.is === 'finished') return report.event;
      await new Promise((resolve) => setTimeout(resolve, 2));
    }
    return undefined;
  };
  const samples = async () => decodeWav(await readFile(file), file);
  /** An exchange line whose call was answered, with a caller who speaks. */
  const answered = async (): Promise<ContextId> => {
    line('line/9').edge({ at: clock.now(), is: 'ringing', on: true }, clock.now());
    run(300);
    const { context } = await add('new', 'line/9');
    line('line/9').playSignal({ loop: 'answer' }, clock.now());
    said['exchange']!.start(VOICE);
    run(100);
    return context;
  };

  beforeEach(() => {
    clock = new TestClock();
    log = new EventLog();
    gateway = new MediaGateway(clock, log, 'test@holdfast');
    gateway.retune(hardware);
    const ends: Record<string, ToneGenerator> = { phone: new ToneGenerator(), exchange: new ToneGenerator() };
    said = ends;
    const card: LineCard = {
      ports: [],
      read: (port, frame) => void (ends[port]!.playing ? ends[port]!.read(frame) : frame.fill(0)),
      write: () => {},
      drive: () => {},
      close: async () => {},
    };
    for (const each of hardware.lines) gateway.lines.set(each.id, new LineTermination(each, hardware, card, gateway));
  });

  it('ends by itself before the hang-up tone, and says so after the disconnect', async () => {
    await record(await answered());
    run(4000);
    said['exchange']!.start(tones.busy);
    run(6000);
    const end = await finished();
    assert.ok(end?.is === 'finished' && end.why === 'hangUp', JSON.stringify(end));
    assert.ok(Math.abs(end.seconds - 4) <= 0.06, `${end.seconds} s`);
    const heard = await samples();
    assert.equal(heard.length, Math.round(end.seconds * 8000));
    assert.ok(powerOf(heard.subarray(3.9 * 8000, 3.93 * 8000)) > powerAt(-20), 'the last words are there');
    const names = events().map((report) => (report.to === 'event' ? report.event.is : report.to));
    assert.deepEqual(names.slice(-2), ['disconnected', 'finished']);
  });

  it('ends where the loop was lost', async () => {
    await record(await answered());
    run(2000);
    line('line/9').edge({ at: clock.now(), is: 'current', flows: false }, clock.now());
    run(1000);
    const end = await finished();
    assert.ok(end?.is === 'finished' && end.why === 'hangUp', JSON.stringify(end));
    assert.ok(Math.abs(end.seconds - 2) <= 0.04, `${end.seconds} s`);
  });

  it('ends where the handset went down', async () => {
    loop(true);
    run(200);
    await record((await add('new', 'line/1')).context);
    run(3000);
    loop(false);
    run(2000);
    const end = await finished();
    assert.ok(end?.is === 'finished' && end.why === 'hangUp', JSON.stringify(end));
    assert.ok(Math.abs(end.seconds - 3) <= 0.04, `${end.seconds} s`);
  });

  it('goes on while somebody else is there to be recorded', async () => {
    loop(true);
    run(200);
    const context = await answered();
    await add(context, 'line/1');
    const recorder = await record(context);
    run(1000);
    said['exchange']!.start(tones.busy);
    run(5000);
    const { seconds } = await gateway.subtract({ do: 'subtract', id: 1, termination: recorder as LineId, cutMs: 500 });
    assert.equal(seconds, 5.5);
    await stat(file);
  });

  it('takes the frames from its add to its end, and nothing of a key', async () => {
    loop(true);
    run(200);
    const { context } = await add('new', 'line/1');
    await record(context);
    run(970);
    said['phone']!.start(heldDigitTone('7'));
    run(200);
    said['phone']!.stop();
    run(500);
    const recorder = gateway.audit().contexts[0]!.terminations[1]!.id;
    const { seconds } = await gateway.subtract({ do: 'subtract', id: 1, termination: recorder });
    assert.equal(seconds, (980 + 200 + 500) / 1000);
    assert.ok(
      (await samples()).every((sample) => sample === 0),
      'the key is heard',
    );
  });

  it('tells the digits of a line in a context where they are asked for, until it leaves', async () => {
    const key = (digit: string): void => {
      said['phone']!.start(heldDigitTone(digit));
      run(100);
      said['phone']!.stop();
      run(100);
    };
    const digits = (): string =>
      events()
        .map((report) => (report.to === 'event' && report.event.is === 'digit' ? report.event.digit : ''))
        .join('');
    loop(true);
    run(200);
    await add('new', 'line/1');
    key('1');
    assert.equal(digits(), '');
    gateway.modify({ do: 'modify', id: 1, termination: 'line/1', detect: ['digits'] });
    key('2');
    key('2');
    assert.equal(digits(), '22');
    await gateway.subtract({ do: 'subtract', id: 1, termination: 'line/1' });
    await add('new', 'line/1');
    key('3');
    assert.equal(digits(), '22');
  });

  it('that has ended holds no exchange line when control stays away', async () => {
    const context = await answered();
    const what = { kind: 'recorder', file: join(folder, 'longest.wav'), longestS: 70, silenceEndsS: 0 } as const;
    await gateway.add({ do: 'add', id: 1, context, mode: 'sendOnly', what });
    /** The disk is a real one: the clock waits for it. */
    const written = async (second: number): Promise<void> => {
      for (let tries = 0; tries < 1000; tries++) {
        const part = await stat(`${what.file}.part`).catch(() => undefined);
        if (!part || part.size >= second * 8000) return;
        await new Promise((resolve) => setTimeout(resolve, 2));
      }
    };
    const seconds = async (number: number): Promise<void> => {
      for (let second = 0; second < number; second++) {
        run(1000);
        gateway.tend(false);
        await written(second);
      }
    };
    await seconds(65);
    assert.equal(line('line/9').inContext, true);
    await seconds(10);
    assert.equal(line('line/9').inContext, false);
    assert.equal(line('line/9').facts.offHook, false);
  });
});
