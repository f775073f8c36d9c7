import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { BenchClient } from '../../drivers/simulated/bench-client.ts';
import type { EngineConnection } from '../engine-protocol/conformance.ts';
import { startEngine } from './test-engine.ts';

const LINE = 'line/9';
const PORT = 'exchange/1';
type Scene = {
  readonly control: EngineConnection;
  readonly bench: BenchClient;
  readonly signal: (play: object) => Promise<unknown>;
};

const onLine = async (scene: (scene: Scene) => Promise<void>, settings: object = {}): Promise<void> => {
  const engine = await startEngine(settings);
  try {
    const control = await engine.connect();
    await control.hello();
    await control.request('provision', { revision: 'r', hardware: engine.hardware });
    await control.request('add', { context: 'new', mode: 'sendReceive', what: LINE });
    const signal = (play: object) => control.request('signal', { termination: LINE, play });
    await scene({ control, bench: await engine.bench(), signal });
  } finally {
    await engine.stop();
  }
};

describe('an exchange line', { concurrency: true }, () => {
  it('is seized, checked for dial tone, dialled, and answered by reversal, then dropped by the loop', async () => {
    await onLine(
      async ({ control, bench, signal }) => {
        const events = ['seized', 'dialled', 'ringback', 'answered'].map((is) => control.event(LINE, is, 15_000));
        await signal({ loop: 'seize', dial: '5550100' });
        const [seized, , , answered] = await Promise.all(events);
        assert.ok(seized?.event.is === 'seized' && seized.event.dialTone);
        assert.ok(answered?.event.is === 'answered' && answered.event.by === 'polarity');
        assert.equal((await bench.exchange(PORT)).dialled, '5550100');
        const gone = control.event(LINE, 'disconnected', 5000);
        await bench.farHangUp(PORT, 'loop');
        const { event } = await gone;
        assert.ok(event.is === 'disconnected' && event.by === 'loop');
      },
      { answerReversal: true },
    );
  });

  it('is seized and dialled although the caller presses keys', async () => {
    await onLine(async ({ control, bench, signal }) => {
      const lifted = control.event('line/1', 'offHook');
      await bench.lift('phone/1');
      await lifted;
      await control.request('add', { context: 'context/1', mode: 'sendReceive', what: 'line/1' });
      const [seized, dialled] = [control.event(LINE, 'seized', 15_000), control.event(LINE, 'dialled', 15_000)];
      await signal({ loop: 'seize', dial: '5550100' });
      const keys = bench.press('phone/1', '99999', { onMs: 80, offMs: 80 });
      const { event } = await seized;
      assert.ok(event.is === 'seized' && event.dialTone);
      await Promise.all([dialled, keys]);
      assert.equal((await bench.exchange(PORT)).dialled, '5550100');
    });
  });

  it('tells busy by its tone, and lets the line go', async () => {
    await onLine(async ({ control, bench, signal }) => {
      const gone = control.event(LINE, 'disconnected', 15_000);
      await signal({ loop: 'seize', dial: '5550101' });
      const { event } = await gone;
      assert.ok(event.is === 'disconnected' && event.by === 'tone' && event.tone === 'busy');
      await bench.waitFor(PORT, 'loopOpen', { timeoutMs: 2000 });
    });
  });

  it('rings, says when the caller has gone, and is answered when asked', async () => {
    await onLine(async ({ control, bench, signal }) => {
      const rung = control.event(LINE, 'rung');
      await bench.ring(PORT);
      await rung;
      await signal({ loop: 'answer' });
      await bench.waitFor(PORT, 'loopClosed', { timeoutMs: 2000 });
      await signal({ loop: 'release' });
      await bench.waitFor(PORT, 'loopOpen', { timeoutMs: 2000 });
    });
  });
});

describe('a line in a context that is plugged in elsewhere by the settings', { concurrency: true }, () => {
  const moved = async (line: string, to: string, gone: string): Promise<void> => {
    const engine = await startEngine();
    try {
      const control = await engine.connect();
      await control.hello();
      await control.request('provision', { revision: 'r', hardware: engine.hardware });
      await control.request('add', { context: 'new', mode: 'sendReceive', what: line });
      const told = control.event(line, gone, 5000);
      const bench = await engine.bench();
      if (line === LINE) {
        await control.request('signal', { termination: line, play: { loop: 'seize', dial: '5550100' } });
        await bench.waitFor(PORT, 'loopClosed', { timeoutMs: 2000 });
      }
      const lines = engine.hardware.lines.flatMap((each) =>
        each.id === line ? [{ ...each, port: to }] : each.port === to ? [] : [each],
      );
      await control.request('provision', { revision: 's', hardware: { ...engine.hardware, lines } });
      await told;
      if (line === LINE) await bench.waitFor(PORT, 'loopOpen', { timeoutMs: 2000 });
      assert.deepEqual((await control.request('audit', {})).contexts, []);
    } finally {
      await engine.stop();
    }
  };

  it('says that who was on it has gone: a phone', () => moved('line/1', 'phone/2', 'onHook'));
  it('says that who was on it has gone: an exchange line', () => moved(LINE, 'exchange/2', 'disconnected'));
});
