import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { DtmfDetector } from './dtmf-detector.ts';
import { babble, inFrames, joined, noise, randomFrom, silence, sines, together } from './test-sounds.ts';
import { dtmfColumns, dtmfKeys, dtmfRows } from './tone-generator.ts';

type Options = { low?: number; high?: number; lowOff?: number; highOff?: number; ms?: number };

const digit = (key: string, { low = -10, high = -8, lowOff = 0, highOff = 0, ms = 50 }: Options = {}): Int16Array => {
  const index = dtmfKeys.indexOf(key);
  const row = dtmfRows[index >> 2]! * (1 + lowOff);
  return sines(
    [
      [row, low],
      [dtmfColumns[index & 3]! * (1 + highOff), high],
    ],
    ms,
  );
};

const listen = (sound: Int16Array): { digits: string; lasted: number[]; muted: boolean[]; began: number } => {
  let digits = '';
  let began = 0;
  const lasted: number[] = [];
  const detector = new DtmfDetector({
    began: () => began++,
    ended: (key, ms) => {
      digits += key;
      lasted.push(ms);
    },
  });
  const muted: boolean[] = [];
  inFrames(joined(sound, silence(100)), (frame) => {
    detector.write(frame);
    muted.push(detector.present);
  });
  return { digits, lasted, muted, began };
};

/** The sound at each of 20 offsets within a frame. */
const atEachOffset = (sound: Int16Array, check: (digits: string) => void): void => {
  for (let ms = 0; ms < 20; ms++) check(listen(joined(silence(ms), sound)).digits);
};

describe('DTMF detector', () => {
  for (const key of dtmfKeys) {
    it(`hears ${key} of 40 ms wherever it falls`, () => {
      atEachOffset(digit(key, { ms: 40 }), (digits) => assert.equal(digits, key));
    });
  }

  const heard: [string, Options][] = [
    ['8 dB of twist', { low: -6, high: -14 }],
    ['4 dB of reverse twist', { low: -14, high: -10 }],
    ['-29 dBm0', { low: -29, high: -29 }],
    ['0 dBm0', { low: -3, high: -3 }],
    ['frequencies 1.5 % high', { lowOff: 0.015, highOff: 0.015 }],
    ['frequencies 1.5 % low', { lowOff: -0.015, highOff: -0.015 }],
  ];
  for (const [name, options] of heard) {
    it(`hears each key with ${name}`, () => {
      for (const key of dtmfKeys) assert.equal(listen(digit(key, { ...options, ms: 60 })).digits, key);
    });
  }

  const refused: [string, Options][] = [
    ['a length of 20 ms', { ms: 20 }],
    ['14 dB of twist', { low: -4, high: -18 }],
    ['8 dB of reverse twist', { low: -16, high: -8 }],
    ['-45 dBm0', { low: -45, high: -45 }],
    ['frequencies 5 % off', { lowOff: 0.05, highOff: 0.05 }],
  ];
  for (const [name, options] of refused) {
    it(`does not hear keys with ${name}`, () => {
      for (const key of dtmfKeys) assert.equal(listen(digit(key, { ms: 60, ...options })).digits, '');
    });
  }

  it('hears digits of 40 ms with pauses of 40 ms, each once', () => {
    const keys = '11223344556677889900';
    const dialled = joined(...[...keys].flatMap((key) => [digit(key, { ms: 40 }), silence(40)]));
    atEachOffset(dialled, (digits) => assert.equal(digits, keys));
  });

  it('bridges a dip of 10 ms', () => {
    const dipped = joined(digit('5', { ms: 60 }), silence(10), digit('5', { ms: 60 }));
    atEachOffset(dipped, (digits) => assert.equal(digits, '5'));
  });

  it('hears digits through noise 15 dB below', () => {
    const random = randomFrom(7);
    for (const key of dtmfKeys) {
      const sound = digit(key, { low: -13, high: -13, ms: 60 });
      assert.equal(listen(together(sound, noise(-28, 60, random))).digits, key);
    }
  });

  it('hears a digit over dial tone 12 dB below', () => {
    const sound = together(
      digit('1', { ms: 60 }),
      sines(
        [
          [350, -22],
          [440, -22],
        ],
        60,
      ),
    );
    assert.equal(listen(sound).digits, '1');
  });

  it('tells how long it lasted within 15 ms', () => {
    for (const ms of [45, 80, 120, 500]) {
      const { lasted } = listen(digit('7', { ms }));
      assert.ok(Math.abs(lasted[0]! - ms) <= 15, `${ms} ms were taken for ${lasted[0]}`);
    }
  });

  it('keeps the tone out of audio from 40 ms at the latest, and lets the rest through', () => {
    for (let offset = 0; offset < 20; offset++) {
      const { muted } = listen(joined(silence(100 + offset), digit('3', { ms: 100 }), silence(100)));
      const leaked = muted.findIndex((present) => present) * 20 - (100 + offset);
      assert.ok(leaked < 40, `${leaked} ms leaked at offset ${offset}`);
      assert.equal(muted.at(-1), false);
      assert.ok(muted.slice(0, 5).every((present) => !present));
    }
  });

  it('hears nothing in ten minutes of something like speech', () => {
    let began = 0;
    for (let minute = 0; minute < 10; minute++) began += listen(babble(60, 100 + minute)).began;
    assert.equal(began, 0);
  });

  it('hears nothing in dial tone, ringback and busy', () => {
    for (const hertz of [[350, 440], [440, 480], [480, 620], [425]]) {
      assert.equal(
        listen(
          sines(
            hertz.map((each) => [each, -10] as const),
            2000,
          ),
        ).began,
        0,
      );
    }
  });
});
