import assert from 'node:assert/strict';
import type { Random } from '../fuzz/random.ts';
import { Capture } from '../peer/capture.ts';
import { userOf } from '../peer/configuration.ts';
import type { Site } from '../peer/site.ts';
import { eventually, patience, sleep } from '../peer/wait.ts';
import { assertNothingLeft, dial, farHertz, farNumber, hears, hearsTone, type Office } from './office.ts';
import { type Expected, type Figures, judged } from './outlive-judges.ts';
import {
  answering,
  extensionOf,
  FarCall,
  farCalls,
  InTurn,
  passedOnNumber,
  type Replaced,
  replaceControl,
  slowNumber,
} from './outlive-office.ts';
import { type How, handOver, type Step, transfer, voiceOf } from './outlive-transfer.ts';
import { eachSentToFarMs, transfersOf } from './transferring.ts';

/** Requests and kill begin within this time of each other. */
const AROUND_MS = 300;
/** What phone 7 says to phone 8. */
const insideHertz = 330;
/** The far end hears each phone that a call was handed over to for so long at least. */
const SPOKE_MS = 200;

/** Calls with the far end by phone, and those that the far end, or a phone of ours, holds during the kills. */
const expected: Expected = { calls: [1, 2, 3, 4, 5, 6, 10], held: { atFar: [2, 3], atUs: [2, 3, 10] } };

type FarCalls = Readonly<Record<number, FarCall>>;

/** Ten calls: seven over SIP, one of which is to be transferred, one from phone to phone, one over the exchange line. */
const setUp = async ({ far, gateway }: Office): Promise<FarCalls> => {
  const { bench } = gateway;
  const turn = new InTurn();
  const since = far.events.length;
  const calls = Object.fromEntries(expected.calls.map((phone) => [phone, new FarCall(far, phone, since, turn)]));
  // offered some seconds later: a caller's number might come
  await bench.ring('exchange/1');
  await Promise.all(answering.map((number, n) => dial(gateway, n + 1, number)));
  await Promise.all([
    dial(gateway, 5, slowNumber),
    dial(gateway, 7, extensionOf(8)),
    dial(gateway, 10, passedOnNumber),
  ]);
  // a call that comes in makes its account the one that commands of the far end are for
  await Promise.all([1, 2, 3, 10].map((phone) => calls[phone]!.is('CALL_ESTABLISHED')));
  await calls[5]!.is('CALL_INCOMING');
  await farCalls(far, 4, turn);
  await farCalls(far, 6, turn);
  await Promise.all([4, 8, 9].map((phone) => bench.waitFor(`phone/${phone}`, 'ringing', { timeoutMs: patience(0) })));
  await Promise.all([4, 8, 9].map((phone) => bench.lift(`phone/${phone}`)));
  await calls[4]!.is('CALL_ESTABLISHED');
  await bench.waitFor('exchange/1', 'line', { line: 'talking', timeoutMs: patience(0) });
  await calls[6]!.is('CALL_RINGING');
  await calls[2]!.do('hold');
  await bench.tone('phone/7', [insideHertz]);
  await hearsTone(gateway, 8, insideHertz);
  await hearsTone(gateway, 10, farHertz);
  return calls;
};

/**
 * Kills the control plane several times. Around each kill something goes on: one call is held, resumed or answered, or
 * none is, and a transfer of another call goes on by one step; by the last kill it is done, and its parties talk. What
 * is not done around a kill is done before the first one, as steps of the transfer, or after the last one.
 */
const kill = async (office: Office, random: Random, kills: number, calls: FarCalls): Promise<[Replaced[], How]> => {
  const { gateway } = office;
  const { how, steps } = transfer(gateway, random, 10, 11);
  const nothing: Step = { takesMs: 0, does: async () => {} };
  const going = [...steps, nothing];
  for (const { does } of going.splice(0, going.length - kills)) await does();
  const changes = shuffled(random, [
    () => calls[3]!.do('hold'),
    () => calls[2]!.do('resume'),
    () => calls[5]!.do('accept'),
    () => gateway.bench.lift('phone/6').then(() => {}),
    async () => {},
  ]);
  const replaced: Replaced[] = [];
  for (const [n, { does, takesMs }] of going.entries()) {
    const change = changes.pop() ?? nothing.does;
    await Promise.all([
      sleep(random.below(AROUND_MS)).then(does),
      sleep(takesMs + random.below(AROUND_MS)).then(change),
      sleep(takesMs + random.below(AROUND_MS)).then(async () => replaced.push(await replaceControl(office))),
    ]);
    const gone = expected.calls.filter((phone) => calls[phone]!.closed);
    assert.deepEqual(gone, [], `calls that ended by kill ${n + 1}, by their phones`);
  }
  for (const change of changes) await change();
  return [replaced, how];
};

const shuffled = <T>(random: Random, list: T[]): T[] =>
  list
    .map((each) => ({ each, at: random.next() }))
    .sort((a, b) => a.at - b.at)
    .map(({ each }) => each);

/** Every later hold, transfer and hang-up; gives how phone 11 hands its call back to phone 10, and 1 its own to 12. */
const goOn = async ({ gateway }: Office, random: Random, calls: FarCalls): Promise<{ back: How; third: How }> => {
  const { bench } = gateway;
  await calls[3]!.do('resume');
  for (const phone of [1, 4, 10]) await calls[phone]!.do('hold');
  await eventually('phone 11 to hear nothing', patience(0), async () => (await hears(gateway, 11, 200)).length === 0);
  await sleep(300);
  for (const phone of [1, 4, 10]) await calls[phone]!.do('resume');
  await Promise.all([1, 4, 11].map((phone) => hearsTone(gateway, phone, farHertz)));
  const [back, third] = await Promise.all([handOver(gateway, random, 11, 10), handOver(gateway, random, 1, 12)]);
  await sleep(300);
  for (const phone of [1, 4, 5]) await calls[phone]!.do('hangup');
  await Promise.all([2, 3, 6, 7, 10].map((phone) => bench.hangUp(`phone/${phone}`)));
  await bench.farHangUp('exchange/1', 'loop');
  await Promise.all(expected.calls.map((phone) => calls[phone]!.is('CALL_CLOSED')));
  await sleep(200);
  await Promise.all([4, 5, 8, 9, 12].map((phone) => bench.hangUp(`phone/${phone}`)));
  return { back, third };
};

const lines = (records: string[][]): string[] => records.map((words) => words.join(' ')).sort();

/** One record a call: who called whom, how it ended, and its transfers. */
const wanted = (how: How, back: How, third: How): string[][] => {
  const call = (phone: number, dialled: string, ...transfers: How[]) => [
    extensionOf(phone),
    dialled,
    'hungUp',
    ...transfers,
  ];
  return [
    ...[call(1, farNumber, third), call(1, extensionOf(12), third), call(2, '203'), call(3, '204')],
    ...[call(5, slowNumber), call(7, extensionOf(8)), call(10, passedOnNumber, how)],
    ...[call(10, extensionOf(11), how, back), call(11, extensionOf(10), back)],
    ...[
      [farNumber, userOf(4), 'hungUp'],
      ['205', userOf(6), 'hungUp'],
      ['', '', 'hungUp'],
    ],
  ];
};

/**
 * A round: ten calls are set up, the control plane is killed several times while one of them is answered, held,
 * resumed or let be and one is transferred, and at last they are held, resumed, transferred and ended. Peers and
 * capture are the judges.
 */
export const round = async (site: Site, office: Office, random: Random, kills: number): Promise<Figures> => {
  const { gateway } = office;
  const recordsBefore = gateway.records().length;
  const capture = await Capture.start(site, `round-${recordsBefore}`);
  const calls = await setUp(office);
  const [replaced, how] = await kill(office, random, kills, calls);
  await Promise.all(expected.calls.map((phone) => calls[phone]!.is('CALL_ESTABLISHED')));
  await Promise.all([hearsTone(gateway, 8, insideHertz), hearsTone(gateway, 11, farHertz)]);
  const untilS = Date.now() / 1_000;

  const { back, third } = await goOn(office, random, calls);
  const want = wanted(how, back, third);
  const records = (await gateway.recorded(recordsBefore + want.length)).slice(recordsBefore);
  assert.deepEqual(lines(transfersOf(records)), lines(want), 'one record a call, each ended by hanging up');
  assert.ok(
    records.every((each) => each['answeredAfterMs'] !== undefined),
    'each call was answered',
  );
  await assertNothingLeft(office);
  await gateway.bench.waitFor('exchange/1', 'loopOpen', { timeoutMs: patience(0) });
  const between = judged(await capture.stop(), expected, untilS);
  const spokeMs = await eachSentToFarMs(capture.path, [10, 11, 12].map(voiceOf));
  assert.ok(Math.min(...spokeMs) > SPOKE_MS, `the far end heard phones 10, 11 and 12 for ${spokeMs.join(', ')} ms`);
  return { replaced, between };
};
