import * as v from 'valibot';
import { type Configuration, configuration } from '../../config/schema.ts';
import { ordinaryWay, type TrunkSnapshot } from '../trunk/trunk.ts';
import { plan } from './plan.ts';
import { type PlanQuestion, quietQuestion, type Routed } from './question.ts';

// A small office that tests of routing plan calls for.

export const country = {
  emergency: ['112'],
  countryCode: '49',
  international: ['00'],
  national: '0',
  mobile: ['015'],
  premium: ['0900'],
  premiumDigits: 7,
} as const;

const trunks = ['a', 'b', 'c', 'd', 'e', 'f'].map((id, at) => ({ id, host: `${id}.example`, localPort: 5061 + at }));
const lines = [
  { id: 'line/1', kind: 'fxs', card: 'card', port: '1', extension: '11' },
  { id: 'line/2', kind: 'fxs', card: 'card', port: '2', extension: '12' },
  { id: 'line/3', kind: 'fxs', card: 'card', port: '3', extension: '13' },
  { id: 'line/8', kind: 'fxo', card: 'card', port: '8', rings: 'line/1' },
  { id: 'line/9', kind: 'fxo', card: 'card', port: '9', rings: 'line/1' },
];

export const office = (more: object = {}): Configuration =>
  v.parse(configuration, { version: 1, trunks, cards: [{ id: 'card', driver: 'simulated' }], lines, ...more });

/** A softswitch, or an exchange line by its name; all is well with it. */
export const way = (id: string, over: Partial<TrunkSnapshot> = {}): TrunkSnapshot => {
  const isLine = id.startsWith('line/');
  return {
    ...ordinaryWay,
    ...{ id, kind: isLine ? 'line' : 'trunk', health: 'up', priority: 1, callsUp: 0, callLimit: isLine ? 1 : 0 },
    ...{ bound: isLine ? [] : ['desk'], silenceBudgetMs: 1200, progressBudgetMs: 20_000, ringMs: 120_000 },
    ...{ verdicts: {}, emergency: isLine },
    ...over,
  };
};

export const fromPhone = (dialled: string, line = 'line/1'): Routed => ({
  from: { kind: 'phone', id: line, number: '11' },
  caller: { account: 'desk', number: '11' },
  dialled,
});

export const question = (
  offer: Routed,
  ways: readonly TrunkSnapshot[],
  settings: object = {},
  more: Partial<PlanQuestion> = {},
): PlanQuestion => quietQuestion({ offer, trunks: ways, configuration: office(settings), country, ...more });

/** Ways to the callee in short, level by level; the cause of a refusal, whether it is told in words or not. */
export const waysOf = (asked: PlanQuestion): string => {
  const result = plan(asked);
  if (result.is === 'refused') return result.cause;
  const levels = result.levels.filter(({ ownVoice }) => !ownVoice);
  if (levels.length === 0) return result.levels[0].attempts[0].targets[0].id;
  return levels
    .map(
      ({ attempts, protect }) =>
        (protect ? `protect ${protect.delayMs}: ` : '') + attempts.map(({ id }) => id).join(' '),
    )
    .join(' | ');
};

/** Why this was chosen or left out. */
export const whyOf = (asked: PlanQuestion, what: string): string =>
  plan(asked)
    .reasons.filter((reason) => reason.what === what)
    .map(({ why }) => why)
    .join('; ');
