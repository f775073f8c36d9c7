import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { CardEvent } from '../contract/line-card.ts';
import { DtmfDetector } from './dtmf.ts';
import { callerIdSamples } from './fsk.ts';
import type { News } from './line-end.ts';
import { Phone } from './phone.ts';

function setUp() {
  const events: CardEvent[] = [];
  const news: News[] = [];
  const clock = { now: 5000 };
  const host = { now: () => clock.now, tell: (event: CardEvent) => events.push(event), log: () => {} };
  const phone = new Phone('phone/1', host, (one) => news.push(one));
  const said: Int16Array[] = [];
  const run = (ms: number, incoming?: Int16Array) => {
    for (let at = 0; at < ms; at += 20) {
      clock.now += 20;
      const frame = new Int16Array(160);
      phone.read(frame);
      said.push(frame);
      phone.write(incoming?.slice(at * 8, at * 8 + 160) ?? new Int16Array(160));
    }
  };
  const loops = () => events.filter((event) => event.is === 'loop').map(({ closed, at }) => [closed, at] as const);
  return { phone, events, news, clock, run, said, loops };
}

test('lifting and hanging up move the loop once each', () => {
  const { phone, run, loops } = setUp();
  phone.lift();
  phone.lift();
  run(100);
  phone.hangUp();
  phone.hangUp();
  assert.deepEqual(loops(), [
    [true, 5000],
    [false, 5100],
  ]);
});

test('a bouncing hook opens and closes with times within the bounce, and rests as wanted', () => {
  const { phone, run, loops } = setUp();
  phone.end.behaviours.put('hookBounce', { ms: 8 });
  run(20);
  phone.lift();
  run(40);
  assert.deepEqual(loops(), [
    [true, 5020],
    [false, 5022],
    [true, 5024],
    [false, 5026],
    [true, 5028],
  ]);
});

test('a flash opens the loop for exactly its time', async () => {
  const { phone, run, loops } = setUp();
  phone.lift();
  const done = phone.flash(250);
  run(400);
  await done;
  const [, open, closed] = loops();
  assert.deepEqual([open![0], closed![0], closed![1] - open![1]], [false, true, 250]);
});

test('a rotary dial breaks 60 and makes 40 ms, ten times for 0', async () => {
  const { phone, run, loops } = setUp();
  phone.lift();
  const done = phone.pulse('20');
  run(2400);
  await done;
  const edges = loops().slice(1);
  assert.equal(edges.filter(([closed]) => !closed).length, 12);
  assert.deepEqual(
    edges.slice(0, 4).map(([, at]) => at - edges[0]![1]),
    [0, 60, 100, 160],
  );
});

test('keys are heard as their digits, and cut short by hanging up', async () => {
  const { phone, run, said } = setUp();
  phone.lift();
  const whole = phone.press('0123456789*#ABCD', 60, 60);
  run(16 * 120 + 40);
  assert.equal(await whole, true);
  const detector = new DtmfDetector();
  assert.equal(said.map((frame) => detector.hear(frame)).join(''), '0123456789*#ABCD');
  const cut = phone.press('111', 100, 100);
  run(100);
  phone.hangUp();
  assert.equal(await cut, false);
});

test('the bell counts rings and keeps their cadence; lifting trips it', () => {
  const { phone, run, news } = setUp();
  for (let ring = 0; ring < 2; ring++) {
    phone.drive({ ring: 'on', hertz: 20 });
    run(2000);
    phone.drive({ ring: 'off' });
    run(4000);
  }
  phone.drive({ ring: 'on', hertz: 20 });
  run(100);
  assert.equal(phone.bell.rings, 3);
  assert.deepEqual(phone.bell.cadence, [2000, 4000, 2000, 4000]);
  phone.lift();
  assert.equal(phone.bell.on, false);
  assert.equal(news.filter(({ event }) => event === 'ringing').length, 6);
});

test('the phone that answers by itself lifts at the ring it was told', () => {
  const { phone, run } = setUp();
  phone.end.behaviours.put('answers', { rings: 2 });
  phone.drive({ ring: 'on', hertz: 20 });
  run(200);
  assert.equal(phone.offHook, false);
  phone.drive({ ring: 'off' });
  run(200);
  phone.drive({ ring: 'on', hertz: 20 });
  run(200);
  assert.equal(phone.offHook, true);
});

test('stacked behaviours: the last put on has the last word, and taking it off gives the word back', () => {
  const { phone, run, loops } = setUp();
  phone.end.behaviours.put('stuckOffHook', {});
  phone.end.behaviours.put('stuckOffHook', {});
  assert.deepEqual(phone.end.behaviours.names, ['stuckOffHook']);
  phone.behavioursChanged();
  phone.end.behaviours.put('cableOut', {});
  phone.behavioursChanged();
  run(20);
  phone.end.behaviours.remove('cableOut');
  phone.behavioursChanged();
  phone.end.behaviours.clear();
  phone.behavioursChanged();
  assert.deepEqual(
    loops().map(([closed]) => closed),
    [true, false, true, false],
  );
});

test('echo comes back weaker and later, silence silences', () => {
  const { phone, said, run } = setUp();
  phone.lift();
  phone.end.behaviours.put('echo', { level: -20, ms: 10 });
  const click = new Int16Array(160);
  click[0] = 10000;
  run(20, click);
  run(40);
  const heard = Int16Array.from(said.flatMap((frame) => [...frame]));
  assert.equal(heard.indexOf(1000), 160 + 80);
  phone.end.mouth.play({ steps: [{ hertz: [1000], ms: 0, level: 0 }] });
  phone.end.behaviours.put('goesSilent', {});
  run(20);
  assert.ok(said.at(-1)!.every((sample) => sample === 0));
});

test('the display reads caller ID on hook and shows it in the state', () => {
  const { phone, run } = setUp();
  const samples = callerIdSamples({ number: '5551234', name: 'Ada' });
  run(Math.ceil(samples.length / 160) * 20 + 20, samples);
  const state = phone.state() as { callerId: string; callerName: string };
  assert.deepEqual([state.callerId, state.callerName], ['5551234', 'Ada']);
});
