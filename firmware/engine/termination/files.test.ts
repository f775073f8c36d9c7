import assert from 'node:assert/strict';
import { access, mkdtemp, readdir, readFile, readlink, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import type { NewRecorder } from '../../engine-protocol/messages.ts';
import { encodeG711, muLaw } from '../codec/g711.ts';
import { powerAt, powerOf } from '../sound/level.ts';
import { inFrames, joined, silence, sines } from '../sound/test-sounds.ts';
import { decodeWav, MU_LAW_HEADER, muLawHeader } from '../sound/wav.ts';
import { loadFiles, PlayerTermination } from './player.ts';
import { openPart, RecorderTermination } from './recorder.ts';
import type { TerminationHost } from './termination.ts';

const folder = await mkdtemp(join(tmpdir(), 'files-'));

const hostOf = (told: unknown[]): TerminationHost => ({
  happened: (_, event) => told.push(event),
  digit: () => {},
});

const wav = (sound: Int16Array): Buffer => {
  const octets = Buffer.alloc(sound.length);
  encodeG711(muLaw, sound, 0, sound.length, octets, 0);
  return Buffer.concat([muLawHeader(sound.length), octets]);
};

const samplesOf = async (file: string): Promise<Int16Array> => decodeWav(await readFile(file), file);

const record = async (name: string, sound: Int16Array, limits: Partial<NewRecorder> = {}) => {
  const told: unknown[] = [];
  const what: NewRecorder = { kind: 'recorder', file: join(folder, name), longestS: 60, silenceEndsS: 0, ...limits };
  const recorder = new RecorderTermination('recorder/1', 'sendOnly', await openPart(what.file), what, hostOf(told));
  inFrames(sound, (frame, index) => recorder.write(frame, index * 20));
  return { recorder, told, file: what.file };
};

describe('recorder', () => {
  it('writes what was said, and takes its name at the end', async () => {
    const sound = sines([[700, -10]], 2500);
    const { recorder, file } = await record('said.wav', sound);
    await assert.rejects(access(file));
    assert.deepEqual(await recorder.close(0), { seconds: 2.5 });
    const heard = decodeWav(await readFile(file), file);
    assert.equal(heard.length, sound.length);
    for (let index = 0; index < sound.length; index++) assert.ok(Math.abs(heard[index]! - sound[index]!) < 700);
    await assert.rejects(access(`${file}.part`));
  });

  it('has each whole second readable in its part before the end', async () => {
    const { recorder, file } = await record('cut.wav', sines([[700, -10]], 2500));
    for (let tries = 0; tries < 100; tries++) {
      await new Promise((resolve) => setTimeout(resolve, 20));
      const part = await readFile(`${file}.part`);
      if (decodeWav(part, file).length === 16_000) break;
    }
    assert.equal(decodeWav(await readFile(`${file}.part`), file).length, 16_000);
    await recorder.close(0);
  });

  it('ends after the longest time', async () => {
    const { recorder, told } = await record('long.wav', sines([[700, -10]], 3000), { longestS: 2 });
    await recorder.close(0);
    assert.deepEqual(told, [{ is: 'finished', seconds: 2, why: 'longest' }]);
  });

  it('ends after silence, but not at a pause, and keeps half a second of it', async () => {
    const tone = sines([[700, -10]], 1000);
    const sound = joined(tone, silence(900), tone, silence(4000));
    const { recorder, told, file } = await record('pause.wav', sound, { silenceEndsS: 3 });
    assert.deepEqual(await recorder.close(0, 1000), { seconds: 3.4 });
    assert.deepEqual(told, [{ is: 'finished', seconds: 3.4, why: 'silence' }]);
    assert.equal((await readFile(file)).length, MU_LAW_HEADER + 3.4 * 8000);
    const heard = await samplesOf(file);
    assert.equal(heard.length, 3.4 * 8000);
    assert.ok(powerOf(heard.subarray(2.8 * 8000, 2.9 * 8000)) > powerAt(-12), 'the last sound is there');
    assert.equal(powerOf(heard.subarray(2.9 * 8000)), 0);
  });

  it('is cut at its end when control says so, and not otherwise', async () => {
    const sound = joined(sines([[700, -10]], 1500), silence(1500));
    const cut = await record('cut-off.wav', sound);
    assert.deepEqual(await cut.recorder.close(0, 1740), { seconds: 1.26 });
    assert.equal((await readFile(cut.file)).length, MU_LAW_HEADER + 1.26 * 8000);
    assert.equal((await samplesOf(cut.file)).length, 1.26 * 8000);
    const whole = await record('whole.wav', sound);
    assert.deepEqual(await whole.recorder.close(0), { seconds: 3 });
    const none = await record('nothing.wav', sound);
    assert.deepEqual(await none.recorder.close(0, 60_000), { seconds: 0 });
    assert.equal((await samplesOf(none.file)).length, 0);
  });

  it('ends where the line was released, says so, and takes nothing more', async () => {
    const { recorder, told, file } = await record('gone.wav', sines([[700, -10]], 5000));
    recorder.hangUp(3020, 5000);
    recorder.write(new Int16Array(160), 5000);
    assert.deepEqual(await recorder.close(0, 500), { seconds: 2 });
    assert.deepEqual(told, [{ is: 'finished', seconds: 2, why: 'hangUp' }]);
    assert.equal((await samplesOf(file)).length, 16_000);
  });

  for (const [name, before] of [
    ['within a second', 500],
    ['across the end of a second', 1980],
  ] as const) {
    it(`keeps the tone of a key out from its beginning, ${name}`, async () => {
      const quiet = (ms: number) => silence(ms);
      const { recorder, file } = await record(
        'key.wav',
        joined(
          quiet(before),
          sines(
            [
              [697, -10],
              [1209, -10],
            ],
            60,
          ),
        ),
      );
      recorder.carry({ phase: 'began', digit: '1', sinceMs: 60, inAudio: true });
      inFrames(quiet(1000), (frame) => recorder.write(frame, 0));
      await recorder.close(0);
      const heard = await samplesOf(file);
      assert.equal(heard.length, (before + 1060) * 8);
      assert.ok(
        heard.every((sample) => sample === 0),
        'the key is heard',
      );
    });
  }

  it('has a part that says no more than it holds, whenever the power goes', async () => {
    const { recorder, file } = await record('power.wav', sines([[700, -10]], 3500));
    for (let tries = 0; tries < 200; tries++) {
      const part = await readFile(`${file}.part`).catch(() => undefined);
      if (!part) break;
      const said = part.readUInt32LE(MU_LAW_HEADER - 4);
      assert.ok(said <= part.length - MU_LAW_HEADER, `${said} samples are said`);
      // what is cut off stands behind the header's word for a moment, until it is taken away
      const most = said === (3500 - 1234) * 8 ? 1234 * 8 : 8000;
      assert.ok(part.length - MU_LAW_HEADER - said <= most, `only ${said} samples are said`);
      if (tries === 20) void recorder.close(0, 1234);
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
    assert.equal((await samplesOf(file)).length, (3500 - 1234) * 8);
  });

  it('says where it cannot write', async () => {
    await assert.rejects(openPart('/nowhere/at/all.wav'), /store-unwritable: \/nowhere\/at\/all.wav.part/);
  });

  it('keeps no descriptor where the disk is full', async () => {
    const file = join(folder, 'full.wav');
    await symlink('/dev/full', `${file}.part`);
    const open = async (): Promise<number> => {
      const links = (await readdir('/proc/self/fd')).map((fd) => readlink(`/proc/self/fd/${fd}`).catch(() => ''));
      return (await Promise.all(links)).filter((target) => target === '/dev/full').length;
    };
    for (let tries = 0; tries < 3; tries++) await assert.rejects(openPart(file), /store-unwritable/);
    assert.equal(await open(), 0);
  });
});

describe('player', () => {
  const play = async (files: readonly string[], repeat: boolean, frames: number) => {
    const told: unknown[] = [];
    const what = { kind: 'player', files: files as [string], repeat } as const;
    const player = new PlayerTermination('player/1', 'receiveOnly', await loadFiles(files), what, hostOf(told));
    const heard: Int16Array[] = [];
    for (let frame = 0; frame < frames; frame++) {
      player.read(frame * 20);
      heard.push(player.heard.slice());
    }
    return { told, heard: joined(...heard), player };
  };

  it('plays files one after the other to the sample, then says so once', async () => {
    const files = [join(folder, 'one.wav'), join(folder, 'two.wav')];
    await writeFile(files[0]!, wav(new Int16Array(1000).fill(4000)));
    await writeFile(files[1]!, wav(new Int16Array(500).fill(-4000)));
    const { told, heard, player } = await play(files, false, 20);
    assert.ok(heard.subarray(0, 1000).every((sample) => sample > 3800));
    assert.ok(heard.subarray(1000, 1500).every((sample) => sample < -3800));
    assert.ok(heard.subarray(1500).every((sample) => sample === 0));
    assert.deepEqual(told, [{ is: 'finished', seconds: 0.1875, why: 'end' }]);
    assert.deepEqual(await player.close(), { seconds: 0.1875 });
  });

  it('repeats without a gap', async () => {
    const file = join(folder, 'loop.wav');
    await writeFile(file, wav(new Int16Array(333).fill(4000)));
    const { told, heard } = await play([file], true, 50);
    assert.ok(heard.every((sample) => sample > 3800));
    assert.deepEqual(told, []);
  });

  const broken: [string, Buffer, RegExp][] = [
    ['no WAV', Buffer.from('hello world, this is text'), /no WAV file/],
    ['no data', muLawHeader(0).subarray(0, 50), /no data/],
    ['another rate', Buffer.from(muLawHeader(0)).fill(0x44, 24, 25), /Hz/],
    ['two channels', Buffer.from(muLawHeader(0)).fill(2, 22, 23), /more than one channel/],
    ['another format', Buffer.from(muLawHeader(0)).fill(3, 20, 21), /format 3/],
  ];
  for (const [name, octets, words] of broken) {
    it(`refuses a file with ${name}, by name`, async () => {
      const file = join(folder, 'broken.wav');
      await writeFile(file, octets);
      await assert.rejects(loadFiles([file]), words);
      await assert.rejects(loadFiles([file]), /broken\.wav/);
    });
  }

  it('refuses a file that is not there', async () => {
    await assert.rejects(loadFiles([join(folder, 'none.wav')]), /none\.wav cannot be read/);
  });
});
