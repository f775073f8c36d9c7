import { sleep } from '../peer/wait.ts';
import { type Contestant, contestants, SILENCE_BUDGET_MS, setManner } from './contestants.ts';
import type { Bench, Limit, Measured } from './limit.ts';
import { median, rounded } from './statistics.ts';

/** The slowest answer of all: baresip's Timer B (64·T1). */
const SLOWEST_MS = 34_000;
/** A server that was down is first choice again after 30 s. */
const STABLE_MS = 36_000;
/** Shorter than this no loss is believed, and this is written instead. */
const RESOLUTION_MS = 5;
const HEALTHY_CALLS = 3;

type Delays = Readonly<Record<string, number>>;
// numbers that begin with 900 are premium ones
let calls = 9500;

/** One call of each at the same time: ms from its begin until a server answers its INVITE, or NaN. */
const callAll = async (all: readonly Contestant[], waitMs = SLOWEST_MS): Promise<Delays> => {
  const number = String(++calls);
  const begun = await Promise.all(all.map((each) => each.call(number)));
  const answers = () =>
    all.map(({ primary, second }) => Math.min(...[primary, second].flatMap((each) => each.answered.get(number) ?? [])));
  const end = performance.now() + waitMs;
  while (performance.now() < end && !answers().every(Number.isFinite)) await sleep(100);
  return Object.fromEntries(all.map(({ name }, i) => [name, answers()[i]! - begun[i]!]));
};

/** What a call costs while nothing is wrong: keys are understood and names found in that time. */
const healthy = async (all: readonly Contestant[]): Promise<Delays> => {
  const found: Delays[] = [];
  for (let i = 0; i < HEALTHY_CALLS; i++) {
    found.push(await callAll(all, 5000));
    await sleep(8000);
  }
  return Object.fromEntries(all.map(({ name }) => [name, median(found.map((each) => each[name]!))]));
};

const states: Readonly<Record<string, (all: readonly Contestant[]) => Promise<void>>> = {
  // it answers whoever asks how it is, and no call
  'unknown-dead': async (all) => setManner(all, 'swallows calls'),
  'known-dead': async (all) => {
    setManner(all, 'dead');
    await sleep(12_000);
  },
  // it is back for some seconds, and not yet able
  returning: async (all) => {
    setManner(all, 'dead');
    await sleep(12_000);
    setManner(all, 'swallows calls');
    await sleep(8000);
  },
  // it comes and goes; at the end it has just gone again
  flapping: async (all) => {
    for (let i = 0; i < 4; i++) {
      setManner(all, 'dead');
      await sleep(5000);
      setManner(all, 'up');
      await sleep(5000);
    }
    setManner(all, 'dead');
  },
};

const what: Readonly<Record<string, string>> = {
  'unknown-dead': 'primary that looks alive and swallows calls',
  'known-dead': 'primary that died 12 s before the call',
  returning: 'primary that came back 8 s before the call and swallows calls',
  flapping: 'primary that comes and goes every 5 s and has just gone',
};

const limitsOf = (name: string): Limit[] => [
  {
    name: `failover-${name}`,
    what: `${what[name]}: what a call loses until a server answers it`,
    unit: 'ms',
    goal: name === 'unknown-dead' ? SILENCE_BUDGET_MS + 100 : 50,
  },
  {
    name: `failover-${name}-ratio`,
    what: `${what[name]}: our loss over the smaller one of Kamailio's dispatcher and baresip as they come`,
    unit: 'times',
    goal: 0.05,
  },
];

const lossOf = (delays: Delays, calm: Delays, name: string): number =>
  // a call that no server ever got has lost all the time that was waited
  Number.isFinite(delays[name]) ? Math.max(RESOLUTION_MS, delays[name]! - calm[name]!) : SLOWEST_MS;

const measuredOf = (name: string, delays: Delays, calm: Delays): Record<string, Measured> => {
  const [us, usual, tuned, bare] = ['ours', 'dispatcher', 'dispatcher-tuned', 'baresip'].map((each) =>
    rounded(lossOf(delays, calm, each), 1),
  ) as [number, number, number, number];
  const detail = { ours: us, dispatcherDefault: usual, dispatcherTuned: tuned, baresipDefault: bare };
  const ratio = us / Math.min(usual, bare);
  return {
    [`failover-${name}`]: {
      value: us,
      peer: { is: `Kamailio dispatcher, fr_timer ${SILENCE_BUDGET_MS} ms and pings like ours`, value: tuned },
      detail,
    },
    [`failover-${name}-ratio`]: { value: rounded(ratio, 4), detail },
  };
};

export const bench: Bench = {
  limits: Object.keys(states).flatMap(limitsOf),
  async run(site) {
    const all = await contestants(site);
    await sleep(4000);
    const calm = await healthy(all);
    const measured: Record<string, Measured> = {};
    for (const [name, enter] of Object.entries(states)) {
      await enter(all);
      Object.assign(measured, measuredOf(name, await callAll(all), calm));
      setManner(all, 'up');
      await sleep(STABLE_MS);
      for (const { forget } of all) await forget?.();
    }
    return measured;
  },
};
