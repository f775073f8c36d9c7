import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Instant } from '../../core/machine.ts';
import type { Fact } from '../facts.ts';
import { callRecordMachine, MOST_ATTEMPTS, type RecordState, recordBegan } from './call-record-machine.ts';
import { recordWords } from './words.ts';

const call = 'call/1';
const from = { kind: 'phone', id: 'line/1', number: '11' } as const;
/** The longest line that the journal takes. */
const LONGEST_LINE = 64 * 1024;

test('a call that was tried hundreds of times before protect trunks took it has a record that can be stored', () => {
  let now = 0;
  let state: RecordState = recordBegan({ fact: 'callBegan', call, from, dialled: '0301234567890' }, 0 as Instant, 1);
  const tell = (fact: Extract<Fact, { readonly call: string }>) => {
    now += 100;
    state = callRecordMachine.step(state, { type: 'fact', fact }, now as Instant).state;
  };
  const toll = { line: 'line/1', class: 'international', rate: { perMinute: 12_000, minimumS: 0, stepS: 60 } };
  const shows = { number: '+4930123456789', of: { pool: 'headquarters', number: '+4930123456789' } };
  for (let round = 1; round <= 360; round++) {
    const target = { kind: 'trunk', id: 'primary-softswitch', number: '0301234567890' } as const;
    const why = 'priority 1, suspect, share of answered calls not known yet, route abroad; one number of the site';
    const attempt = `primary-softswitch#${round}`;
    tell({ fact: 'attemptBegan', call, attempt, target, why, shows, toll });
    if (round < 360) tell({ fact: 'attemptEnded', call, attempt, cause: 'congestion', status: 503, q850: 34 });
  }
  const { effects } = callRecordMachine.step(
    state,
    { type: 'fact', fact: { fact: 'callEnded', call, cause: 'hungUp', by: 'caller' } },
    now as Instant,
  );
  const record = effects[0]!.record;
  assert.ok(JSON.stringify(record).length < LONGEST_LINE, `${JSON.stringify(record).length} octets`);
  const names = record.attempts.map(({ attempt }) => attempt);
  assert.deepEqual(
    [names.length, names[0], names.at(-1)],
    [MOST_ATTEMPTS, 'primary-softswitch#1', 'primary-softswitch#360'],
  );
  assert.equal(record.attemptsLeftOut, 260);
  assert.match(recordWords(record).end, /^Of all attempts, 260 in between are not listed\. /);
});

test('a number that was dialled on is in the record as a whole, with each attempt as it was sent', () => {
  let state = recordBegan({ fact: 'callBegan', call, from, dialled: '030' }, 0 as Instant, 1);
  const tell = (fact: Extract<Fact, { readonly call: string }>) => {
    const out = callRecordMachine.step(state, { type: 'fact', fact }, 100 as Instant);
    state = out.state;
    return out.effects[0]?.record;
  };
  const target = (number: string) => ({ kind: 'trunk', id: 'a', number }) as const;
  tell({ fact: 'attemptBegan', call, attempt: 'a', target: target('030'), why: '' });
  tell({ fact: 'attemptEnded', call, attempt: 'a', cause: 'numberIncomplete', status: 484 });
  tell({ fact: 'callDialledOn', call, dialled: '0301' });
  tell({ fact: 'attemptBegan', call, attempt: 'a+1', target: target('0301'), why: '' });
  tell({ fact: 'callAnswered', call, attempt: 'a+1', target: target('0301') });
  const record = tell({ fact: 'callEnded', call, cause: 'hungUp', by: 'caller' });
  assert.equal(record?.dialled, '0301');
  assert.deepEqual(
    record?.attempts.map((each) => [each.target.number, each.cause]),
    [
      ['030', 'numberIncomplete'],
      ['0301', 'answered'],
    ],
  );
});
