import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate as turnOfLoop } from 'node:timers/promises';
import * as v from 'valibot';
import { account } from '../../config/section/account.ts';
import { line } from '../../config/section/line.ts';
import { trunk } from '../../config/section/trunk.ts';
import { silentLog } from '../../core/log.ts';
import { type CascadeSink, Runner } from '../../core/runner.ts';
import { TestClock } from '../../core/test-clock.ts';
import type { Fact } from '../facts.ts';
import { TestSoftswitch, TestUserAgent } from './test-softswitch.ts';
import { Trunks, type TrunksSettings } from './trunks.ts';

const settingsOf = (accounts: number, changes: object = {}): TrunksSettings => ({
  trunks: [
    v.parse(trunk, { id: 'primary', host: '192.0.2.1', localPort: 5061, ...changes }),
    v.parse(trunk, { id: 'secondary', host: '192.0.2.2', localPort: 5062, priority: 2 }),
  ],
  accounts: Array.from({ length: accounts }, (_, index) =>
    v.parse(account, { id: `a${index}`, user: `10${index}`, password: 'secret', line: 'line/1' }),
  ),
  lines: [v.parse(line, { id: 'line/9', kind: 'fxo', card: 'card', port: 'exchange/1' })],
});

const seeded = (seed: number) => () => {
  seed = (seed * 1103515245 + 12345) % 2147483648;
  return seed / 2147483648;
};

const open = async (
  options: { seed?: number; accounts?: number; settings?: TrunksSettings; names?: string[] } = {},
) => {
  const clock = new TestClock();
  const kept = new Map<string, unknown>();
  const sink: CascadeSink = {
    write: ({ states }) => {
      for (const [id, state] of states) kept.set(id, state);
    },
  };
  const primary = new TestSoftswitch();
  const secondary = new TestSoftswitch();
  const agent = new TestUserAgent(clock, { primary, secondary });
  const facts: Fact[] = [];
  let ids = 0;
  const start = async (from: ReadonlyMap<string, unknown> = new Map()) => {
    const runner = new Runner(clock, silentLog, sink);
    const unknownNames = options.names ?? [];
    const trunks = new Trunks({
      runner,
      clock,
      agent,
      log: silentLog,
      address: '192.0.2.9',
      t1Ms: 500,
      kept: from,
      random: seeded(options.seed ?? 1),
      newId: () => `id${++ids}`,
      names: {
        known: (host) => host,
        address: async (host) => {
          if (unknownNames.includes(host)) throw new Error('ENOTFOUND');
          return host;
        },
      },
    });
    runner.onFact((fact) => {
      facts.push(fact as Fact);
      trunks.fold(fact as Fact);
    });
    trunks.configure(options.settings ?? settingsOf(options.accounts ?? 2));
    await turnOfLoop();
    return trunks;
  };
  return { clock, kept, primary, secondary, agent, facts, start, trunks: await start() };
};

const factsOf = (facts: readonly Fact[], kind: Fact['fact']) => facts.filter((fact) => fact.fact === kind);

test('every account registers with both softswitches, each with its own Call-ID and contact', async () => {
  const { clock, primary, secondary, trunks, agent } = await open({ accounts: 8 });
  clock.turn(3000);
  assert.equal(primary.bindings.size, 8);
  assert.equal(secondary.bindings.size, 8);
  const asks = [...primary.of('REGISTER'), ...secondary.of('REGISTER')].map((each) => each.ask);
  assert.equal(new Set(asks.map((ask) => ask.callId)).size, 16);
  assert.equal(new Set(asks.map((ask) => ask.contact)).size, 16);
  assert.deepEqual(
    agent.flows.map((flow) => [flow.id, flow.local.port]),
    [
      ['primary', 5061],
      ['secondary', 5062],
    ],
  );
  const [first, second, last] = trunks.snapshot();
  assert.equal(first?.health, 'up');
  assert.equal(first?.bound.length, 8);
  assert.equal(second?.bound.length, 8);
  assert.equal(last?.kind, 'line');
});

test('the first REGISTERs of many accounts are spread', async () => {
  const { clock, primary } = await open({ accounts: 40 });
  clock.turn(3000);
  const times = primary.of('REGISTER').map((each) => each.at);
  assert.equal(times.length, 40);
  assert.ok(Math.max(...times) - Math.min(...times) > 500);
});

/** Stops the primary at some phase of its probe cycle for 15 s, and says how long after its start all are bound. */
const outage = async (seed: number, phaseMs: number, icmp: boolean) => {
  const { clock, primary } = await open({ seed, accounts: 4 });
  clock.turn(40_000 + phaseMs);
  primary.icmp = icmp;
  primary.stop();
  clock.turn(15_000);
  primary.startEmpty();
  for (let waited = 0; waited <= 60_000; waited += 50) {
    if (primary.bindings.size === 4) return waited;
    clock.turn(50);
  }
  return Number.POSITIVE_INFINITY;
};

test('a registrar stopped for 15 s and started empty has all bindings within 10 s, at any phase of the probes', async () => {
  let longest = 0;
  for (const icmp of [false, true])
    for (let phaseMs = 0; phaseMs < 15_000; phaseMs += 130)
      longest = Math.max(longest, await outage(phaseMs + 7, phaseMs, icmp));
  assert.ok(longest > 0 && longest < 10_000, `${longest} ms`);
});

test('a registrar that comes back just when a probe is under way is found out by the late answer', async () => {
  const { clock, primary, facts } = await open({ accounts: 1 });
  clock.turn(20_000);
  const before = primary.of('OPTIONS').length;
  primary.stop();
  while (primary.of('OPTIONS').length === before) clock.turn(10);
  clock.turn(100);
  primary.startEmpty();
  clock.turn(3000);
  assert.equal(primary.bindings.size, 1);
  assert.equal(factsOf(facts, 'trunkDown').length, 0);
});

test('the first good probe after a long outage causes a REGISTER within 2 s, whatever the back-off says', async () => {
  for (const minutes of [1, 30, 240]) {
    const { clock, primary, trunks } = await open({ seed: minutes, accounts: 3 });
    primary.stop();
    clock.turn(minutes * 60_000);
    assert.equal(trunks.snapshot()[0]?.health, 'down');
    primary.startEmpty();
    const asked = primary.of('OPTIONS').length;
    while (primary.of('OPTIONS').length === asked) clock.turn(10);
    clock.turn(primary.bindings.size === 3 ? 0 : 2100);
    assert.equal(primary.bindings.size, 3, `${minutes} minutes`);
  }
});

test('a trunk that was down is second choice until 3 good probes and 30 s', async () => {
  const { clock, primary, trunks, facts } = await open();
  clock.turn(5000);
  primary.stop();
  clock.turn(30_000);
  assert.equal(trunks.snapshot()[0]?.health, 'down');
  primary.startEmpty();
  clock.turn(5000);
  assert.equal(trunks.snapshot()[0]?.health, 'returning');
  clock.turn(20_000);
  assert.equal(trunks.snapshot()[0]?.health, 'returning');
  clock.turn(10_000);
  assert.equal(trunks.snapshot()[0]?.health, 'up');
  assert.equal(factsOf(facts, 'trunkDown').length, 1);
});

test('a dead softswitch is known to be down within a probe interval and 4 s', async () => {
  const { clock, primary, trunks } = await open();
  clock.turn(5000);
  primary.stop();
  clock.turn(15_000 + 4000);
  assert.equal(trunks.snapshot()[0]?.health, 'down');
});

test('a resent INVITE makes it suspect, and three unanswered fast probes make it down within 1.1 s', async () => {
  const { clock, primary, trunks } = await open();
  clock.turn(5000);
  primary.running = false;
  trunks.trunk('primary')?.hear({ sip: 'resent' });
  assert.equal(trunks.snapshot()[0]?.health, 'suspect');
  const probes = primary.of('OPTIONS').length;
  clock.turn(1100);
  assert.equal(primary.of('OPTIONS').length - probes, 3);
  assert.equal(trunks.snapshot()[0]?.health, 'down');
});

test('calls refused with 503 do not make every account register anew', async () => {
  const { clock, primary, trunks } = await open();
  clock.turn(5000);
  const before = primary.of('REGISTER').length;
  for (let call = 0; call < 20; call++) {
    trunks.trunk('primary')?.hear({ sip: 'refused', status: 503, contacts: [], credentialsRefused: false });
    clock.turn(1000);
  }
  assert.equal(primary.of('REGISTER').length, before);
  assert.equal(trunks.snapshot()[0]?.health, 'up');
});

test('503 with Retry-After holds the trunk, and it is taken again afterwards', async () => {
  const { clock, primary, trunks } = await open();
  clock.turn(5000);
  primary.fault = () => ({ status: 503, retryAfterMs: 60_000 });
  clock.turn(16_000);
  assert.equal(trunks.snapshot()[0]?.health, 'held');
  const asked = primary.asks.length;
  clock.turn(40_000);
  assert.equal(primary.asks.length, asked, 'nothing is asked while it wants to be left alone');
  primary.fault = () => undefined;
  clock.turn(25_000);
  assert.equal(trunks.snapshot()[0]?.health, 'up');
});

test('a wrong password is said in a sentence, retried slowly and never given up', async () => {
  const { clock, primary, trunks, facts } = await open({ accounts: 1 });
  primary.fault = ({ method }) => (method === 'REGISTER' ? { status: 401, credentialsRefused: true } : undefined);
  clock.turn(24 * 3_600_000);
  const asked = primary.of('REGISTER').length;
  assert.ok(asked >= 24 && asked < 300, `${asked} in a day`);
  const [failed] = factsOf(facts, 'registrationFailed');
  assert.match(
    failed?.fact === 'registrationFailed' ? failed.sentence : '',
    /does not accept the password of account a0/,
  );
  assert.equal(factsOf(facts, 'registrationFailed').length, 1, 'said once');
  assert.equal(trunks.snapshot()[0]?.health, 'up', 'a refusal is a sign of life');
  primary.fault = () => undefined;
  clock.turn(1_800_000);
  assert.equal(primary.bindings.size, 1);
});

test('423 is answered with the expiry it asks for, and that is remembered', async () => {
  const { clock, primary } = await open({ accounts: 1 });
  primary.fault = ({ method, expiresS }) =>
    method === 'REGISTER' && (expiresS ?? 0) < 3600 ? { status: 423, minExpiresS: 3600 } : undefined;
  clock.turn(10_000_000);
  assert.equal(primary.bindings.size, 1);
  assert.deepEqual(
    primary.of('REGISTER').map(({ ask }) => ask.expiresS),
    [
      600,
      ...primary
        .of('REGISTER')
        .slice(1)
        .map(() => 3600),
    ],
  );
});

test('Retry-After of a refused REGISTER is kept', async () => {
  const { clock, primary } = await open({ accounts: 1 });
  primary.fault = ({ method }) => (method === 'REGISTER' ? { status: 480, retryAfterMs: 200_000 } : undefined);
  clock.turn(199_000);
  assert.equal(primary.of('REGISTER').length, 1);
  clock.turn(22_000);
  assert.equal(primary.of('REGISTER').length, 2);
});

test('a refused refresh keeps the binding until it runs out', async () => {
  const { clock, primary, trunks, facts } = await open({ accounts: 1 });
  clock.turn(1000);
  primary.fault = ({ method }) => (method === 'REGISTER' ? { status: 500 } : undefined);
  clock.turn(590_000);
  assert.deepEqual(trunks.snapshot()[0]?.bound, ['a0']);
  clock.turn(20_000);
  assert.deepEqual(trunks.snapshot()[0]?.bound, []);
  assert.equal(factsOf(facts, 'registrationFailed').length, 2, 'when refused, and when it ran out');
});

test('a 200 without our contact is no binding', async () => {
  const { clock, primary, trunks, facts } = await open({ accounts: 1 });
  primary.fault = ({ method }) =>
    method === 'REGISTER' ? { status: 200, contacts: [{ uri: 'sip:100@10.0.0.1', expiresS: 600 }] } : undefined;
  clock.turn(2000);
  assert.deepEqual(trunks.snapshot()[0]?.bound, []);
  const failed = factsOf(facts, 'registrationFailed')[0];
  assert.equal(failed?.fact === 'registrationFailed' && failed.cause, 'bindingAltered');
});

test('a softswitch that keeps one binding leaves the other on standby, which registers when the first is lost', async () => {
  const { clock, primary, secondary, trunks } = await open({ accounts: 1 });
  secondary.fault = ({ method }) =>
    method === 'REGISTER' && primary.running
      ? { status: 200, contacts: [...primary.bindings.values()].map((uri) => ({ uri, expiresS: 600 })) }
      : undefined;
  secondary.running = false;
  clock.turn(30_000);
  secondary.running = true;
  clock.turn(5000);
  assert.equal(trunks.registrations()[1]?.is, 'standby');
  assert.match(trunks.registrations()[1]?.sentence ?? '', /keeps only one registration/);
  primary.stop();
  clock.turn(700_000);
  assert.equal(trunks.registrations()[1]?.is, 'bound');
});

test('an unknown name is said in a sentence and asked for again', async () => {
  const names = ['pbx.example'];
  const settings = settingsOf(1, { host: 'pbx.example' });
  const { clock, primary, trunks } = await open({ settings, names });
  assert.match(trunks.registrations()[0]?.sentence ?? '', /the name pbx.example of primary is not known/);
  assert.equal(trunks.snapshot()[0]?.health, 'down');
  names.pop();
  clock.turn(5000);
  await turnOfLoop();
  clock.turn(2000);
  assert.equal(primary.bindings.size, 1);
});

test('token and contact match a request to its account, and strangers are kept out', async () => {
  const { clock, primary, trunks } = await open({ accounts: 2 });
  clock.turn(3000);
  const contact = [...primary.bindings.values()][1] ?? '';
  const token = contact.slice(4, contact.indexOf('@'));
  assert.equal(trunks.trunk('primary')?.accountOfToken(token)?.id !== undefined, true);
  assert.equal(trunks.trunk('secondary')?.accountOfToken(token), undefined);
  const from = (address: string, requestUser: string) =>
    trunks.mayEnter({ flow: 'primary', source: { address, port: 5060 }, requestUser });
  assert.equal(from('192.0.2.1', '100'), true);
  assert.equal(from('203.0.113.7', '100'), false);
  assert.equal(from('203.0.113.7', token), true);
});

test('a restarted plane asks with the same token and Call-ID, and its binding stands at once', async () => {
  const { clock, primary, start, kept } = await open({ accounts: 1 });
  clock.turn(60_000);
  const before = primary.of('REGISTER')[0]?.ask;
  const count = primary.of('REGISTER').length;
  const again = await start(new Map(kept));
  assert.deepEqual(again.snapshot()[0]?.bound, ['a0']);
  clock.turn(1000);
  const asks = primary.of('REGISTER');
  assert.ok(asks.length > count);
  assert.equal(asks.at(-1)?.ask.callId, before?.callId);
  assert.equal(asks.at(-1)?.ask.contact, before?.contact);
});

test('stop unbinds, and does not wait for a dead softswitch', async () => {
  const { clock, primary, secondary, trunks } = await open({ accounts: 2 });
  clock.turn(3000);
  primary.stop();
  const began = clock.now();
  let done = false;
  const stopping = trunks.stop().then(() => {
    done = true;
  });
  while (!done) {
    clock.turn(50);
    await turnOfLoop();
  }
  await stopping;
  assert.equal(secondary.bindings.size, 0);
  assert.ok(clock.now() - began <= 2600);
});

test('a changed password is used at once and the other trunk is not touched', async () => {
  const settings = settingsOf(1);
  const { clock, primary, secondary, trunks } = await open({ settings });
  clock.turn(3000);
  const [before, other] = [primary.of('REGISTER').length, secondary.of('REGISTER').length];
  const [first] = settings.accounts;
  assert.ok(first);
  trunks.configure({ ...settings, accounts: [{ ...first, password: 'another' }] });
  assert.equal(primary.of('REGISTER').length, before + 1);
  assert.equal(primary.of('REGISTER').at(-1)?.ask.credentials?.password, 'another');
  trunks.configure({ ...settings, accounts: [{ ...first, password: 'another', line: 'line/2' }] });
  clock.turn(100);
  assert.equal(primary.of('REGISTER').length, before + 1);
  assert.equal(secondary.of('REGISTER').length, other + 1);
});

test('the silence budget is never under four round trips', async () => {
  const { clock, agent, trunks } = await open({ accounts: 1 });
  agent.roundTripMs = 400;
  clock.turn(3000);
  assert.equal(trunks.snapshot()[0]?.silenceBudgetMs, 1600);
  assert.equal(trunks.snapshot()[0]?.health, 'up');
});

test('at 5 % loss each way a living trunk is never called down in a day', async () => {
  const { clock, agent, facts } = await open({ accounts: 2, seed: 5 });
  const random = seeded(99);
  agent.lost = () => random() < 0.05;
  clock.turn(24 * 3_600_000);
  assert.equal(factsOf(facts, 'trunkDown').length, 0);
});

// ── a person's block (U19) and a person's question ──────────────────────────────────────────────

test('a block is shown everywhere and ends by itself', async () => {
  const { clock, trunks, facts } = await open();
  clock.turn(3000);
  assert.equal(trunks.block('third', 'page', 5), false);
  assert.equal(trunks.block('primary', 'page', 5), true);
  const blocked = { by: 'page', minutesLeft: 5 };
  assert.deepEqual(trunks.snapshot()[0]?.blocked, blocked);
  assert.deepEqual(trunks.shown()[0]?.blocked, blocked);
  assert.equal(trunks.snapshot()[1]?.blocked, undefined);
  clock.turn(4 * 60_000 + 1);
  assert.equal(trunks.snapshot()[0]?.blocked?.minutesLeft, 1);
  clock.turn(60_000);
  assert.equal(trunks.snapshot()[0]?.blocked, undefined);
  assert.deepEqual(factsOf(facts, 'trunkBlocked'), [
    { fact: 'trunkBlocked', trunk: 'primary', by: 'page', minutes: 5 },
  ]);
  assert.deepEqual(factsOf(facts, 'trunkUnblocked'), [{ fact: 'trunkUnblocked', trunk: 'primary', by: 'the clock' }]);
});

test('a block without end stays until a person ends it, and a second one sets its time anew', async () => {
  const { clock, trunks, facts } = await open();
  trunks.block('primary', 'page', 0);
  clock.turn(30 * 86_400_000);
  assert.deepEqual(trunks.snapshot()[0]?.blocked, { by: 'page', minutesLeft: 0 });
  trunks.block('primary', 'fleet', 1);
  assert.equal(trunks.unblock('primary', 'page'), true);
  assert.equal(trunks.unblock('primary', 'page'), false);
  assert.equal(trunks.snapshot()[0]?.blocked, undefined);
  clock.turn(120_000);
  assert.equal(factsOf(facts, 'trunkUnblocked').length, 1);
});

test('a block outlives the control plane, and is told again to the one that comes', async () => {
  const { clock, kept, facts, start, trunks } = await open();
  clock.turn(3000);
  trunks.block('primary', 'page', 10);
  clock.turn(4 * 60_000);
  facts.length = 0;
  const next = await start(new Map(kept));
  assert.deepEqual(next.snapshot()[0]?.blocked, { by: 'page', minutesLeft: 6 });
  assert.deepEqual(factsOf(facts, 'trunkBlocked'), [
    { fact: 'trunkBlocked', trunk: 'primary', by: 'page', minutes: 6 },
  ]);
  clock.turn(6 * 60_000);
  assert.equal(next.snapshot()[0]?.blocked, undefined);
});

test('the block of a trunk that is taken out ends with it', async () => {
  const settings = settingsOf(1);
  const { trunks, facts } = await open({ settings });
  trunks.block('primary', 'page', 0);
  trunks.configure({ ...settings, trunks: settings.trunks.slice(1) });
  assert.equal(factsOf(facts, 'trunkUnblocked').length, 1);
  trunks.configure(settings);
  assert.equal(trunks.snapshot()[0]?.blocked, undefined);
});

test('an analysis registers anew at once and tells what came back', async () => {
  const { clock, primary, trunks } = await open();
  clock.turn(3000);
  const before = primary.of('REGISTER').length;
  const asked = trunks.analyse('primary', 'a0');
  clock.turn(50);
  const seen = await asked;
  assert.equal(primary.of('REGISTER').length, before + 1);
  assert.deepEqual(
    [seen?.registered, seen?.host, seen?.address, seen?.status, seen?.roundTripMs, seen?.expiresS, seen?.sentence],
    [true, '192.0.2.1', '192.0.2.1', 200, 10, 600, ''],
  );
  assert.equal(await trunks.analyse('primary', 'nobody'), undefined);
  assert.equal(await trunks.analyse('third', 'a0'), undefined);
});

test('an analysis tells how long our own binding lasts, not that of another phone of the account', async () => {
  const { clock, primary, trunks } = await open({ accounts: 1 });
  clock.turn(3000);
  primary.fault = ({ method, contact = '' }) =>
    method === 'REGISTER'
      ? {
          status: 200,
          contacts: [
            { uri: 'sip:desk@198.51.100.9', expiresS: 60 },
            { uri: contact, expiresS: 600 },
          ],
        }
      : undefined;
  const asked = trunks.analyse('primary', 'a0');
  clock.turn(50);
  assert.equal((await asked)?.expiresS, 600);
});

test('an analysis of a wrong password does not wait for the slow back-off, and says what to do', async () => {
  const { clock, primary, trunks } = await open({ accounts: 1 });
  primary.fault = ({ method }) => (method === 'REGISTER' ? { status: 401, credentialsRefused: true } : undefined);
  clock.turn(5000);
  const first = trunks.analyse('primary', 'a0');
  clock.turn(50);
  await first;
  const before = primary.of('REGISTER').length;
  const asked = trunks.analyse('primary', 'a0');
  clock.turn(50);
  const seen = await asked;
  assert.equal(primary.of('REGISTER').length, before + 1);
  assert.deepEqual([seen?.registered, seen?.status], [false, 401]);
  assert.match(seen?.sentence ?? '', /does not accept the password of account a0/);
  assert.match(seen?.remedy ?? '', /Compare/);
});

test('an analysis of a silent softswitch ends after 10 s', async () => {
  const { clock, primary, trunks } = await open({ accounts: 1 });
  clock.turn(3000);
  primary.stop();
  const found: unknown[] = [];
  void trunks.analyse('primary', 'a0').then((each) => found.push(each?.registered, each?.status, each?.sentence));
  clock.turn(9_990);
  await turnOfLoop();
  assert.deepEqual(found, []);
  clock.turn(20);
  await turnOfLoop();
  assert.deepEqual(found, [false, undefined, 'no answer came within 10 s']);
});

test('an analysis of a name that nobody knows says so, and finds it when it is there', async () => {
  const names = ['sip.example.com'];
  const { trunks, clock, primary } = await open({ settings: settingsOf(1, { host: 'sip.example.com' }), names });
  const seen = await trunks.analyse('primary', 'a0');
  assert.equal(seen?.registered, false);
  assert.match(seen?.sentence ?? '', /sip\.example\.com .*is not known to the name servers/);
  assert.match(trunks.shown()[0]?.trouble ?? '', /ENOTFOUND/);
  names.pop();
  const asked = trunks.analyse('primary', 'a0');
  await turnOfLoop();
  await turnOfLoop();
  clock.turn(3000);
  assert.equal((await asked)?.registered, true);
  assert.equal(primary.bindings.size, 1);
});

/** Both softswitches lead to one registrar; `keeps`: contacts of an account that it keeps, the newest. */
const oneRegistrar = (softswitches: readonly TestSoftswitch[], keeps: number): Map<string, string[]> => {
  const held = new Map<string, string[]>();
  for (const softswitch of softswitches)
    softswitch.fault = ({ method, to, contact = '', expiresS = 0 }) => {
      if (method !== 'REGISTER') return undefined;
      const others = (held.get(to.uri) ?? []).filter((each) => each !== contact);
      held.set(to.uri, expiresS === 0 ? others : [contact, ...others].slice(0, keeps));
      return { status: 200, contacts: (held.get(to.uri) ?? []).map((uri) => ({ uri, expiresS })) };
    };
  return held;
};

const inOneDomain = (): TrunksSettings => {
  const settings = settingsOf(1, { domain: 'example.com' });
  return { ...settings, trunks: settings.trunks.map((each) => ({ ...each, domain: 'example.com' })) };
};

const registrationsOf = (trunks: Trunks): string[] => trunks.registrations().map(({ trunk, is }) => `${trunk} ${is}`);

test('a registrar that keeps one binding an account: the first trunk has it, the second stands by and steps in', async () => {
  for (const seed of [1, 2, 3, 4, 5]) {
    const { clock, primary, secondary, trunks, facts } = await open({ settings: inOneDomain(), seed });
    const held = oneRegistrar([primary, secondary], 1);
    clock.turn(700_000);
    assert.deepEqual(registrationsOf(trunks), ['primary bound', 'secondary standby'], `seed ${seed}`);
    const asked = () => primary.of('REGISTER').length + secondary.of('REGISTER').length;
    assert.ok(asked() <= 12, `${asked()} REGISTERs in 700 s: they do not chase each other`);
    const told = factsOf(facts, 'registrationFailed').some((fact) => 'cause' in fact && fact.cause === 'oneBinding');
    assert.ok(told, 'it is named');
    primary.running = false;
    clock.turn(25_000);
    assert.ok(registrationsOf(trunks).includes('secondary bound'), 'the second has stepped in');
    assert.equal([...held.values()][0]?.length, 1);
    primary.running = true;
    clock.turn(60_000);
    assert.deepEqual(registrationsOf(trunks), ['primary bound', 'secondary standby'], 'the first has it again');
  }
});

test('a registrar that has forgotten one of two bindings gets it again when the other is refreshed', async () => {
  const { clock, primary, secondary, trunks } = await open({ settings: inOneDomain() });
  const held = oneRegistrar([primary, secondary], 2);
  clock.turn(10_000);
  for (const [account, contacts] of held) held.set(account, contacts.slice(0, 1));
  clock.turn(600_000);
  assert.deepEqual(registrationsOf(trunks), ['primary bound', 'secondary bound']);
  assert.equal([...held.values()][0]?.length, 2);
});

test('a softswitch that was down before a restart of ours is stated to be, while it stays so', async () => {
  const { clock, kept, primary, facts, start, trunks } = await open();
  primary.stop();
  clock.turn(60_000);
  assert.equal(trunks.snapshot()[0]?.health, 'down');
  facts.length = 0;
  await start(new Map(kept));
  clock.turn(1000);
  assert.deepEqual(factsOf(facts, 'trunkDown'), [
    { fact: 'trunkDown', trunk: 'primary', why: 'it was down before the restart' },
  ]);
});

test('a softswitch to which there is no way is down and says why, also one that nobody registers with', async () => {
  const names = ['sip.example.com'];
  const settings = settingsOf(1, { kind: 'peer', host: 'sip.example.com' });
  const { clock, facts, trunks } = await open({ settings, names });
  await turnOfLoop();
  const [fact] = factsOf(facts, 'trunkDown');
  assert.deepEqual(fact, { fact: 'trunkDown', trunk: 'primary', why: 'ENOTFOUND' });
  assert.equal(trunks.snapshot()[0]?.health, 'down');
  names.length = 0;
  clock.turn(5000);
  await turnOfLoop();
  clock.turn(5000);
  assert.equal(trunks.snapshot()[0]?.health, 'up');
  assert.equal(factsOf(facts, 'trunkUp').filter((each) => 'trunk' in each && each.trunk === 'primary').length, 1);
  assert.equal(factsOf(facts, 'trunkDown').length, 1);
});

test('nothing is stated any more of a softswitch that was taken out', async () => {
  const settings = settingsOf(1);
  const { clock, primary, trunks, facts } = await open({ settings });
  clock.turn(20_000);
  primary.stop();
  while (factsOf(facts, 'trunkSuspect').length === 0) clock.turn(10);
  trunks.configure({ ...settings, trunks: settings.trunks.slice(1) });
  facts.length = 0;
  clock.turn(60_000);
  assert.deepEqual(
    facts.filter((fact) => 'trunk' in fact && fact.trunk === 'primary'),
    [],
  );
});

test('a call that is refused although name and password went with it is told', async () => {
  const { trunks, facts } = await open();
  const refused = { sip: 'refused', contacts: [], credentialsRefused: true } as const;
  for (const status of [407, 404]) trunks.trunk('primary')?.hear({ ...refused, status });
  trunks.trunk('primary')?.hear({ ...refused, status: 407, credentialsRefused: false, abandoned: true });
  assert.deepEqual(factsOf(facts, 'callsRefused'), [{ fact: 'callsRefused', trunk: 'primary', status: 407 }]);
});

// ── exchange lines ──────────────────────────────────────────────────────────────────────────────

test('what settings say of an exchange line holds at once', async () => {
  const settings = settingsOf(1);
  const { trunks } = await open({ settings });
  const line9 = () => trunks.snapshot().find(({ id }) => id === 'line/9');
  assert.deepEqual([line9()?.emergency, line9()?.priority], [true, 1]);
  const first = v.parse(line, { id: 'line/8', kind: 'fxo', card: 'card', port: 'exchange/2' });
  const lines = [first, ...settings.lines.map((each) => ({ ...each, emergency: false }))];
  trunks.configure({ ...settings, lines });
  assert.deepEqual([line9()?.emergency, line9()?.priority], [false, 2]);
});

test('an exchange line that was out of service before settings brought it is no way out', async () => {
  const settings = settingsOf(1);
  const { trunks } = await open({ settings: { ...settings, lines: [] } });
  trunks.fold({ fact: 'portOut', line: 'line/9', cause: 'no battery' });
  trunks.configure(settings);
  const health = () => trunks.snapshot().find(({ id }) => id === 'line/9')?.health;
  assert.equal(health(), 'down');
  trunks.fold({ fact: 'portIn', line: 'line/9', cause: 'found ready' });
  assert.equal(health(), 'up');
});
