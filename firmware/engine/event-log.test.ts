import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { EventLog, type Kept } from './event-log.ts';

const heardBy = (log: EventLog, after = 0): Kept[] => {
  const heard: Kept[] = [];
  log.resume(after, (report) => heard.push(report));
  return heard;
};

describe('event log', () => {
  it('numbers, stamps and sends at once', () => {
    const log = new EventLog();
    const heard = heardBy(log);
    log.happened('line/1', { is: 'offHook' }, 17);
    log.service('line/2', 'out', 'cable');
    assert.deepEqual(heard, [
      { to: 'event', seq: 1, at: 17, termination: 'line/1', event: { is: 'offHook' } },
      { to: 'service', seq: 2, what: 'line/2', is: 'out', cause: 'cable' },
    ]);
  });

  it('keeps while nobody listens, sends after what was heard, and forgets what is acknowledged', () => {
    const log = new EventLog();
    for (let count = 0; count < 5; count++) log.happened('line/1', { is: 'flash' }, count);
    log.acknowledge(2);
    assert.deepEqual(
      heardBy(log, 3).map(({ seq }) => seq),
      [4, 5],
    );
    assert.deepEqual(
      heardBy(log).map(({ seq }) => seq),
      [3, 4, 5],
    );
  });

  it('is bounded, and asks for an audit when it had to forget', () => {
    const log = new EventLog(100);
    for (let count = 0; count < 1000; count++) log.happened('line/1', { is: 'flash' }, count);
    const heard = heardBy(log);
    assert.ok(heard.length <= 100);
    const notice = heard.filter((report) => report.to === 'service').at(-1);
    assert.match(notice?.cause ?? '', /^audit needed: (9\d\d|1000) events/);
    assert.equal(heard.at(-1)?.seq, log.lastSeq);
  });
});
