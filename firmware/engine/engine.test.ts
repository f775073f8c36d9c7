import assert from 'node:assert/strict';
import { once } from 'node:events';
import { describe, it } from 'node:test';
import { engineConformance } from '../engine-protocol/conformance.ts';
import { startEngine } from './test-engine.ts';

engineConformance('the engine on simulated lines', () => startEngine());

describe('the engine process', () => {
  it('tells its supervisor of its work each second, and ends with 0 when asked to', async () => {
    const engine = await startEngine();
    const ended = new Promise<number | null>((resolve) => engine.child.once('exit', resolve));
    while (engine.worked.length < 2) await once(engine.child, 'message');
    const [first, second] = engine.worked;
    assert.equal(second! - first!, 50);
    await engine.stop();
    assert.equal(await ended, 0);
  });
});
