import { wordsOf } from '../../firmware/core/error.ts';
import { readWav } from '../peer/audio.ts';
import { Capture, type SipMessage } from '../peer/capture.ts';
import type { Site } from '../peer/site.ts';
import { TwoPaths } from '../peer/two-paths.ts';
import { eventually, sleep } from '../peer/wait.ts';
import { recordFaults, seenAt } from './fault-matrix-judge.ts';
import { Cell, calleeHertz, dialled, dialledNext, earlyHertz, type Pace, pathsOf } from './fault-matrix-site.ts';
import type { Heard, Place } from './fault-matrix-table.ts';
import { dial, hearsTone } from './office.ts';
import { assertSpoken } from './spoken.ts';

/** A cell that has run: what was wrong, apart from what the capture shows. */
type Ran = { readonly place: Place; readonly lane: number; readonly tookS: number; readonly faults: string[] };
export type Judged = Ran;

const PHONE = 'phone/1';
const RINGBACK = [440, 480];
const BUSY = [480, 620];
/** Cadence of the United States: busy 500 ms on, congestion 250 ms. */
const onMs: Readonly<Record<'busy' | 'congestion', number>> = { busy: 500, congestion: 250 };

/** Waits until the caller hears this. */
const caller = {
  ringback: (cell: Cell, withinMs: number) =>
    cell.gateway.bench.waitFor(PHONE, 'tone', { hertz: RINGBACK, timeoutMs: withinMs }),
  tone: (cell: Cell, hertz: number, withinMs: number) => hearsTone(cell.gateway, 1, hertz, withinMs),
  end: async (cell: Cell, which: 'busy' | 'congestion', withinMs: number): Promise<void> => {
    await cell.gateway.bench.waitFor(PHONE, 'tone', { hertz: BUSY, timeoutMs: withinMs });
    const { segments } = await cell.gateway.bench.hear(PHONE, onMs[which] * 4);
    const whole = segments.slice(1, -1).filter(({ on }) => on);
    if (!whole.some(({ ms }) => Math.abs(ms - onMs[which]) <= 60)) {
      throw new Error(`not the cadence of ${which}: ${JSON.stringify(segments)}`);
    }
  },
};

const hear = async (cell: Cell, what: Heard, file: string): Promise<void> => {
  const { pace } = cell;
  const longest = pace.progressMs + 6_000;
  switch (what) {
    case 'callee':
      await caller.tone(cell, calleeHertz, longest);
      return;
    case 'early audio':
      await caller.tone(cell, earlyHertz, 5_000);
      return;
    case 'ringback':
      await caller.ringback(cell, 4_000);
      return;
    case 'busy':
    case 'congestion':
      // after a ring time, a sentence that is said twice, or 30 s without audio
      await caller.end(cell, what, Math.max(pace.ringS * 1000 + 12_000, 35_000));
      return;
    default:
      // a sentence: the tone that follows is waited for, then all that was heard is looked through
      await cell.gateway.bench.waitFor(PHONE, 'tone', { hertz: BUSY, timeoutMs: 15_000 });
      await cell.gateway.bench.stopListening(PHONE);
      assertSpoken(readWav(file), what);
  }
};

const isSentence = (what: Heard): boolean => /^(not|all|no)[A-Z]/.test(what);

/** Lives one cell: dials, listens, hangs up, dials again where the table speaks of a next call. */
const live = async (cell: Cell, { expected, moment }: Place, site: Site): Promise<string[]> => {
  const { gateway } = cell;
  const file = site.path(`heard-${cell.lane}.wav`);
  if (expected.hears.some(isSentence)) await gateway.bench.listen(PHONE, file);
  await dial(gateway, 1, dialled);
  for (const what of expected.hears) await hear(cell, what, file);
  if (moment === 'in call' && expected.cause === 'hungUp') {
    await sleep(3_500);
    await hear(cell, 'callee', file);
  }
  await gateway.bench.hangUp(PHONE);
  const [record] = await gateway.recorded(1);
  const faults = recordFaults(expected, record!, cell.pace);
  if (expected.nextCallSkipsPrimary) {
    await dial(gateway, 2, dialledNext);
    await hearsTone(gateway, 2, calleeHertz, 3_000);
    await gateway.bench.hangUp('phone/2');
    await gateway.recorded(2);
  }
  await eventually('its legs to be gone', 5_000, () => gateway.records().length > 0);
  await sleep(Math.min(3_000, 64 * cell.pace.t1Ms));
  return faults;
};

type Lane = { readonly place: Place; readonly lane: number; readonly two?: TwoPaths };

const run = async (site: Site, { place, lane, two }: Lane, pace: Pace): Promise<Ran> => {
  const began = performance.now();
  const cell = new Cell(site, { lane, fault: place.fault, moment: place.moment, two }, pace);
  const tookS = (): number => Math.round((performance.now() - began) / 100) / 10;
  try {
    await cell.open();
    const faults = await live(cell, place, site);
    return { place, lane, tookS: tookS(), faults };
  } catch (error) {
    return { place, lane, tookS: tookS(), faults: [wordsOf(error)] };
  } finally {
    await cell.gateway?.stop().catch(() => undefined);
  }
};

const judged = (ran: Ran, sip: readonly SipMessage[]): Judged => {
  const { expected } = ran.place;
  const faults = [...ran.faults];
  const a = seenAt(sip, ran.lane, 10, dialled);
  const b = seenAt(sip, ran.lane, 11, dialled);
  if (a !== expected.primary) faults.push(`at the primary: ${a}, not ${expected.primary}`);
  if (b !== expected.secondary) faults.push(`at the secondary: ${b}, not ${expected.secondary}`);
  if (expected.nextCallSkipsPrimary && seenAt(sip, ran.lane, 10, dialledNext) !== 'nothing') {
    faults.push('the next call asks the primary');
  }
  return { ...ran, faults };
};

/** A link can only go down where there is one: such a cell has a network of its own. */
const laneOf = async (site: Site, place: Place, lane: number): Promise<Lane> =>
  place.fault === 'link down' ? { place, lane, two: await TwoPaths.lay(site, pathsOf(lane)) } : { place, lane };

/** Runs cells, `atOnce` at a time, under one capture; gives them with what was not as expected. */
export const runCells = async (site: Site, places: readonly Place[], pace: Pace, atOnce: number): Promise<Judged[]> => {
  const waiting: Lane[] = [];
  for (const [at, place] of places.entries()) waiting.push(await laneOf(site, place, at + 1));
  const cables = waiting.flatMap(({ lane, two }) => (two ? pathsOf(lane) : []));
  const interfaces = ['lo', ...cables.map(({ providerInterface }) => providerInterface)];
  const capture = await Capture.start(site, 'capture', { interfaces });
  const done: Ran[] = [];
  const worker = async (): Promise<void> => {
    for (let next = waiting.shift(); next; next = waiting.shift()) {
      done.push(await run(site, next, pace));
    }
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
  const { sip } = await capture.stop();
  return done.map((ran) => judged(ran, sip));
};

/** One line a cell. */
export const verdicts = (cells: readonly Judged[]): string[] =>
  cells.map(({ place, tookS, faults }) => {
    const name = `${place.fault}, ${place.moment}`;
    return faults.length === 0
      ? `as expected: ${name} (${tookS} s)`
      : `NOT: ${name} (${tookS} s): ${faults.join('; ')}`;
  });
