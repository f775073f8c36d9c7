import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Instant, Lapse } from '../../core/machine.ts';
import type { RequestOutcome } from './face.ts';
import { RegistrationMachine } from './registration-machine.ts';
import {
  firstRegistration,
  type Registration,
  type RegistrationEffect,
  type RegistrationEvent,
} from './registration-state.ts';

const identity = { callId: 'call', token: 'token' };
const machineWith = (random: () => number) =>
  new RegistrationMachine({ expiresS: 600, t1Ms: 500, siblingTokens: ['sibling'], random });
const machine = machineWith(() => 0.5);
const at = (ms: number) => ms as Instant;
const common = { identity, asks: 1, leastExpiresS: 0 };

const answered = (status: number, more: Partial<RequestOutcome & { is: 'answered' }> = {}): RequestOutcome => ({
  is: 'answered',
  status,
  phrase: '',
  tookMs: 5,
  source: { address: '192.0.2.1', port: 5060 },
  contacts: [],
  serviceRoute: [],
  credentialsRefused: false,
  ...more,
});
const ours = { contacts: [{ uri: 'sip:token@192.0.2.9:5060', expiresS: 300 }] };
const outcome = (value: RequestOutcome, ask = 1): RegistrationEvent => ({ type: 'outcome', ask, outcome: value });
/** As we said it before and after a change of our own address. */
const [formerly, now] = ['sip:token@192.0.2.8:5060', 'sip:token@192.0.2.9:5060'];

const binding = { since: at(0), expiresAt: at(300_000), serviceRoute: [] };
const asking: Registration = { ...common, is: 'asking', askedAt: at(1000), expiresS: 600, failures: 0 };
const bound: Registration = { ...common, is: 'bound', binding, refreshAt: at(210_000) };
const waiting: Registration = {
  ...common,
  is: 'waiting',
  retryAt: at(900_000),
  failedAt: at(1000),
  failures: 5,
  failed: { cause: 'silent', detail: '' },
  answered: false,
};
const register: RegistrationEffect = { do: 'register', ask: 2, expiresS: 600 };

type Row = {
  readonly what: string;
  readonly state: Registration;
  readonly event: RegistrationEvent | Lapse;
  readonly now: number;
  readonly next: object;
  readonly effects: readonly RegistrationEffect[];
};

const failed = (cause: 'silent' | 'wrongPassword' | 'refused' | 'bindingAltered', detail = ''): RegistrationEffect => ({
  fact: 'registrationFailed',
  cause,
  detail,
});

const rows: readonly Row[] = [
  {
    what: 'a 200 with our contact binds for the time granted, and refreshes at 50-90 % of it',
    state: asking,
    event: outcome(answered(200, ours)),
    now: 1000,
    next: {
      is: 'bound',
      refreshAt: at(211_000),
      binding: { since: at(1000), expiresAt: at(301_000), serviceRoute: [] },
    },
    effects: [{ fact: 'registered', expiresS: 300 }],
  },
  {
    what: 'a refresh that went well is no news',
    state: { ...asking, binding },
    event: outcome(answered(200, ours)),
    now: 1000,
    next: { is: 'bound' },
    effects: [],
  },
  {
    what: 'a Contact at an address that we have left is removed once the new one stands (RFC 3261 §10.2.2)',
    state: { ...asking, binding: { ...binding, contact: formerly } },
    event: {
      ...outcome(answered(200, { contacts: [{ uri: formerly, expiresS: 20 }, ...ours.contacts] })),
      contact: now,
    } as RegistrationEvent,
    now: 1000,
    next: {
      is: 'bound',
      binding: { since: at(1000), expiresAt: at(301_000), serviceRoute: [], contact: now },
    },
    effects: [{ do: 'remove', contact: formerly }],
  },
  {
    what: 'one that the softswitch has put the new one in the place of is not there to be removed',
    state: { ...asking, binding: { ...binding, contact: formerly } },
    event: { ...outcome(answered(200, ours)), contact: now } as RegistrationEvent,
    now: 1000,
    next: { is: 'bound' },
    effects: [],
  },
  {
    what: 'an answer to an ask that was sent anew is not heard',
    state: { ...asking, asks: 2 },
    event: outcome(answered(403)),
    now: 1000,
    next: { is: 'asking', asks: 2 },
    effects: [],
  },
  {
    what: 'a 200 that grants nothing binds nothing',
    state: { ...asking, binding },
    event: outcome(answered(200, { contacts: [{ uri: 'sip:token@192.0.2.9', expiresS: 0 }] })),
    now: 1000,
    next: { is: 'waiting', failed: { cause: 'bindingAltered', detail: '' } },
    effects: [failed('bindingAltered')],
  },
  {
    what: 'silence waits 30 s, of which 50-100 %, and keeps the binding',
    state: { ...asking, binding },
    event: outcome({ is: 'silent' }),
    now: 1000,
    next: { is: 'waiting', binding, retryAt: at(23_500), failures: 1 },
    effects: [failed('silent')],
  },
  {
    what: 'the back-off is capped at half an hour',
    state: { ...asking, failures: 12, failed: { cause: 'silent', detail: '' } },
    event: outcome({ is: 'silent' }),
    now: 1000,
    next: { is: 'waiting', retryAt: at(1000 + 1_350_000), failures: 13 },
    effects: [],
  },
  {
    what: 'a wrong password is retried slowly',
    state: asking,
    event: outcome(answered(401, { credentialsRefused: true })),
    now: 1000,
    next: { is: 'waiting', retryAt: at(451_000) },
    effects: [failed('wrongPassword', '401')],
  },
  {
    what: 'a password that has just worked is tried once more soon',
    state: { ...asking, binding },
    event: outcome(answered(401, { credentialsRefused: true })),
    now: 1000,
    next: { is: 'waiting', retryAt: at(3000), binding },
    effects: [failed('wrongPassword', '401')],
  },
  {
    what: 'Retry-After outranks the back-off',
    state: asking,
    event: outcome(answered(500, { retryAfterMs: 70_000 })),
    now: 1000,
    next: { is: 'waiting', retryAt: at(74_500), notBefore: at(74_500) },
    effects: [failed('refused', '500')],
  },
  {
    what: 'a Retry-After of nothing is answered by the usual back-off',
    state: asking,
    event: outcome(answered(500, { retryAfterMs: 0 })),
    now: 1000,
    next: { is: 'waiting', retryAt: at(23_500) },
    effects: [failed('refused', '500')],
  },
  {
    what: 'no nudge goes before the end of Retry-After',
    state: { ...waiting, answered: true, notBefore: at(60_000) },
    event: { type: 'nudge', withinMs: 0 },
    now: 50_000,
    next: { is: 'waiting', retryAt: at(60_000) },
    effects: [],
  },
  {
    what: 'a nudge does not hurry a wrong password',
    state: { ...waiting, answered: true, failed: { cause: 'wrongPassword', detail: '' } },
    event: { type: 'nudge', withinMs: 0 },
    now: 50_000,
    next: { is: 'waiting', retryAt: at(121_000) },
    effects: [],
  },
  {
    what: '423 is asked again at once for the time that it wants',
    state: asking,
    event: outcome(answered(423, { minExpiresS: 1800 })),
    now: 1000,
    next: { is: 'asking', expiresS: 1800, leastExpiresS: 1800 },
    effects: [{ do: 'register', ask: 2, expiresS: 1800 }],
  },
  {
    what: 'a second 423 that wants still more waits',
    state: { ...asking, expiresS: 1800, leastExpiresS: 1800 },
    event: outcome(answered(423, { minExpiresS: 1801 })),
    now: 1000,
    next: { is: 'waiting', leastExpiresS: 1801 },
    effects: [failed('refused', '423')],
  },
  {
    what: 'a nudge ends the longest back-off at once',
    state: waiting,
    event: { type: 'nudge', withinMs: 0 },
    now: 5000,
    next: { is: 'asking', failures: 5 },
    effects: [register],
  },
  {
    what: 'a nudge after refusals is paced',
    state: { ...waiting, answered: true },
    event: { type: 'nudge', withinMs: 0 },
    now: 5000,
    next: { is: 'waiting', retryAt: at(17_000) },
    effects: [],
  },
  {
    what: 'a nudge asks again although the binding has not run out',
    state: bound,
    event: { type: 'nudge', withinMs: 0 },
    now: 5000,
    next: { is: 'asking', binding },
    effects: [register],
  },
  {
    what: 'the answer that bound us is no reason to ask again',
    state: bound,
    event: { type: 'nudge', withinMs: 0 },
    now: 0,
    next: { is: 'bound' },
    effects: [],
  },
  {
    what: 'a nudge brings a refresh forward by its spread',
    state: bound,
    event: { type: 'nudge', withinMs: 1000 },
    now: 5000,
    next: { is: 'bound', refreshAt: at(5500) },
    effects: [],
  },
  {
    what: 'a nudge sends an ask anew that has been silent for T1',
    state: asking,
    event: { type: 'nudge', withinMs: 0 },
    now: 1500,
    next: { is: 'asking', askedAt: at(1500) },
    effects: [register],
  },
  {
    what: 'a nudge leaves a young ask alone',
    state: asking,
    event: { type: 'nudge', withinMs: 0 },
    now: 1499,
    next: { is: 'asking', askedAt: at(1000) },
    effects: [],
  },
  {
    what: 'a binding that runs out while waiting is said',
    state: { ...waiting, binding },
    event: { type: 'lapse' },
    now: 300_000,
    next: { is: 'waiting', retryAt: at(900_000) },
    effects: [failed('silent')],
  },
  {
    what: 'stop unbinds what is bound',
    state: bound,
    event: { type: 'stop' },
    now: 5000,
    next: { is: 'unbinding', giveUpAt: at(7000) },
    effects: [{ do: 'register', ask: 2, expiresS: 0 }],
  },
  {
    what: 'stop leaves what never was bound',
    state: waiting,
    event: { type: 'stop' },
    now: 5000,
    next: { is: 'off' },
    effects: [],
  },
  {
    what: 'unbinding is not waited for any longer than 2 s',
    state: { ...common, is: 'unbinding', giveUpAt: at(7000) },
    event: { type: 'lapse' },
    now: 7000,
    next: { is: 'off' },
    effects: [],
  },
  {
    what: 'a sibling in place of us is standby',
    state: asking,
    event: outcome(answered(200, { contacts: [{ uri: 'sip:sibling@192.0.2.9', expiresS: 60 }] })),
    now: 1000,
    next: { is: 'standby', retryAt: at(1_801_000) },
    effects: [{ fact: 'registrationFailed', cause: 'oneBinding', detail: '' }],
  },
  {
    what: 'standby asks when the sibling is lost',
    state: { ...common, is: 'standby', retryAt: at(1_801_000) },
    event: { type: 'siblingLost' },
    now: 5000,
    next: { is: 'asking' },
    effects: [register],
  },
];

for (const { what, state, event, now, next, effects } of rows)
  test(what, () => {
    const result = machine.step(state, event, at(now));
    assert.deepEqual({ ...result.state, ...next }, result.state);
    assert.deepEqual(result.effects, effects);
  });

test('no binding is kept beyond its expiry by an ask', () => {
  const { state } = machine.step({ ...waiting, binding }, { type: 'nudge', withinMs: 0 }, at(300_001));
  assert.equal('binding' in state, false);
});

const seeded = (seed: number) => () => {
  seed = (seed * 1103515245 + 12345) % 2147483648;
  return seed / 2147483648;
};

const statuses = [200, 200, 200, 401, 403, 404, 408, 423, 480, 500, 503, 603];
const randomOutcome = (random: () => number): RequestOutcome => {
  const choice = random();
  if (choice < 0.2) return { is: 'silent' };
  if (choice < 0.3) return { is: 'unreachable', why: 'refused' };
  const status = statuses[Math.floor(random() * statuses.length)] ?? 200;
  return answered(status, {
    contacts: random() < 0.8 ? [{ uri: 'sip:token@h', expiresS: Math.floor(random() * 1000) }] : [],
    credentialsRefused: status === 401,
    ...(random() < 0.3 ? { retryAfterMs: Math.floor(random() * 1e9) } : {}),
    ...(status === 423 ? { minExpiresS: Math.floor(random() * 100_000) } : {}),
  });
};

const randomEvent = (random: () => number, state: Registration): RegistrationEvent | Lapse => {
  const choice = random();
  if (choice < 0.35) return { type: 'lapse' };
  if (choice < 0.7) return outcome(randomOutcome(random), state.asks - (random() < 0.1 ? 1 : 0));
  if (choice < 0.8) return { type: 'nudge', withinMs: random() < 0.5 ? 0 : 1500 };
  if (choice < 0.85) return { type: 'noFlow', cause: 'nameNotFound', detail: '' };
  if (choice < 0.9) return { type: 'settingsChanged' };
  if (choice < 0.93) return { type: 'siblingLost' };
  if (choice < 0.96) return { type: 'start', withinMs: 100 };
  return random() < 0.2 ? { type: 'stop' } : { type: 'start', withinMs: 0 };
};

/** What holds after every step, whatever happens. */
const check = (before: Registration, event: RegistrationEvent | Lapse, after: Registration, now: number): void => {
  const deadline = machine.deadline(after);
  if (after.is === 'off') assert.ok(before.is === 'off' || before.is === 'unbinding' || event.type === 'stop');
  else assert.ok(deadline !== undefined && deadline <= now + 1_800_000 + 86_400_000, 'only off has no deadline');
  if (after.is === 'waiting') assert.ok(after.retryAt <= now + 1_800_000, 'no wait is longer than half an hour');
  const [old, kept] = [before, after].map((state) => ('binding' in state ? state.binding : undefined));
  const refused = event.type === 'outcome' && (event.outcome.is !== 'answered' || event.outcome.status >= 300);
  if (refused && old && old.expiresAt > now && before.is === 'asking')
    assert.equal(kept, old, 'a refusal does not unbind what is still bound');
};

test('whatever happens, a registration never stops by itself and loses no binding to a refusal', () => {
  for (let seed = 1; seed <= 300; seed++) {
    const random = seeded(seed);
    const tried = machineWith(random);
    let state = firstRegistration(identity, at(0));
    let now = 0;
    for (let step = 0; step < 300; step++) {
      const event = randomEvent(random, state);
      const due = tried.deadline(state);
      now = event.type === 'lapse' && due !== undefined ? Math.max(now, due) : now + random() * 20_000;
      const before = state;
      state = tried.step(state, event, at(now)).state;
      check(before, event, state, now);
      if (event.type === 'lapse' && state.is !== 'off')
        assert.ok((tried.deadline(state) ?? 0) > now, `a lapse moves the deadline on (${before.is} to ${state.is})`);
    }
  }
});
