import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'node:test';
import * as v from 'valibot';
import { configuration } from '../../config/schema.ts';
import { TestOffice } from '../phone/test-office.ts';

let office: TestOffice;
beforeEach(() => {
  office = new TestOffice();
  // No softswitch lives, so that mailboxes take calls.
  office.health = { 'line/9': 'up' };
});
afterEach(() => assert.deepEqual(office.faults, []));

const asked = (what: RegExp): string[] => office.engine.asked.filter((each) => what.test(each));
const lastPlayed = (): string | undefined => asked(/^add player/).at(-1);
const exchangeRings = async (number = '7890') => {
  await office.line('line/9', { is: 'rung' });
  await office.line('line/9', { is: 'callerId', callerId: { number } });
};
/** The exchange line calls phone 2, which nobody answers. */
const unanswered = async () => {
  await exchangeRings();
  await office.turn(20_000);
  await office.turn(500);
};
const recorded = (why: 'silence' | 'longest' | 'hangUp') =>
  office.engine.happen(office.engine.file('recorder')!, { is: 'finished', seconds: 3, why });

describe('a message', () => {
  it('is taken from an exchange line that nobody answers: greeting, tone, recording, stored at the hang-up', async () => {
    await exchangeRings();
    assert.equal(office.phone('line/2'), 'ringing');
    await office.turn(19_999);
    assert.equal(office.phone('line/2'), 'ringing');
    await office.turn(1);
    assert.equal(office.phone('line/2'), 'onHook');
    assert.equal(office.engine.playing.get('line/9'), 'answer');
    assert.deepEqual(office.shelf.did, ['reserve line/2 7890']);
    assert.equal(lastPlayed(), undefined, 'a moment for the path to open');
    await office.turn(500);
    assert.equal(lastPlayed(), 'add player greeting tone');
    assert.deepEqual(asked(/^add recorder/), []);
    await office.heard();
    assert.deepEqual(asked(/recorder/), ['add recorder /m1.wav']);
    assert.deepEqual(office.engine.joined(), [['line/9', 'recorder/3']]);
    await office.line('line/9', { is: 'disconnected', by: 'tone', tone: 'busy', soundedMs: 1_400 });
    assert.deepEqual(asked(/subtract recorder/), ['subtract recorder/3 less 1400 ms']);
    assert.equal(office.engine.playing.get('line/9'), 'release');
    assert.deepEqual(office.shelf.did, ['reserve line/2 7890', 'commit line/2 m1']);
    assert.deepEqual(office.left(), []);
    assert.deepEqual(
      office.told('callEnded').map((fact) => 'cause' in fact && fact.cause),
      ['hungUp'],
    );
  });

  it('is taken at once from a phone outside its hours, after the greeting for these', async () => {
    const hours = { days: ['mon', 'tue', 'wed', 'thu', 'fri'], from: '08:00', until: '17:00' };
    office.configuration = v.parse(configuration, {
      ...office.configuration,
      calendars: [{ id: 'office', timeZone: 'Europe/Berlin', periods: [hours] }],
      lines: office.configuration.lines.map((line) => (line.kind === 'fxs' ? { ...line, calendar: 'office' } : line)),
      mailbox: { calendar: 'office', greetingOut: 'night.wav' },
    });
    office.now = { ms: Date.parse('2027-11-29T16:30:00Z'), sure: true };
    await exchangeRings();
    await office.turn(500);
    assert.equal(office.phone('line/2'), 'onHook', 'it has not rung');
    assert.match(lastPlayed() ?? '', /^add player .*night\.wav tone$/);
    await office.line('line/9', { is: 'disconnected', by: 'loop' });
    assert.deepEqual(office.left(), []);
  });

  it('ends by #, with a goodbye', async () => {
    await unanswered();
    await office.heard();
    await office.line('line/9', { is: 'digit', digit: '5', heardBy: 'dtmf', lastedMs: 80 });
    assert.deepEqual(asked(/subtract recorder/), []);
    await office.line('line/9', { is: 'digit', digit: '#', heardBy: 'dtmf', lastedMs: 80 });
    assert.deepEqual(asked(/subtract recorder/), ['subtract recorder/3']);
    assert.deepEqual(office.shelf.did.at(-1), 'commit line/2 m1');
    assert.equal(lastPlayed(), 'add player goodbye');
    await office.heard();
    assert.equal(office.engine.playing.get('line/9'), 'release');
    assert.deepEqual(office.left(), []);
  });

  it('ends by silence without a goodbye, and at its longest with one', async () => {
    for (const why of ['silence', 'longest'] as const) {
      await unanswered();
      await office.heard();
      recorded(why);
      await office.settle();
      assert.equal(office.shelf.did.at(-1)?.slice(0, 6), 'commit');
      if (why === 'longest') await office.heard();
      assert.deepEqual(office.left(), [], why);
    }
  });

  it('skips the greeting by #, but never the tone', async () => {
    office.shelf.ownGreeting = '/own.wav';
    await unanswered();
    assert.equal(lastPlayed(), 'add player /own.wav tone');
    await office.line('line/9', { is: 'digit', digit: '#', heardBy: 'dtmf', lastedMs: 80 });
    assert.equal(lastPlayed(), 'add player tone');
    await office.line('line/9', { is: 'digit', digit: '#', heardBy: 'dtmf', lastedMs: 80 });
    assert.equal(asked(/^add player/).length, 2, 'the tone does not begin anew');
    assert.deepEqual(asked(/^add recorder/), []);
    await office.heard();
    assert.equal(asked(/^add recorder/).length, 1);
  });

  it('is not taken where there is no room: the caller is told, and nothing is recorded', async () => {
    office.shelf.full = { refused: 'quota', why: 'full' };
    await unanswered();
    assert.equal(lastPlayed(), 'add player mailboxFull');
    await office.heard();
    assert.deepEqual(asked(/recorder/), []);
    assert.deepEqual(office.left(), []);
  });

  it('gives its room back when the caller goes before the tone', async () => {
    await unanswered();
    await office.line('line/9', { is: 'disconnected', by: 'loop' });
    assert.deepEqual(office.shelf.did, ['reserve line/2 7890', 'commit line/2 m1']);
    assert.deepEqual(office.left(), []);
  });

  it('tells the caller when the disk takes no recording', async () => {
    office.engine.refuses = /add recorder/;
    await unanswered();
    await office.heard();
    assert.equal(lastPlayed(), 'add player mailboxFull');
    assert.equal(office.shelf.did.at(-1), 'commit line/2 m1');
    await office.heard();
    assert.deepEqual(office.left(), []);
  });

  it('is taken from a busy phone at once, and from a phone of the box', async () => {
    await office.line('line/2', { is: 'offHook' });
    await office.line('line/1', { is: 'offHook' });
    await office.dial('line/1', '12');
    await office.turn(500);
    assert.equal(lastPlayed(), 'add player greeting tone');
    assert.equal(office.phone('line/1'), 'talking');
    await office.heard();
    await office.dial('line/1', '#');
    await office.heard();
    assert.equal(office.engine.playing.get('line/1'), 'busy');
    assert.deepEqual(office.left(), []);
  });
});

describe('the menu of a mailbox', () => {
  const at = 1_700_000_000_000;
  const message = (id: string, is: 'new' | 'kept') =>
    ({ id, mailbox: 'line/1', at, from: { number: '7890' }, seconds: 6, is }) as const;
  const enter = async () => {
    await office.line('line/1', { is: 'offHook' });
    await office.dial('line/1', '*97');
    await office.turn(500);
  };
  const press = (keys: string) => office.dial('line/1', keys);

  it('asks for the PIN, plays new messages first, keeps and deletes them, and says goodbye', async () => {
    office.shelf.pin = '2580';
    office.shelf.messages.push(message('old', 'kept'), message('fresh', 'new'));
    await enter();
    assert.equal(lastPlayed(), 'add player enterPin');
    await press('2580#');
    assert.equal(lastPlayed(), 'add player youHave oneNewMessage and oneKeptMessage newMessage /fresh.wav');
    await office.heard();
    assert.deepEqual(office.shelf.did, ['keep fresh'], 'heard to its end it is no longer new');
    assert.equal(lastPlayed(), 'add player messageMenu');
    await press('1');
    assert.equal(lastPlayed(), 'add player newMessage /fresh.wav');
    await press('3');
    assert.equal(lastPlayed(), 'add player messageDeleted keptMessage /old.wav');
    await press('2');
    assert.equal(lastPlayed(), 'add player messageKept endOfMessages mainMenu');
    assert.deepEqual(office.shelf.did, ['keep fresh', 'delete fresh', 'keep old']);
    await press('#');
    assert.equal(lastPlayed(), 'add player goodbye');
    await office.heard();
    assert.equal(office.engine.playing.get('line/1'), 'busy');
    assert.deepEqual(office.left(), []);
  });

  it('lets a message that was skipped stay new', async () => {
    office.shelf.messages.push(message('fresh', 'new'));
    await enter();
    await press('#');
    assert.deepEqual(office.shelf.did, []);
    assert.equal(lastPlayed(), 'add player endOfMessages mainMenu');
  });

  it('asks three times for the PIN, then it is locked', async () => {
    office.shelf.pin = '2580';
    await enter();
    await press('1111#');
    assert.equal(lastPlayed(), 'add player pinWrong enterPin');
    await press('2222');
    await office.turn(4_000);
    assert.equal(lastPlayed(), 'add player pinWrong enterPin');
    await press('33333333');
    assert.equal(lastPlayed(), 'add player mailboxLocked goodbye');
    await office.heard();
    assert.deepEqual(office.left(), []);
    await office.line('line/1', { is: 'onHook' });
    await enter();
    assert.equal(lastPlayed(), 'add player mailboxLocked goodbye');
  });

  it('keeps no key of a PIN in the states that a plane after it reads', async () => {
    office.shelf.pin = '2580';
    await enter();
    await press('258');
    assert.doesNotMatch(JSON.stringify([...office.states].filter(([id]) => id.startsWith('menu/'))), /258/);
  });

  it('records one greeting of a mailbox at a time: the second is told that it is busy', async () => {
    // as if both phones owned it
    office.calls.serve('mailboxMenu', {
      setup: (command) => office.menus.setup({ ...command, target: { ...command.target, id: 'line/1' } }),
    });
    const wantsGreeting = async (phone: 'line/1' | 'line/2') => {
      await office.line(phone, { is: 'offHook' });
      await office.dial(phone, '*97');
      await office.turn(500);
      await office.dial(phone, '00');
    };
    await wantsGreeting('line/1');
    assert.equal(lastPlayed(), 'add player recordGreeting tone');
    await wantsGreeting('line/2');
    assert.equal(lastPlayed(), 'add player allLinesBusy mainMenu');
    // it hangs up: the other may
    await office.line('line/1', { is: 'onHook' });
    await office.dial('line/2', '00');
    assert.equal(lastPlayed(), 'add player recordGreeting tone');
  });

  it('records a greeting and removes it', async () => {
    await enter();
    assert.equal(lastPlayed(), 'add player noMessages mainMenu');
    await press('0');
    assert.equal(lastPlayed(), 'add player greetingMenu');
    await press('0');
    assert.equal(lastPlayed(), 'add player recordGreeting tone');
    await office.heard();
    assert.deepEqual(asked(/^add recorder/), ['add recorder /greeting.wav']);
    await press('#');
    assert.deepEqual(office.shelf.did, ['commit greeting']);
    assert.equal(lastPlayed(), 'add player greetingStored mainMenu');
    await press('01');
    assert.equal(lastPlayed(), 'add player greetingRemoved mainMenu');
    assert.equal(office.shelf.ownGreeting, undefined);
  });

  it('says goodbye after three prompts that nobody answers', async () => {
    await enter();
    for (let prompts = 1; prompts <= 3; prompts++) {
      assert.match(lastPlayed() ?? '', /mainMenu$/);
      assert.equal(asked(/^add player/).length, prompts);
      await office.heard();
      await office.turn(5_000);
    }
    assert.equal(lastPlayed(), 'add player goodbye');
    await office.heard();
    assert.deepEqual(office.left(), []);
  });

  it('ends after half an hour, whatever is pressed', async () => {
    await enter();
    for (let minutes = 0; minutes < 30; minutes++) {
      assert.doesNotMatch(lastPlayed() ?? '', /goodbye/);
      await press('*');
      await office.turn(60_000);
    }
    assert.equal(lastPlayed(), 'add player goodbye');
  });

  it('leaves nothing behind when the owner hangs up, at whatever point', async () => {
    office.shelf.messages.push(message('fresh', 'new'));
    for (const keys of ['', '1', '*', '*0', '*00', '#']) {
      await enter();
      await press(keys);
      await office.line('line/1', { is: 'onHook' });
      assert.deepEqual(office.left(), [], keys);
    }
  });
});

describe('a sentence for a failure', () => {
  const call = async (number: string) => {
    await office.line('line/1', { is: 'offHook' });
    await office.dial('line/1', number);
  };
  const heardTwice = async () => {
    await office.heard();
    await office.turn(1_000);
    await office.heard();
  };

  it('is heard twice without an answer, then the tone; the record has the true cause', async () => {
    office.health = {};
    await call('3456');
    assert.equal(lastPlayed(), 'add player noWayOut');
    await heardTwice();
    assert.equal(asked(/^add player/).length, 2);
    assert.equal(office.engine.playing.get('line/1'), 'congestion');
    assert.deepEqual(office.told('callAnswered'), []);
    assert.deepEqual(office.told('callEnded'), [
      { fact: 'callEnded', call: 'call/test-1', cause: 'noRoute', by: 'callee' },
    ]);
    assert.deepEqual(office.left(), []);
  });

  it('comes after four attempts that failed, as the limit of attempts is none for it', async () => {
    office.health = { a: 'up', b: 'up', c: 'up', d: 'up', e: 'up' };
    await call('3456');
    for (const trunk of ['a', 'b', 'c', 'd']) {
      await office.answer(trunk, { sip: 'refused', status: 500, contacts: [], credentialsRefused: false });
    }
    assert.deepEqual(
      office.userAgent.invites.map(({ ask }) => ask.flow),
      ['a', 'b', 'c', 'd'],
    );
    assert.equal(lastPlayed(), 'add player noWayOut');
    await heardTwice();
    assert.equal(office.told('callEnded').map((fact) => 'cause' in fact && fact.cause)[0], 'serverFailed');
  });

  it('gives way to the tone where it cannot be played, and ends when the caller hangs up', async () => {
    office.health = {};
    office.engine.refuses = /add player/;
    await call('3456');
    assert.equal(office.engine.playing.get('line/1'), 'congestion');
    await office.line('line/1', { is: 'onHook' });
    office.engine.refuses = undefined;
    await call('3456');
    await office.line('line/1', { is: 'onHook' });
    assert.deepEqual(office.left(), []);
  });

  it('is spared who is told that the callee is busy', async () => {
    office.health = { primary: 'up' };
    await call('3456');
    await office.answer('primary', { sip: 'refused', status: 486, contacts: [], credentialsRefused: false });
    assert.equal(lastPlayed(), undefined);
    assert.equal(office.engine.playing.get('line/1'), 'busy');
  });
});

describe('the dial tone', () => {
  it('stutters as long as messages wait, also after the engine was provisioned anew', async () => {
    const standing = () => office.engine.standing.get('line/1');
    await office.phones.ready(await office.engine.audit(), 'mediaLost');
    assert.equal(standing(), 'dial');
    office.phones.waiting('line/1', 2);
    await office.settle();
    assert.equal(standing(), 'stutter');
    office.engine.standing.clear();
    await office.phones.ready(await office.engine.audit(), 'mediaLost');
    assert.equal(standing(), 'stutter');
    office.phones.waiting('line/1', 0);
    await office.settle();
    assert.equal(standing(), 'dial');
  });
});
