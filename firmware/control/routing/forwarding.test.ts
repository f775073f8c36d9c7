import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import type { CallFailure } from '../failure.ts';
import type { Level } from './attempt.ts';
import { forwardingPlan, ringsFirstMs } from './forwarding.ts';
import { phoneLine } from './inside.ts';
import { plan } from './plan.ts';
import { freshMemory, type PlanQuestion } from './question.ts';
import { fromPhone, question, way } from './test-box.ts';

type Rule = { readonly on?: string; readonly targets?: readonly object[] } & Record<string, unknown>;
const rule = (id: string, more: Rule) => ({ id, line: 'line/2', ...more });
const toExtension = (name: string, more: object = {}) => ({ to: 'extension', name, ...more });
const asked = (forwardings: readonly object[], more: object = {}, about: Partial<PlanQuestion> = {}): PlanQuestion =>
  question(fromPhone('12'), [way('a')], { forwardings, ...more }, about);

/** The levels that a call goes through when its phone fails so, and then each target with `then`; voices answer. */
const walked = (of: PlanQuestion, first: CallFailure, then: CallFailure = 'noAnswer'): string[] => {
  const result = plan(of);
  if (result.is === 'refused') return [result.cause];
  const nameOf = ({ name, attempts }: Level): string => name ?? attempts[0].id;
  let [lost, ...rest] = result.levels;
  const passed = [lost.attempts[0].id];
  for (let failure = first; ; failure = then) {
    const at = rest.findIndex(
      ({ on, after }) => (on === 'any' || on.includes(failure)) && (!after || after.includes(nameOf(lost))),
    );
    const level = rest[at];
    if (!level) return passed;
    passed.push(level.attempts[0].id);
    if (level.ownVoice) return passed;
    lost = level;
    rest = rest.slice(at + 1);
  }
};

describe('forwarding', () => {
  const rules = [
    rule('missed', { on: 'noAnswer', targets: [toExtension('13'), { to: 'number', name: '0301234' }] }),
    rule('engaged', { on: 'busy', targets: [toExtension('11')] }),
    rule('refused', { on: 'rejected', targets: [{ to: 'announcement', name: 'closed.wav' }] }),
    rule('broken', { on: 'error', targets: [{ to: 'mailbox', name: 'line/3' }] }),
  ];
  const rows: readonly (readonly [CallFailure, CallFailure, readonly string[]])[] = [
    ['noAnswer', 'noAnswer', ['line/2', 'line/3', 'a']],
    ['noAnswer', 'busy', ['line/2', 'line/3', 'a']],
    ['busy', 'noAnswer', ['line/2', 'line/1']],
    ['declined', 'noAnswer', ['line/2', 'announcement/closed.wav']],
    ['unavailable', 'noAnswer', ['line/2', 'mailbox/line/3']],
    ['mediaLost', 'noAnswer', ['line/2', 'mailbox/line/3']],
  ];
  for (const [first, then, passes] of rows) {
    it(`leads a phone that ended with ${first} by its own rule, also when the target ends with ${then}`, () =>
      assert.deepEqual(walked(asked(rules), first, then), passes));
  }

  it('tries rules of one condition one after the other, those for some callers first', () => {
    const several = [
      rule('all', { on: 'noAnswer', targets: [toExtension('13')] }),
      rule('boss', { on: 'noAnswer', callers: '11', targets: [{ to: 'number', name: '0301234' }] }),
      rule('others', { on: 'noAnswer', callers: '99', targets: [toExtension('11')] }),
      rule('off', { on: 'noAnswer', enabled: false, targets: [toExtension('11')] }),
    ];
    assert.deepEqual(walked(asked(several), 'noAnswer'), ['line/2', 'a', 'line/3']);
  });

  it('does not ring the phone with "always", and goes by the rules of the phone that it leads to', () => {
    const both = [
      rule('away', { on: 'always', targets: [toExtension('13')] }),
      { ...rule('deputy', { on: 'busy', targets: [toExtension('11')] }), line: 'line/3' },
    ];
    assert.deepEqual(walked(asked(both), 'busy'), ['line/3', 'line/1']);
  });

  it('knows that no softswitch holds a binding, and that one does', () => {
    const lost = [rule('outage', { on: 'unregistered', targets: [toExtension('13')] })];
    assert.deepEqual(walked(asked(lost), 'noAnswer'), ['line/2']);
    const none = question(fromPhone('12'), [way('a', { bound: [] })], { forwardings: lost });
    assert.deepEqual(walked(none, 'busy'), ['line/2', 'line/3']);
  });

  it('counts by scenario', () => {
    const night = [rule('night', { on: 'noAnswer', scenario: 'night', targets: [toExtension('13')] })];
    const more = { scenarios: [{ id: 'night', title: 'Night' }] };
    assert.deepEqual(walked(asked(night, more), 'noAnswer'), ['line/2']);
    const on = asked(night, more, { memory: { ...freshMemory, scenario: 'night' } });
    assert.deepEqual(walked(on, 'noAnswer'), ['line/2', 'line/3']);
  });

  it('rings the phone and each target as long as is set', () => {
    const timed = asked([rule('t', { on: 'noAnswer', afterS: 7, targets: [toExtension('13', { ringS: 40 })] })]);
    const line = phoneLine(timed.configuration, 'line/2')!;
    assert.equal(ringsFirstMs(timed, line), 7_000);
    const result = plan(timed);
    assert.ok(result.is === 'planned');
    assert.deepEqual(
      result.levels.slice(0, 2).map(({ attempts }) => attempts[0].ringMs),
      [7_000, 40_000],
    );
  });

  it('leaves by the account that rings its line, where the line names none', () => {
    const account = (id: string, line: string) => ({ id, user: id, password: 'x', line });
    const accounts = [account('first', 'line/1'), account('second', 'line/2')];
    const rules = [rule('out', { on: 'noAnswer', targets: [{ to: 'number', name: '0301234' }] })];
    const about = { ...asked(rules, { accounts }), trunks: [way('a', { bound: ['second'] })] };
    const result = plan({ ...about, offer: { ...fromPhone('12'), from: { kind: 'trunk', id: 'b', number: '5' } } });
    assert.ok(result.is === 'planned');
    const { account: by, bound } = result.levels[1]!.attempts[0];
    assert.deepEqual([by, bound], ['second', true]);
  });

  it('shows the caller or the own number, leaves by the account of its line, and asks to accept', () => {
    const account = { id: 'second', user: '12', password: 'x', line: 'line/2' };
    const lines = [
      { id: 'line/1', card: 'card', port: '1', extension: '11' },
      { id: 'line/2', card: 'card', port: '2', extension: '12', account: 'second' },
    ];
    const number = { to: 'number', name: '0301234' };
    let told = false;
    const shown = (display: string, ownNumberConfirmed = true) => {
      const [first, second] = lines;
      const result = plan(
        asked([rule('d', { on: 'noAnswer', display, accept: true, targets: [number] })], {
          accounts: [account],
          lines: [first, { ...second, ownNumber: '5550102', ownNumberConfirmed }],
        }),
      );
      assert.ok(result.is === 'planned');
      told = result.reasons.some(({ what }) => what === 'caller number 5550102');
      const { shows, account: by, accept, by: named } = result.levels[1]!.attempts[0];
      return [shows?.number, by, accept, named];
    };
    assert.deepEqual(shown('caller'), ['11', 'second', true, 'd']);
    assert.deepEqual(shown('own'), ['5550102', 'second', true, 'd']);
    assert.deepEqual(shown('caller', false), ['11', 'second', true, 'd']);
    assert.equal(told, false, 'no number of ours is asked for where the caller is shown');
    assert.deepEqual(shown('own', false), [undefined, 'second', true, 'd']);
    assert.equal(told, true, 'a number that is not confirmed says so');
  });

  it('never passes one target twice, and no more than 8 levels, whatever phones forward to each other', () => {
    const target = fc.oneof(
      fc.constantFrom('11', '12', '13').map((name) => toExtension(name)),
      fc.constantFrom('0301234', '0305678').map((name) => ({ to: 'number', name })),
      fc.constantFrom('line/1', 'line/3').map((name) => ({ to: 'mailbox', name })),
    );
    const any = fc.record({
      line: fc.constantFrom('line/1', 'line/2', 'line/3'),
      on: fc.constantFrom('always', 'error', 'busy', 'rejected', 'noAnswer'),
      targets: fc.array(target, { minLength: 1, maxLength: 8 }),
    });
    const failure = fc.constantFrom<CallFailure>('noAnswer', 'busy', 'declined', 'unavailable');
    fc.assert(
      fc.property(fc.array(any, { maxLength: 8 }), failure, failure, (rules, first, then) => {
        const of = asked(rules.map((each, at) => ({ ...each, id: `r${at}` })));
        const levels = forwardingPlan(of, phoneLine(of.configuration, 'line/2')!, 1).levels;
        assert.ok(levels.length <= 64 + 1, `${levels.length} levels`);
        const led = walked(of, first, then).filter((id) => !id.startsWith('sentence/') && id !== 'a');
        assert.equal(new Set(led).size, led.length, led.join(' > '));
        const result = plan(of);
        assert.deepEqual(result, plan(of));
        assert.ok(walked(of, first, then).length <= 8 + 2, 'too many levels');
      }),
      { numRuns: 600, seed: 7 },
    );
  });
});
