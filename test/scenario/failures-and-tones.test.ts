import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { durationMs, readWav } from '../peer/audio.ts';
import type { Gateway } from '../peer/gateway.ts';
import type { Kamailio } from '../peer/kamailio.ts';
import { onSite } from '../peer/site.ts';
import { eventually, sleep } from '../peer/wait.ts';
import { dial, farHertz, farNumber, hearsTone, type Office, openOffice, statusOf, trunkIs } from './office.ts';
import { assertSpokenTwice, sentence } from './spoken.ts';

/** On and off in ms, within 10 %, and the frequencies of each tone as the United States have it. */
type Sound = { readonly hertz: readonly number[]; readonly onMs: number; readonly offMs: number };
const busy: Sound = { hertz: [480, 620], onMs: 500, offMs: 500 };
const congestion: Sound = { hertz: [480, 620], onMs: 250, offMs: 250 };
const special: Sound = { hertz: [950, 1400, 1800], onMs: 990, offMs: 1_000 };

/** Answers that speak of the callee: the call ends with this tone, and the secondary is not asked. */
const stops: Readonly<Record<string, Sound>> = {
  '404': special,
  '410': special,
  '433': busy,
  '480': busy,
  '484': special,
  '486': busy,
  '487': busy,
  '600': busy,
  '603': busy,
  '604': special,
  '607': busy,
  '608': busy,
  // Our binding is good, so it is the callee whom we may not call.
  '403': congestion,
};

/** What the caller is told in words before the tone; the others are told by their tone alone. */
const words: Readonly<Record<string, string>> = {
  '404': 'numberUnknown',
  '410': 'numberUnknown',
  '604': 'numberUnknown',
  '480': 'notReachable',
  '484': 'numberIncomplete',
  '487': 'notReachable',
  '403': 'notAllowed',
};
/** What the digit map refuses, and the sentence for it. */
const noNumbers: Readonly<Record<string, string>> = { '0': 'numberUnknown', '20': 'numberIncomplete' };
/** Between the two times that a sentence is said, and what a loaded machine may add. */
const SAID_PAUSE_MS = 1_000;
const SLACK_MS = 700;

/** Answers that speak of the softswitch or the way to it: the call goes out by the secondary. */
const goesOn = ['402', '405', '408', '413', '420', '488', '491', '500', '502', '503', '504', '606'];

/** Longer than the longest flash of the United States. */
const PAUSE_MS = 1_300;

const INTER_DIGIT_S = 2;

/** How long the primary asks to be left alone. */
const HELD_S = 6;

const invitesAt = (softswitch: Kamailio, number: string): number =>
  softswitch.heard().filter((request) => request.startsWith(`INVITE sip:${number}@`)).length;

const near = (actual: number, wanted: number): boolean => Math.abs(actual - wanted) <= wanted / 10;

/** A whole tone and a whole pause of this sound were in the ear, and no other frequency. */
const assertHeard = async (gateway: Gateway, phone: number, sound: Sound, why: string): Promise<void> => {
  const { hertz, segments } = await gateway.bench.hear(`phone/${phone}`, sound.onMs * 2 + sound.offMs * 2);
  const what = `${why}: ${JSON.stringify({ hertz, segments })}`;
  assert.deepEqual(
    [...hertz]
      .sort((a, b) => a - b)
      .map((each) => sound.hertz.find((wanted) => Math.abs(each - wanted) <= wanted / 100)),
    sound.hertz,
    what,
  );
  const whole = segments.slice(1, -1);
  assert.ok(
    whole.some(({ on, ms }) => on && near(ms, sound.onMs)),
    `on for ${sound.onMs} ms: ${what}`,
  );
  assert.ok(
    whole.some(({ on, ms }) => !on && near(ms, sound.offMs)),
    `off for ${sound.offMs} ms: ${what}`,
  );
};

/** The sentence comes twice, as it stands in its file; then it is over. */
const isTold = async (gateway: Gateway, phone: number, file: string, name: string): Promise<void> => {
  await sleep(2 * durationMs(sentence(name)) + SAID_PAUSE_MS + SLACK_MS);
  await gateway.bench.stopListening(`phone/${phone}`);
  assertSpokenTwice(readWav(file), name);
};

const stopsWith = async (
  { a, b, gateway }: Office,
  phone: number,
  number: string,
  sound: Sound,
  told: string | undefined = words[number],
): Promise<void> => {
  const file = join(gateway.run, `told-${number}.wav`);
  // What is said may begin before anybody has seen the answer of the softswitch.
  if (told !== undefined) await gateway.bench.listen(`phone/${phone}`, file);
  await dial(gateway, phone, number);
  await eventually(`INVITE for ${number} at A`, 2_000, () => invitesAt(a, number) > 0);
  if (told === undefined) await gateway.bench.waitFor(`phone/${phone}`, 'sound', { timeoutMs: 10_000 });
  else await isTold(gateway, phone, file, told);
  await assertHeard(gateway, phone, sound, `after ${number}`);
  await gateway.bench.hangUp(`phone/${phone}`);
  assert.equal(invitesAt(b, number), 0, `after ${number} the secondary is not asked`);
};

const goesOut = async ({ a, b, gateway }: Office, phone: number, number: string): Promise<void> => {
  await dial(gateway, phone, number);
  await hearsTone(gateway, phone, farHertz);
  await gateway.bench.hangUp(`phone/${phone}`);
  assert.ok(invitesAt(a, number) > 0, `${number}: the primary is asked first`);
  assert.ok(invitesAt(b, number) > 0, `${number}: then the secondary`);
};

/** `work` for each, by all phones at once. */
const byPhones = async <T>(all: readonly T[], work: (phone: number, one: T) => Promise<void>): Promise<void> => {
  const waiting = [...all];
  const person = async (phone: number): Promise<void> => {
    for (let one = waiting.shift(); one !== undefined; one = waiting.shift()) {
      await work(phone, one);
      // a handset that is lifted again sooner has given a flash
      await sleep(PAUSE_MS);
    }
  };
  await Promise.all([1, 2, 3, 4].map(person));
};

/** Digits of which the digit map makes no number: no softswitch is asked, and it is a call like any other. */
const isNoNumber = async ({ a, b, gateway }: Office, phone: number, number: string, told: string): Promise<void> => {
  const file = join(gateway.run, `told-${number}.wav`);
  await gateway.bench.listen(`phone/${phone}`, file);
  await dial(gateway, phone, number);
  await sleep(INTER_DIGIT_S * 1_000);
  await isTold(gateway, phone, file, told);
  await assertHeard(gateway, phone, special, `after ${number}`);
  await gateway.bench.hangUp(`phone/${phone}`);
  assert.equal(invitesAt(a, number) + invitesAt(b, number), 0, `no softswitch is asked for ${number}`);
};

type AttemptRecord = {
  readonly target: { readonly kind: string };
  readonly status?: number;
  readonly cause: string;
};

const causeOf = (gateway: Gateway, number: string): unknown =>
  gateway.records().find((record) => record['dialled'] === number)?.['cause'];

test(
  'every final answer of a real softswitch: why in words, twice, then the right tone in the ear, or the call goes out by the secondary',
  onSite(async (site) => {
    const office = await openOffice(site, {
      configuration: { exchangeLines: 0 },
      more: { routing: { digitMap: '[2-9]xx', interDigitS: INTER_DIGIT_S } },
    });
    const { a, b, far, gateway } = office;
    await a.numbersAreStatuses();
    await b.everyNumberIs(farNumber);

    await byPhones(Object.entries(stops), (phone, [number, sound]) => stopsWith(office, phone, number, sound));
    await byPhones(goesOn, (phone, number) => goesOut(office, phone, number));
    await byPhones(Object.entries(noNumbers), (phone, [number, told]) => isNoNumber(office, phone, number, told));
    const count = Object.keys(stops).length + goesOn.length + Object.keys(noNumbers).length;
    const all = await gateway.recorded(count);
    assert.deepEqual(
      Object.keys(noNumbers).map((number) => causeOf(gateway, number)),
      ['unknownNumber', 'numberIncomplete'],
    );
    for (const number of goesOn) assert.equal(causeOf(gateway, number), 'hungUp', `record of ${number}`);
    for (const number of Object.keys(stops)) {
      const { attempts } = all.find((record) => record['dialled'] === number) as { attempts: AttemptRecord[] };
      const [asked, ...more] = attempts;
      assert.equal(`${asked?.status}`, number, `the attempt for ${number}`);
      assert.deepEqual(
        more.map(({ target, cause }) => [target.kind, cause]),
        words[number] === undefined ? [] : [['sentence', asked?.cause]],
        `after ${number} the caller is told why, and no other way is tried`,
      );
      assert.equal(causeOf(gateway, number), asked?.cause, `the cause of ${number} is that of the answer`);
    }
    await eventually('the far end to be free', 3_000, () => far.openCalls().length === 0);
  }),
);

test(
  'the cause of a Reason header outranks the status; Retry-After keeps calls away from the primary for its time',
  onSite(async (site) => {
    const office = await openOffice(site, {
      configuration: { exchangeLines: 0 },
      more: { routing: { digitMap: '[2-9]xx' } },
    });
    const { a, b, gateway } = office;
    await Promise.all([a.everyNumberIs(farNumber), b.everyNumberIs(farNumber)]);
    await a.answer('INVITE', 503, { retryAfterS: HELD_S });
    const refused = performance.now();
    await goesOut(office, 1, '301');
    await a.answer('INVITE', 'normally');
    await trunkIs(gateway, 'primary', /held/, 500);
    const alarms = (): string[] => statusOf(gateway).alarms.map(({ id, cause }) => `${id}: ${cause}`);
    assert.match(
      alarms().join(),
      /^trunkHeld\/primary: it asked to be left alone for [0-9.]+ s \(503 with Retry-After\)$/,
    );
    await dial(gateway, 2, '302');
    await hearsTone(gateway, 2, farHertz);
    await gateway.bench.hangUp('phone/2');
    assert.equal(invitesAt(a, '302'), 0, 'the primary is left alone');
    await trunkIs(gateway, 'primary', /up/, HELD_S * 1000 + 3_000);
    const heldMs = performance.now() - refused;
    assert.ok(heldMs >= HELD_S * 1000, `left alone for ${heldMs} ms`);
    assert.deepEqual(alarms(), [], 'nothing is left of it');
    await dial(gateway, 3, '303');
    await hearsTone(gateway, 3, farHertz);
    await gateway.bench.hangUp('phone/3');
    assert.equal(invitesAt(b, '303'), 0, 'the primary takes calls again');

    await a.numbersAreStatuses('Q.850;cause=17;text="User busy"');
    await stopsWith(office, 1, '500', busy, undefined);
    await a.numbersAreStatuses('Q.850;cause=1');
    await stopsWith(office, 2, '503', special, 'numberUnknown');
    await a.numbersAreStatuses('Q.850;cause=38;text="Network out of order"');
    await goesOut(office, 3, '486');
    await gateway.recorded(6);
    const wanted = { '500': 'busy', '503': 'unknownNumber', '486': 'hungUp' };
    for (const [number, cause] of Object.entries(wanted)) assert.equal(causeOf(gateway, number), cause, number);
  }),
);
