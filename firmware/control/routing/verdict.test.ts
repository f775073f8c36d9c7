import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type CallFailure, failureTable } from '../failure.ts';
import { type AttemptEnd, failureOfAnswer, type HuntVerdict, verdictOn } from './verdict.ts';

const end = (over: Partial<AttemptEnd>): AttemptEnd => ({
  cause: 'serverFailed',
  reached: 'nothing',
  bound: true,
  overrides: {},
  redirected: false,
  ...over,
});
const byStatus = (status: number, over: Partial<AttemptEnd> = {}): HuntVerdict =>
  verdictOn(end({ status, cause: failureOfAnswer(status, undefined), ...over }));

/** U5 in words, apart from the code: what ends the hunt, what is followed; every other final answer goes on. */
const stops = new Set([403, 404, 410, 433, 480, 484, 485, 486, 487, 600, 603, 604, 607, 608]);
const follows = new Set([300, 301, 302]);
const expected = (status: number): HuntVerdict => {
  if (follows.has(status)) return 'follow';
  // 6xx that no list names are final everywhere (RFC 3261 §21.6); 606 speaks of the session description.
  return stops.has(status) || (status > 608 && status < 700) || [601, 602, 605].includes(status) ? 'stop' : 'next';
};

describe('the verdict on a final answer', () => {
  it('is the one of the table for every status from 300 to 699', () => {
    for (let status = 300; status < 700; status++) {
      assert.equal(byStatus(status, { redirected: true }), expected(status), `status ${status}`);
    }
  });

  it('follows a redirection only to a number', () => {
    for (const status of follows) assert.equal(byStatus(status), 'next');
  });

  it('takes 403 for the callee while our binding is good, and for us when it is not', () => {
    assert.equal(byStatus(403, { bound: true }), 'stop');
    assert.equal(byStatus(403, { bound: false }), 'next');
  });

  it('lets the Q.850 cause outrank the status, whichever the status', () => {
    const causes: Record<HuntVerdict, readonly number[]> = {
      stop: [1, 17, 18, 19, 20, 21, 22, 28],
      next: [2, 3, 27, 34, 38, 41, 42, 44, 47, 58, 63],
      follow: [],
    };
    for (const verdict of ['stop', 'next'] as const) {
      for (const q850 of causes[verdict]) {
        for (const status of [404, 480, 486, 500, 503, 603]) assert.equal(byStatus(status, { q850 }), verdict);
      }
    }
    assert.equal(byStatus(486, { q850: 16 }), 'stop');
    assert.equal(byStatus(503, { q850: 127 }), 'next');
  });

  it("lets the trunk's own verdict outrank all", () => {
    assert.equal(byStatus(486, { overrides: { 486: 'next' }, q850: 17 }), 'next');
    assert.equal(byStatus(503, { overrides: { 503: 'stop' } }), 'stop');
    assert.equal(byStatus(480, { overrides: { 486: 'next' } }), 'stop');
  });

  it('never goes on after 180', () => {
    for (let status = 300; status < 700; status++) {
      assert.equal(byStatus(status, { reached: 'alerting', redirected: true, q850: 34 }), 'stop');
    }
  });

  it('goes on after 183 alone for 5xx and for causes of the network, for nothing else', () => {
    for (let status = 300; status < 700; status++) {
      const wanted = status >= 500 && status < 600 ? 'next' : 'stop';
      assert.equal(byStatus(status, { reached: 'progress' }), wanted, `status ${status}`);
    }
    for (const q850 of [34, 38, 41, 42]) assert.equal(byStatus(480, { reached: 'progress', q850 }), 'next');
    assert.equal(byStatus(503, { reached: 'progress', q850: 17 }), 'stop');
    assert.equal(verdictOn(end({ reached: 'progress', cause: 'serverSilent' })), 'stop');
  });

  it('is that of the failure where nothing was answered', () => {
    const goesOn: readonly CallFailure[] = ['serverSilent', 'serverUnreachable', 'progressStalled', 'lineDead'];
    for (const cause of goesOn) assert.equal(verdictOn(end({ cause })), 'next');
    for (const cause of Object.keys(failureTable) as CallFailure[]) {
      assert.equal(verdictOn(end({ cause })), failureTable[cause].verdict);
    }
    assert.equal(verdictOn(end({ cause: 'hungUp' })), 'stop');
  });
});

describe('the failure of a final answer', () => {
  const rows: readonly [status: number, q850: number | undefined, failure: CallFailure][] = [
    [486, undefined, 'busy'],
    [600, undefined, 'busy'],
    [603, undefined, 'declined'],
    [404, undefined, 'unknownNumber'],
    [480, undefined, 'unavailable'],
    [484, undefined, 'numberIncomplete'],
    [402, undefined, 'unpaid'],
    [503, undefined, 'congestion'],
    [500, undefined, 'serverFailed'],
    [408, undefined, 'serverSilent'],
    [650, undefined, 'declined'],
    [480, 17, 'busy'],
    [503, 1, 'unknownNumber'],
    [486, 99, 'busy'],
  ];
  for (const [status, q850, failure] of rows) {
    it(`of ${status}${q850 === undefined ? '' : ` with cause ${q850}`} is ${failure}`, () => {
      assert.equal(failureOfAnswer(status, q850), failure);
    });
  }
});
