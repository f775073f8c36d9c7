import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { TestOffice } from './test-office.ts';

/** The plane is gone, the engine is not: another plane goes on from what was written. */
const successor = async (former: TestOffice): Promise<TestOffice> => {
  const office = new TestOffice();
  const states = new Map(structuredClone([...former.states]));
  for (const [context, members] of former.engine.contexts) office.engine.contexts.set(context, new Set(members));
  const { runner, media, calls, transfers, phones, lines } = office;
  for (const id of [...runner.ids()]) if (/^(phone|exchange)\//.test(id)) runner.drop(id);
  runner.cascade(() => {
    media.adoptAll(states);
    calls.adoptAll(states);
    transfers.adoptAll(states);
    phones.adoptAll(states);
    lines.adoptAll(states);
    phones.configure(office.configuration, ['112']);
    lines.configure([{ id: 'line/9', rings: 'line/2' }]);
    assert.equal(calls.settle(), 0, 'no call ends');
  });
  const contexts = [...office.engine.contexts].map(([id, members]) => ({
    id,
    terminations: [...members].map((each) => ({ id: each, mode: 'sendReceive' as const })),
  }));
  media.compare({ contexts });
  await office.settle();
  return office;
};

/** The exchange calls phone 2, which holds it and calls phone 1. */
const consulting = async (): Promise<TestOffice> => {
  const office = new TestOffice();
  await office.line('line/9', { is: 'rung' });
  await office.line('line/9', { is: 'callerId', callerId: { number: '5551234' } });
  await office.line('line/2', { is: 'offHook' });
  await office.line('line/2', { is: 'flash' });
  await office.dial('line/2', '11');
  await office.turn(4_000);
  assert.deepEqual([office.phone('line/2'), office.phone('line/1')], ['calling', 'ringing']);
  return office;
};

const assertEnded = async (office: TestOffice): Promise<void> => {
  await office.line('line/9', { is: 'disconnected', by: 'loop' });
  await office.line('line/1', { is: 'onHook' });
  assert.deepEqual(office.left(), []);
  assert.equal(office.told('callEnded').length, 2);
  assert.deepEqual(office.faults, []);
};

describe('a transfer under a new plane', () => {
  it('is made where one party was held and the other rang when the plane before died', async () => {
    const office = await successor(await consulting());
    await office.line('line/2', { is: 'onHook' });
    assert.equal(office.engine.playing.get('line/9'), 'ringback');
    await office.line('line/1', { is: 'offHook' });
    assert.deepEqual(office.engine.joined(), [['line/1', 'line/9']]);
    assert.equal(office.engine.playing.get('line/9'), 'none');
    await assertEnded(office);
  });

  it('goes on where the phone had hung up, and the other rang', async () => {
    const former = await consulting();
    await former.line('line/2', { is: 'onHook' });
    const office = await successor(former);
    await office.line('line/1', { is: 'offHook' });
    assert.deepEqual(office.engine.joined(), [['line/1', 'line/9']]);
    await assertEnded(office);
  });

  it('goes on where both were joined, and the one may leave like the other', async () => {
    const former = await consulting();
    await former.line('line/1', { is: 'offHook' });
    await former.line('line/2', { is: 'onHook' });
    const office = await successor(former);
    assert.deepEqual(office.engine.joined(), [['line/1', 'line/9']]);
    await assertEnded(office);
  });

  it('that was written but not done is done: the audit shows the two apart', async () => {
    const former = await consulting();
    await former.line('line/1', { is: 'offHook' });
    former.engine.refuses = /^move/;
    await former.line('line/2', { is: 'onHook' });
    assert.equal(former.engine.joined().length, 2);
    const office = await successor(former);
    assert.deepEqual(office.engine.joined(), [['line/1', 'line/9']]);
    await assertEnded(office);
  });

  it('lets a flash take the held party back', async () => {
    const office = await successor(await consulting());
    await office.line('line/2', { is: 'flash' });
    assert.deepEqual(office.engine.joined(), [['line/2', 'line/9']]);
    assert.equal(office.phone('line/1'), 'onHook');
  });

  it('has said again what each party hears: the plane before may have died before the engine heard of it', async () => {
    const former = await consulting();
    await former.line('line/1', { is: 'offHook' });
    const talking = await successor(former);
    assert.deepEqual(await heard(talking), ['none', 'none', 'hold']);
    await former.line('line/2', { is: 'flash' });
    const alternated = await successor(former);
    assert.deepEqual(await heard(alternated), ['hold', 'none', 'none']);
  });
});

/** What phones 1 and 2 and the exchange line play, once the phones were found as they were. */
const heard = async (office: TestOffice): Promise<(string | undefined)[]> => {
  for (const phone of ['phone/line/1', 'phone/line/2']) office.runner.tell(phone, { type: 'goesOn', ringing: false });
  await office.settle();
  return (['line/1', 'line/2', 'line/9'] as const).map((line) => office.engine.playing.get(line));
};
