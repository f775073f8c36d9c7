import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { LineCard } from '../../drivers/contract/line-card.ts';
import { TestClock } from '../core/test-clock.ts';
import type { Hardware, HardwareLine, ToneName } from '../engine-protocol/hardware.ts';
import { profile as germany } from '../profiles/countries/de.ts';
import { profile as unitedStates } from '../profiles/countries/us.ts';
import type { CountryProfile } from '../profiles/profile.ts';
import { EventLog } from './event-log.ts';
import { FRAME_MS, FRAME_SAMPLES } from './frame.ts';
import { MediaGateway } from './media-gateway.ts';
import { powerAt, powerOf } from './sound/level.ts';
import { heldDigitTone, ToneGenerator } from './sound/tone-generator.ts';
import { LineTermination } from './termination/line.ts';

/** A phone of a country: what it hears, and what it says. */
const phoneOf = (country: CountryProfile) => {
  const { tones, rings } = country;
  const line: HardwareLine = { id: 'line/1', card: 'c', port: 'phone', kind: 'fxs', timing: country.fxs };
  const hardware: Hardware = { cards: [], lines: [line], tones, rings, rtpPorts: [21_200, 21_299] };
  const clock = new TestClock();
  const gateway = new MediaGateway(clock, new EventLog(), 'test@holdfast');
  gateway.retune(hardware);
  const mouth = new ToneGenerator();
  let heard: Int16Array[] = [];
  const card: LineCard = {
    ports: [],
    read: (_, frame) => void (mouth.playing ? mouth.read(frame) : frame.fill(0)),
    write: (_, frame) => void heard.push(frame.slice()),
    drive: () => {},
    close: async () => {},
  };
  const termination = new LineTermination(line, hardware, card, gateway);
  gateway.lines.set(line.id, termination);
  const run = (ms: number): void => {
    for (let at = 0; at < ms; at += FRAME_MS) {
      clock.turn(FRAME_MS);
      gateway.frame(clock.now());
    }
  };
  return {
    mouth,
    run,
    loop: (closed: boolean) => {
      termination.edge({ at: clock.now(), is: 'loop', closed }, clock.now());
      run(40);
    },
    order: (onOffHook: ToneName) =>
      gateway.modify({
        do: 'modify',
        id: 1,
        termination: 'line/1',
        standing: { onOffHook, messageWaiting: onOffHook === 'stutter' },
      }),
    /** Into a call, and out of it again. */
    join: () => gateway.add({ do: 'add', id: 2, context: 'new', mode: 'sendReceive', what: 'line/1' }),
    leave: () => gateway.subtract({ do: 'subtract', id: 3, termination: 'line/1' }),
    /** What was heard since the last call, as runs of sound and silence in ms. */
    heard: (): number[] => {
      const runs: number[] = [];
      let loud = true;
      let ms = 0;
      for (const frame of heard) {
        if (powerOf(frame) > powerAt(-30) === loud) ms += FRAME_MS;
        else {
          runs.push(ms);
          loud = !loud;
          ms = FRAME_MS;
        }
      }
      heard = [];
      return [...runs, ms];
    },
    /** Power of one frequency in the last 400 ms, in dBm0 (Goertzel). */
    levelOf: (hertz: number): number => {
      let real = 0;
      let imaginary = 0;
      const frames = heard.slice(-20);
      for (const [at, frame] of frames.entries()) {
        for (let index = 0; index < FRAME_SAMPLES; index++) {
          const turn = (2 * Math.PI * hertz * (at * FRAME_SAMPLES + index)) / 8000;
          real += frame[index]! * Math.cos(turn);
          imaginary += frame[index]! * Math.sin(turn);
        }
      }
      const count = frames.length * FRAME_SAMPLES;
      return 10 * Math.log10((2 * (real * real + imaginary * imaginary)) / (count * count) / powerAt(0));
    },
  };
};

describe('dial tone of a phone that has messages', () => {
  it('US: stutters six times and goes on steadily, until the first key', () => {
    const phone = phoneOf(unitedStates);
    phone.order('stutter');
    phone.loop(true);
    phone.run(3000);
    const bursts = phone.heard();
    assert.deepEqual(
      bursts.slice(0, 12),
      Array.from({ length: 12 }, () => 100),
    );
    assert.equal(bursts.length, 13);
    phone.run(500);
    for (const hertz of [350, 440]) assert.ok(Math.abs(phone.levelOf(hertz) + 13) < 0.5, `${phone.levelOf(hertz)}`);
    phone.mouth.start(heldDigitTone('5'));
    phone.run(200);
    phone.mouth.stop();
    phone.heard();
    phone.run(500);
    assert.deepEqual(phone.heard(), [0, 500]);
  });

  it('US: is ended by a dial pulse as well', () => {
    const phone = phoneOf(unitedStates);
    phone.order('stutter');
    phone.loop(true);
    phone.run(300);
    phone.loop(false);
    phone.run(20);
    phone.loop(true);
    phone.run(400);
    phone.heard();
    phone.run(1000);
    assert.deepEqual(phone.heard(), [0, 1000]);
  });

  it('Germany: is the special dial tone of two frequencies', () => {
    const phone = phoneOf(germany);
    phone.order('stutter');
    phone.loop(true);
    phone.run(1000);
    for (const hertz of [425, 400]) assert.ok(Math.abs(phone.levelOf(hertz) + 13) < 0.5, `${phone.levelOf(hertz)}`);
    phone.order('dial');
    phone.run(1000);
    assert.ok(phone.levelOf(400) > -14, 'an order changes nothing for a phone that is lifted');
    phone.loop(false);
    phone.run(2000);
    phone.loop(true);
    phone.run(1000);
    assert.ok(Math.abs(phone.levelOf(425) + 13) < 0.5, `${phone.levelOf(425)}`);
    assert.ok(phone.levelOf(400) < -30, 'the next lift gives the usual one');
  });
});

describe('dial tone of a phone that is lifted before its last call was cleared away', () => {
  it('comes when the line has left that call', async () => {
    const phone = phoneOf(germany);
    await phone.join();
    phone.loop(true);
    phone.run(1000);
    assert.deepEqual(phone.heard().slice(2), [], 'the call may still be heard, and no tone over it');
    await phone.leave();
    phone.run(1000);
    assert.ok(Math.abs(phone.levelOf(425) + 10) < 5, `${phone.levelOf(425)}`);
  });
});
