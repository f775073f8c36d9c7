import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Capture, type SipMessage } from '../peer/capture.ts';
import { primary, secondary } from '../peer/configuration.ts';
import { address, onSite } from '../peer/site.ts';
import { Stalls, stoodStillMs } from '../peer/stalls.ts';
import { sleep } from '../peer/wait.ts';
import { dial, farHertz, farNumber, hearsTone, type Office, openOffice, trunkIs } from './office.ts';

/** The silence budget as it is set by default (U6), and what may come on top. */
const SILENCE_BUDGET_MS = 1_200;
const MARGIN_MS = 100;
/** A softswitch known to be dead costs no more than this. */
const KNOWN_DEAD_MS = 50;
const CALLS = 3;
/** Longer than the longest flash of the United States: a handset that is lifted again sooner has given a flash. */
const PAUSE_MS = 1_300;

type Dialled = { readonly number: string; readonly pressedAt: number };

/** Phones call one after the other; gives when the last key was pressed, in seconds since 1970. */
const call = async ({ gateway }: Office, phone: number, number: string): Promise<Dialled> => {
  await dial(gateway, phone, number);
  const pressedAt = Date.now() / 1000;
  await hearsTone(gateway, phone, farHertz, 5_000);
  await gateway.bench.hangUp(`phone/${phone}`);
  await sleep(PAUSE_MS);
  return { number, pressedAt };
};

const inviteTo = (sip: readonly SipMessage[], to: string, number: string): SipMessage | undefined =>
  sip.find(({ method, from, to: end, head }) => {
    return (
      method === 'INVITE' &&
      from.startsWith(`${address.gateway}:`) &&
      end.startsWith(`${to}:`) &&
      head.startsWith(`INVITE sip:${number}@`)
    );
  });

test(
  'a primary that falls silent costs the silence budget and no more; once it is known, nothing',
  onSite(async (site) => {
    const office = await openOffice(site, {
      configuration: { exchangeLines: 0, trunks: [primary({ probeIntervalS: 2 }), secondary()] },
      more: { routing: { digitMap: '[2-9]xx' } },
    });
    const { a, b, gateway } = office;
    await b.everyNumberIs(farNumber);
    const stalls = await Stalls.start(site);
    const capture = await Capture.start(site);

    const unknown: Dialled[] = [];
    for (let i = 0; i < CALLS; i++) {
      await trunkIs(gateway, 'primary', /up/, 5_000);
      // it answers probes and swallows calls: nothing is known before the INVITE
      await a.answer('INVITE', 'drop');
      unknown.push(await call(office, 1 + (i % 4), `30${i}`));
      await a.answer('INVITE', 'normally');
    }

    await a.answer('all', 'drop');
    await trunkIs(gateway, 'primary', /down/, 25_000);
    const known: Dialled[] = [];
    for (let i = 0; i < CALLS; i++) known.push(await call(office, 1 + (i % 4), `40${i}`));
    const { sip } = await capture.stop();
    const stood = await stalls.stop();
    // what the machine itself took away in that time is not the box's
    const ownMs = (from: number, to: number): number => (to - from) * 1000 - stoodStillMs(stood, from, to);

    for (const { number } of unknown) {
      const first = inviteTo(sip, address.softswitchA, number);
      const second = inviteTo(sip, address.softswitchB, number);
      assert.ok(first && second, `${number} was tried at both`);
      const ms = (second.at - first.at) * 1000;
      assert.ok(ms >= SILENCE_BUDGET_MS - 20, `${number}: ${ms} ms`);
      const own = ownMs(first.at, second.at);
      assert.ok(own <= SILENCE_BUDGET_MS + MARGIN_MS, `${number}: ${own} ms`);
    }
    for (const { number, pressedAt } of known) {
      assert.equal(inviteTo(sip, address.softswitchA, number), undefined, `${number}: the dead one is not asked`);
      const second = inviteTo(sip, address.softswitchB, number);
      assert.ok(second, `${number} went to the secondary`);
      // the bench says that a key is pressed when its pause has ended
      const ms = ownMs(pressedAt, second.at);
      assert.ok(ms <= KNOWN_DEAD_MS, `${number}: ${ms} ms after the last key`);
    }
  }),
);
