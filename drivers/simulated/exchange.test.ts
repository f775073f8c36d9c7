import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { CardEvent } from '../contract/line-card.ts';
import { defaults, type SimulatedSettings } from './defaults.ts';
import { digitScript } from './dtmf.ts';
import { ExchangeLine } from './exchange.ts';
import { CallerIdReader } from './fsk.ts';
import type { News } from './line-end.ts';
import { analyse, type Heard } from './spectrum.ts';
import { type Script, ToneSource } from './tone.ts';

function setUp(settings: Partial<SimulatedSettings> = {}) {
  const events: CardEvent[] = [];
  const news: News[] = [];
  const clock = { now: 5000 };
  const host = { now: () => clock.now, tell: (event: CardEvent) => events.push(event), log: () => {} };
  const line = new ExchangeLine('exchange/1', { ...defaults, ...settings }, new Map(), host, (one) => news.push(one));
  line.announce();
  const ours = new ToneSource();
  /** Lets `ms` pass, saying `script`; what came from the line. */
  const run = (ms: number, script?: Script): Int16Array => {
    if (script !== undefined) ours.start(script);
    const heard = new Int16Array(ms * 8);
    for (let at = 0; at < ms; at += 20) {
      clock.now += 20;
      line.read(heard.subarray(at * 8, at * 8 + 160));
      const frame = new Int16Array(160);
      ours.addTo(frame);
      line.write(frame);
    }
    return heard;
  };
  const hear = (ms: number): Promise<Heard> => analyse(run(ms), async () => {});
  const told = () => events.map(({ port: _port, at: _at, ...rest }) => rest);
  /** Seizes the line and dials. */
  const dial = (digits: string): void => {
    line.drive({ loop: 'closed' });
    run(400);
    run(digits.length * 120 + 40, digitScript(digits, 60, 60));
  };
  return { line, news, run, hear, told, dial };
}

const round = (heard: Heard): number[] => heard.hertz.map(Math.round).sort((a, b) => a - b);

test('seizing gives current and dial tone, the first digit ends it', async () => {
  const { line, run, hear, told } = setUp();
  line.drive({ loop: 'closed' });
  run(300);
  assert.deepEqual(told(), [
    { is: 'battery', present: true },
    { is: 'current', flows: true },
  ]);
  assert.deepEqual(round(await hear(1000)), [350, 440]);
  run(120, digitScript('9', 80, 40));
  assert.equal(line.lineState, 'dialling');
  assert.equal((await hear(500)).level, -100);
});

test('a number of the table is complete at its last digit: ringback, answer, far tone, hang-up by loop drop', async () => {
  const { line, run, hear, told, dial } = setUp({
    numbers: { '911': { does: 'answers', afterMs: 2000, hertz: 1004, hangsUpAfterMs: 1500 } },
  });
  dial('911');
  run(320);
  assert.equal(line.lineState, 'ringback');
  assert.deepEqual(round(await hear(1000)), [440, 480]);
  run(1000);
  assert.equal(line.lineState, 'talking');
  assert.deepEqual(round(await hear(500)), [1004]);
  run(2000);
  assert.deepEqual(told().slice(2), [
    { is: 'current', flows: false },
    { is: 'current', flows: true },
  ]);
  line.drive({ loop: 'open' });
  run(400);
  assert.equal(line.lineState, 'idle');
});

test('a number without an entry is complete after a pause or at #', () => {
  const pause = setUp();
  pause.dial('12');
  pause.run(2700);
  assert.equal(pause.line.lineState, 'dialling');
  pause.run(600);
  assert.equal(pause.line.lineState, 'ringback');
  const hash = setUp();
  hash.dial('12#');
  hash.run(320);
  assert.equal(hash.line.lineState, 'ringback');
});

test('a number that begins another waits for it', () => {
  const { line, run, dial } = setUp({ numbers: { '11': { does: 'busy' }, '112': { does: 'congestion' } } });
  dial('112');
  run(320);
  assert.equal(line.lineState, 'congestion');
});

test('busy, congestion, no answer and silence are heard as such', async () => {
  const cases = [
    ['5550101', 'busy', [480, 620], 500],
    ['5550103', 'congestion', [480, 620], 250],
    ['5550102', 'ringback', [440, 480], 2000],
  ] as const;
  for (const [digits, state, hertz, onMs] of cases) {
    const { line, run, hear, dial } = setUp();
    dial(digits);
    run(4320);
    assert.equal(line.lineState, state);
    const heard = await hear(6000);
    assert.deepEqual(round(heard), hertz);
    const on = heard.segments.slice(1, -1).filter((segment) => segment.on);
    for (const { ms } of on) assert.ok(Math.abs(ms - onMs) <= 10, `${state}: ${ms}`);
  }
  const { line, run, dial } = setUp();
  dial('5550104');
  run(400);
  assert.equal(line.lineState, 'silence');
});

test('answer reverses polarity where it is set, and release sets it back', () => {
  const { line, run, told, dial } = setUp({ answerReversal: true, otherNumbers: { does: 'answers', afterMs: 0 } });
  dial('1#');
  run(400);
  line.drive({ loop: 'open' });
  run(500);
  const reversals = told().filter(({ is }) => is === 'polarity');
  assert.deepEqual(reversals, [
    { is: 'polarity', reversed: true },
    { is: 'polarity', reversed: false },
  ]);
});

test('the far party is heard only once the call is answered, and opening our loop is no loss of current', async () => {
  const { line, run, hear, told, dial } = setUp();
  dial('5550104');
  run(400);
  line.end.mouth.play({ steps: [{ hertz: [1000], ms: 0, level: -10 }] });
  assert.equal((await hear(200)).level, -100);
  line.answer();
  assert.deepEqual(round(await hear(200)), [1000]);
  line.drive({ loop: 'open' });
  run(400);
  assert.equal(
    told().some((event) => 'flows' in event && !event.flows),
    false,
  );
});

test('the far party hangs up by tone, polarity or not at all', async () => {
  for (const by of ['tone', 'polarity', 'nothing'] as const) {
    const { line, run, hear, told, dial } = setUp({ otherNumbers: { does: 'answers', afterMs: 0 } });
    dial('1#');
    run(400);
    line.farHangUp(by);
    const heard = await hear(2000);
    assert.deepEqual(round(heard), by === 'tone' ? [480, 620] : []);
    assert.equal(
      told().some(({ is }) => is === 'polarity'),
      by === 'polarity',
    );
    assert.equal(line.flows, true);
  }
});

test('ringing follows its cadence with caller ID after the first ring, until answered', () => {
  const { line, run, told } = setUp();
  line.ring([1000, 2000], { number: '5551234', name: 'Ada' });
  const display = new CallerIdReader();
  const heard = run(3000);
  const shown = [];
  for (let at = 0; at < heard.length; at += 160) shown.push(display.hear(heard.subarray(at, at + 160)));
  const [callerId] = shown.filter((one) => one !== undefined);
  assert.deepEqual([callerId?.number, callerId?.name], ['5551234', 'Ada']);
  run(200);
  line.drive({ loop: 'closed' });
  run(40);
  assert.equal(line.lineState, 'talking');
  assert.deepEqual(told().slice(1), [
    { is: 'ringing', on: true },
    { is: 'ringing', on: false },
    { is: 'ringing', on: true },
    { is: 'current', flows: true },
    { is: 'ringing', on: false },
  ]);
});

test('a flash leaves the call up, a longer opening ends it', () => {
  const { line, run, news, dial } = setUp({ otherNumbers: { does: 'answers', afterMs: 0 } });
  dial('1#');
  run(400);
  line.drive({ loop: 'open' });
  run(100);
  line.drive({ loop: 'closed' });
  run(400);
  assert.equal(line.lineState, 'talking');
  assert.equal(news.filter(({ event }) => event === 'flash').length, 1);
  line.drive({ loop: 'open' });
  run(400);
  assert.equal(line.lineState, 'idle');
});

test('faults: no dial tone, deaf to digits, cable out under ringing', () => {
  const mute = setUp();
  mute.line.end.behaviours.put('noDialTone', {});
  mute.line.drive({ loop: 'closed' });
  mute.run(1000);
  assert.equal(mute.line.lineState, 'seized');
  const deaf = setUp();
  deaf.line.end.behaviours.put('deafToDigits', {});
  deaf.dial('123');
  assert.equal(deaf.line.lineState, 'dialTone');
  const cut = setUp();
  cut.line.ring([2000, 4000]);
  cut.run(100);
  cut.line.end.behaviours.put('cableOut', {});
  cut.line.behavioursChanged();
  assert.deepEqual(cut.told().slice(1), [
    { is: 'ringing', on: true },
    { is: 'ringing', on: false },
    { is: 'battery', present: false },
  ]);
});
