import assert from 'node:assert/strict';
import { test } from 'node:test';
import { silentLog } from '../../../core/log.ts';
import { Runner } from '../../../core/runner.ts';
import { TestClock } from '../../../core/test-clock.ts';
import type { Dialog } from './dialog.ts';
import { type Session, Sessions } from './sessions.ts';

const leg = 'leg/1';
const dialog: Dialog = {
  ...{ flow: 'trunk/a', callId: 'c1', localTag: 'ours', remoteTag: 'theirs', local: '<sip:a@b>', remote: '<sip:c@d>' },
  ...{ localCseq: 7, routes: [], target: 'sip:c@d', contact: 'sip:a@b', confirmed: true, placed: true },
};

const setUp = () => {
  const runner = new Runner(new TestClock(), silentLog);
  const sessions = new Sessions(runner);
  const session: Session = {
    ...{ leg, flow: dialog.flow, callId: dialog.callId, localTag: dialog.localTag, placed: true },
    ...{ early: new Map(), ending: false },
  };
  sessions.add(session);
  sessions.setDialog(session, dialog);
  return { runner, sessions, session };
};

test('the dialog of a call is kept with each CSeq that it has used', () => {
  const { runner, sessions, session } = setUp();
  assert.equal(sessions.nextCseq(session), 8);
  assert.equal(runner.state<Dialog>(`dialog/${leg}`)?.localCseq, 8);
});

test('a call that has ended leaves nothing behind, even if a request of it is asked again', () => {
  const { runner, sessions, session } = setUp();
  sessions.remove(session);
  assert.equal(sessions.nextCseq(session), 8);
  assert.equal(sessions.nextCseq(session), 9);
  assert.deepEqual([...runner.ids()], []);
});
