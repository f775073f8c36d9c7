import assert from 'node:assert/strict';
import { test } from 'node:test';
import { after, type Instant } from '../../../core/machine.ts';
import {
  type Bindings,
  type BindingsEvent,
  bindingsMachine,
  MOST_BINDINGS,
  nobody,
  resumedBindings,
} from './bindings-machine.ts';
import { contactKey } from './register-request.ts';

const machine = bindingsMachine(contactKey);
const at = (s: number): Instant => after(0 as Instant, s * 1000);
const source = { address: '192.0.2.7', port: 5060 };

type Register = Extract<BindingsEvent, { type: 'register' }>;
const contact = (uri: string, expiresS = 600, q = 1000) => ({ contact: uri, key: contactKey(uri), expiresS, q });
const register = (wanted: Register['wanted'], more: Partial<Register> = {}): Register => ({
  ...{ type: 'register', ask: 1, source, callId: 'c', cseq: 1, wanted, longestS: 600, shortestS: 60 },
  ...more,
});
/** State after some registrations, a second apart, and the status of the last. */
const afterAll = (...events: readonly Register[]): { state: Bindings; status: number | undefined } => {
  let state = nobody;
  let status: number | undefined;
  for (const [index, event] of events.entries()) {
    const step = machine.step(state, event, at(index));
    state = step.state;
    for (const effect of step.effects) if ('do' in effect) status = effect.status;
  }
  return { state, status };
};
const contacts = ({ bindings }: Bindings): string[] => bindings.map((each) => each.contact);

const one = 'sip:pbx@192.0.2.7:5060';
const two = 'sip:pbx@192.0.2.7:5062';

test('a Contact is bound until its time is over, which is shortened to what is allowed', () => {
  const { state, status } = afterAll(register([contact(one, 3600)]));
  assert.equal(status, 200);
  assert.deepEqual(contacts(state), [one]);
  assert.equal(machine.deadline(state), at(600));
  const over = machine.step(state, { type: 'lapse' }, at(600));
  assert.deepEqual(over, { state: { bindings: [] }, effects: [{ tell: 'changed' }] });
});

test('less than a minute is refused with 423, and changes nothing', () => {
  const { state, status } = afterAll(register([contact(one)]), register([contact(one, 59)], { cseq: 2 }));
  assert.equal(status, 423);
  assert.equal(machine.deadline(state), at(600));
});

test('an expiry of 0 ends one binding, * ends all', () => {
  const both = [register([contact(one)]), register([contact(two)], { cseq: 2 })];
  assert.deepEqual(contacts(afterAll(...both, register([contact(one, 0)], { cseq: 3 })).state), [two]);
  assert.deepEqual(contacts(afterAll(...both, register('all', { cseq: 3 })).state), []);
});

test('an older request of the same Call-ID undoes nothing; one of another Call-ID may', () => {
  const bound = register([contact(one)], { cseq: 5 });
  for (const late of [register([contact(one, 0)], { cseq: 5 }), register('all', { cseq: 4 })]) {
    const { state, status } = afterAll(bound, late);
    assert.equal(status, 500);
    assert.deepEqual(contacts(state), [one]);
  }
  assert.deepEqual(contacts(afterAll(bound, register([contact(one, 0)], { callId: 'd', cseq: 1 })).state), []);
});

test('equal addresses are one binding, however they are written', () => {
  const { state } = afterAll(register([contact(one)]), register([contact('sip:pbx@192.0.2.7:5060;ob')], { cseq: 2 }));
  assert.deepEqual(contacts(state), ['sip:pbx@192.0.2.7:5060;ob']);
});

test('what registered last is called first, unless it prefers less; the oldest gives way to a fifth', () => {
  const many = Array.from({ length: 7 }, (_, n) =>
    register([contact(`sip:pbx@192.0.2.7:${5060 + n}`)], { cseq: n + 1 }),
  );
  const { state } = afterAll(...many);
  assert.equal(state.bindings.length, MOST_BINDINGS);
  assert.deepEqual(
    contacts(state),
    [5066, 5065, 5064, 5063].map((port) => `sip:pbx@192.0.2.7:${port}`),
  );
  const spare = afterAll(register([contact(one)]), register([contact(two, 600, 500)], { cseq: 2 }));
  assert.deepEqual(contacts(spare.state), [one, two]);
});

test('a question without Contact is answered and changes nothing', () => {
  const { state, status } = afterAll(register([contact(one)]), register([], { cseq: 2 }));
  assert.equal(status, 200);
  assert.deepEqual(contacts(state), [one]);
});

test('a connection that ended takes along what came over it', () => {
  const { state } = afterAll(register([contact(one)]));
  assert.deepEqual(machine.step(state, { type: 'closed', source: { ...source, port: 1 } }, at(1)).state, state);
  assert.deepEqual(machine.step(state, { type: 'closed', source }, at(1)).state, { bindings: [] });
});

test('after a restart what still holds is there again, and nothing that cannot be read', () => {
  const { state } = afterAll(register([contact(one, 60)]), register([contact(two)], { cseq: 2 }));
  const kept: unknown = JSON.parse(JSON.stringify(state));
  assert.deepEqual(contacts(resumedBindings(kept, at(61))), [two]);
  for (const broken of [undefined, null, 1, { bindings: 1 }, { bindings: [null, {}, { contact: one }] }]) {
    assert.deepEqual(resumedBindings(broken, at(0)), nobody);
  }
});
