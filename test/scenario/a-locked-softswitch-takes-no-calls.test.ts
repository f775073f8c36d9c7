import assert from 'node:assert/strict';
import { test } from 'node:test';
import { primary, secondary } from '../peer/configuration.ts';
import type { Gateway } from '../peer/gateway.ts';
import { PageClient } from '../peer/page-client.ts';
import { onSite } from '../peer/site.ts';
import { eventually } from '../peer/wait.ts';
import { numbersAsked } from './asked.ts';
import { dial, farHertz, farNumber, hearsTone, openOffice } from './office.ts';

type Lock = { readonly lock: 'none' | 'noOutgoing' | 'all' | 'drain'; readonly lockUntil?: string };
type Settings = { readonly revision: string };

const PRIMARY_IS = { noOutgoing: /locked for outgoing/, all: /it is locked/, drain: /takes no new calls/ };

/** Date and time of a moment (UTC) as settings want it. */
const local = (ms: number): string => new Date(ms).toISOString().slice(0, 19).replace('T', ' ');

/** Changes the lock of the primary on the page, and waits until it is shown. */
const locks = async (page: PageClient, { lock, lockUntil = '' }: Lock): Promise<void> => {
  const { revision: base } = await page.get<Settings>('/api/settings');
  await page.post('/api/settings', { base, change: { trunks: { primary: { lock, lockUntil } } } });
  await page.sees(`the lock ${lock}`, 3_000, ({ trunks, alarms }) => {
    const shown = trunks.find(({ id }) => id === 'primary');
    const alarm = alarms.some(({ id }) => id === 'trunkLocked/primary');
    return lock === 'none' ? shown?.lock === undefined && !alarm : shown?.lock?.is === lock && alarm;
  });
};

/** The softswitches that a call was sent to. */
const waysOf = (record: Record<string, unknown>): string[] =>
  (record['attempts'] as { target: { kind: string; id: string } }[]).flatMap(({ target }) =>
    target.kind === 'trunk' ? [target.id] : [],
  );
const shutOut = (record: Record<string, unknown>): { way: string; why: string }[] =>
  (record['shutOut'] ?? []) as { way: string; why: string }[];

const callOut = async (gateway: Gateway, phone: number): Promise<void> => {
  await dial(gateway, phone, farNumber);
  await hearsTone(gateway, phone, farHertz, 5_000);
};

test(
  'each lock keeps calls from a softswitch and says so, a drain leaves the call that is up, emergency calls pass, and a timed one ends',
  onSite(async (site) => {
    const { a, b, far, gateway } = await openOffice(site, {
      configuration: { exchangeLines: 0, trunks: [primary(), secondary()] },
      more: { calendars: [{ id: 'hours', timeZone: 'UTC', periods: [] }] },
    });
    const { bench } = gateway;
    const page = await PageClient.signIn(gateway);
    let calls = 0;
    const last = async (): Promise<Record<string, unknown>> => (await gateway.recorded(++calls)).at(-1)!;

    // a call is up while it drains: it goes on, and the next goes elsewhere
    await callOut(gateway, 1);
    await locks(page, { lock: 'drain' });
    await callOut(gateway, 2);
    await hearsTone(gateway, 1, farHertz, 2_000);
    await bench.hangUp('phone/2');
    const drained = await last();
    assert.deepEqual(waysOf(drained), ['secondary']);
    assert.match(shutOut(drained)[0]?.why ?? '', PRIMARY_IS.drain);
    await bench.hangUp('phone/1');
    assert.deepEqual(waysOf(await last()), ['primary']);

    // nothing comes in while it is locked both ways; the record says why
    await locks(page, { lock: 'all' });
    await far.command('uafind', `sip:${farNumber}@a.test`);
    await far.dial('sip:102@a.test');
    const refused = await last();
    assert.match(shutOut(refused)[0]?.why ?? '', /locked both ways/);
    assert.deepEqual(refused['attempts'], []);
    await callOut(gateway, 2);
    await bench.hangUp('phone/2');
    const led = await last();
    assert.deepEqual(waysOf(led), ['secondary']);
    assert.match(shutOut(led)[0]?.why ?? '', PRIMARY_IS.all);

    // locked for what goes out it still brings calls, and an emergency call passes
    await locks(page, { lock: 'noOutgoing' });
    const from = far.events.length;
    await far.dial('sip:102@a.test');
    await bench.waitFor('phone/2', 'ringing', { timeoutMs: 3_000 });
    await far.hangUp();
    await far.tells(/^CALL_CLOSED$/, 3_000, from);
    await last();
    await Promise.all([a.answer('INVITE', 503), b.answer('INVITE', 503)]);
    await dial(gateway, 3, '911');
    await eventually('the emergency call at the primary', 4_000, () => numbersAsked(a).includes('911'));
    await bench.hangUp('phone/3');
    await Promise.all([a.answer('INVITE', 'normally'), b.answer('INVITE', 'normally')]);
    await last();

    // a lock with an end ends by itself
    const until = Date.now() + 3_000;
    await locks(page, { lock: 'all', lockUntil: local(until) });
    await page.sees('no lock any more', 6_000, ({ trunks }) => trunks.every(({ lock }) => lock === undefined));
    assert.ok(Date.now() >= until - 1_000, 'not before its time');
    await callOut(gateway, 4);
    await bench.hangUp('phone/4');
    assert.deepEqual(waysOf(await last()), ['primary']);
  }),
);
