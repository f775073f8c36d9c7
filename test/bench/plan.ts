import * as v from 'valibot';
import { type Configuration, configuration } from '../../firmware/config/schema.ts';
import { plan } from '../../firmware/control/routing/plan.ts';
import { type PlanQuestion, quietQuestion } from '../../firmware/control/routing/question.ts';
import { ordinaryWay, type TrunkSnapshot } from '../../firmware/control/trunk/trunk.ts';
import type { Bench } from './limit.ts';
import { median, quantile, rounded } from './statistics.ts';

const CALLS = 10_000;
const ROUTES = 500;
const trunkIds = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'];
const country = {
  emergency: ['112'],
  countryCode: '49',
  international: ['00'],
  national: '0',
  mobile: ['015', '016', '017'],
  premium: ['0900'],
  premiumDigits: 7,
} as const;

/** Numbers from 0 up that look like chance and are the same in every run. */
const pseudo = (seed: number): (() => number) => {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state;
  };
};

/** 500 routes, half of them with calendars or expiry, 8 trunks in 2 groups that are sorted, rates and transforms. */
const settings = (prefixOf: (at: number) => string): Configuration => {
  const rates = trunkIds.map((id) => ({
    id: `rates-${id}`,
    rates: Array.from({ length: 200 }, (_, at) => ({ prefix: String(at + 10), perMinute: 100 + at, stepS: 60 })),
  }));
  return v.parse(configuration, {
    version: 1,
    routing: { prefixMode: 'shorter' },
    trunks: trunkIds.map((id, at) => ({
      ...{
        id,
        host: `${id}.example`,
        localPort: 5061 + at,
        group: at % 2 === 0 ? 'even' : 'odd',
        rates: `rates-${id}`,
      },
      ...{ role: id === 'h' ? 'protect' : 'normal', transforms: [{ begins: '0', strip: 1, prepend: '+49' }] },
    })),
    groups: [
      { id: 'even', sort: 'lowestRate', callLimit: 100, reservedLines: 2 },
      { id: 'odd', sort: 'leastUsed' },
    ],
    rateTables: rates,
    calendars: [
      {
        id: 'hours',
        timeZone: 'Europe/Berlin',
        periods: [{ days: ['mon', 'tue', 'wed', 'thu', 'fri'], from: '08:00', until: '18:00' }],
        holidays: ['12-25'],
      },
    ],
    routes: Array.from({ length: ROUTES }, (_, at) => ({
      ...{ id: `r${at}`, prefix: prefixOf(at), ways: [trunkIds[at % 8]!, at % 3 === 0 ? 'odd' : 'even'] },
      ...(at % 4 === 1 ? { calendar: 'hours' } : {}),
      ...(at % 4 === 3 ? { validFrom: '2026-01-01', validUntil: '2030-01-01' } : {}),
    })),
    cards: [{ id: 'card', driver: 'simulated' }],
    lines: [
      { id: 'line/1', card: 'card', port: '1', extension: '11' },
      { id: 'line/8', kind: 'fxo', card: 'card', port: '8' },
    ],
  });
};

const ways: readonly TrunkSnapshot[] = [...trunkIds, 'line/8'].map((id, at) => ({
  ...ordinaryWay,
  ...{ id, kind: id === 'line/8' ? 'line' : 'trunk', health: at === 3 ? 'down' : 'up', priority: at % 3, callsUp: at },
  ...{ callLimit: 0, bound: ['desk'], silenceBudgetMs: 1200, progressBudgetMs: 20_000, ringMs: 120_000, verdicts: {} },
  ...{ group: id === 'line/8' ? '' : at % 2 === 0 ? 'even' : 'odd', role: id === 'h' ? 'protect' : 'normal' },
}));

const asked = (whole: Configuration, number: number, at: number): PlanQuestion =>
  quietQuestion({
    offer: {
      from: { kind: 'phone', id: 'line/1', number: '11' },
      caller: { account: 'desk' },
      dialled: `0${1_000_000_000 + (number % 8_999_999_999)}`,
    },
    ...{ configuration: whole, country, trunks: ways, seed: at },
    // a minute apart, so that hours begin and end
    now: { ms: Date.UTC(2027, 0, 4) + at * 60_000, sure: true },
  });

const ROUNDS = 5;

const onceUs = (question: PlanQuestion): number => {
  const before = process.hrtime.bigint();
  const result = plan(question);
  const took = Number(process.hrtime.bigint() - before) / 1_000;
  if (result.reasons.length === 0) throw new Error('a plan without a reason');
  return took;
};

/**
 * How long each plan takes, in microseconds: the middle of five, in rounds of all calls, so that what the machine did
 * meanwhile does not count as planning, and what this call costs each time does.
 */
const times = (whole: Configuration): number[] => {
  const random = pseudo(7);
  const questions = Array.from({ length: CALLS }, (_, at) => asked(whole, random(), at));
  for (const question of questions.slice(0, 2_000)) plan(question);
  const rounds = Array.from({ length: ROUNDS }, () => questions.map(onceUs));
  return questions.map((_, at) => median(rounds.map((round) => round[at]!)));
};

export const bench: Bench = {
  limits: [
    { name: 'plan-p99', what: '10,000 calls against 500 routes of many prefixes, 99 % below', unit: 'us', goal: 200 },
    { name: 'plan-alike-p99', what: 'the same with all 500 routes of 10 prefixes', unit: 'us', goal: 200 },
  ],
  async run() {
    const many = times(settings((at) => (at < 11 ? `0${at === 10 ? '' : at}` : `0${at}`)));
    const alike = times(settings((at) => `0${at % 10 === 0 ? '' : at % 10}`));
    const told = (of: number[]) => ({
      value: rounded(quantile(of, 0.99), 1),
      detail: { medianUs: rounded(quantile(of, 0.5), 1), p999Us: rounded(quantile(of, 0.999), 1), calls: CALLS },
    });
    return { 'plan-p99': told(many), 'plan-alike-p99': told(alike) };
  },
};
