import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Capture, type SipMessage } from '../peer/capture.ts';
import { gatewayConfiguration, userOf } from '../peer/configuration.ts';
import { Gateway } from '../peer/gateway.ts';
import type { Kamailio } from '../peer/kamailio.ts';
import { run } from '../peer/program.ts';
import { address, onSite } from '../peer/site.ts';
import { eventually, sleep } from '../peer/wait.ts';
import {
  bound,
  dial,
  farHertz,
  farNumber,
  hearsTone,
  startFarEnd,
  startSoftswitches,
  trunkIs,
} from '../scenario/office.ts';
import { SettingsInBrowser } from './settings-page.ts';

/** Longer than the longest flash of the United States. */
const AFTER_HANGING_UP_MS = 1_300;

const hangUp = async ({ bench }: Gateway, phone: number): Promise<void> => {
  await bench.hangUp(`phone/${phone}`);
  await sleep(AFTER_HANGING_UP_MS);
};

/** INVITEs of ours to `host` for `number`. */
const invites = (sip: readonly SipMessage[], host: string, number: string): readonly SipMessage[] =>
  sip.filter(
    ({ method, from, to, head }) =>
      method === 'INVITE' &&
      from.startsWith(`${address.gateway}:`) &&
      to.startsWith(`${host}:`) &&
      head.startsWith(`INVITE sip:${number}@`),
  );

/** The audio line of the SDP that we offered for `number`, as it went over the wire. */
const offered = async (path: string, number: string): Promise<string> => {
  const filter = `sip.Method == "INVITE" && sip.r-uri.user == "${number}" && ip.src == ${address.gateway}`;
  const text = await run('tshark', ['-r', path, '-n', '-Y', filter, '-T', 'fields', '-e', 'sdp.media'], 60_000);
  return text.split('\n')[0]!.trim();
};

test(
  'number, order, record, secret and a whole softswitch are changed in the browser, seen on the wire, and restored',
  onSite(async (site, context) => {
    const right = gatewayConfiguration({ phones: 4, exchangeLines: 0 });
    const accounts = right.accounts!.map((each) => (each.id === '104' ? { ...each, password: 'mistyped' } : each));
    const { a, b } = await startSoftswitches(site);
    await startFarEnd(site);
    const gateway = await Gateway.start(site, {
      configuration: { ...right, accounts, routing: { digitMap: '[2-9]xx' } },
    });
    await Promise.all([bound(a, 3), bound(b, 3)]);
    const at = await SettingsInBrowser.open(site, gateway);

    // secret text: the registrar takes the account when its password is right
    await at.go('accounts', '104');
    const password = 'accounts/104/password';
    const change = async (to: string): Promise<void> => {
      await at.field(password).getByRole('button', { name: 'Change' }).click();
      await at.control(password).fill(to);
    };
    assert.equal((await a.holds(userOf(4), 2_000, 0)).length, 0);
    await at.refused(password, () => change('x'.repeat(129)), /at most 128/, /limit|shorter/);
    await at.applied(() => change('secret'));
    await Promise.all([a, b].map((each) => each.holds(userOf(4), 10_000)));
    assert.ok(!(await at.page.content()).includes('mistyped'));

    // a thing of a list: taken out it lets its bindings go, and added again it has them
    await at.go('trunks', 'secondary');
    await at.applied(() => at.press('Remove'));
    for (let phone = 1; phone <= 4; phone++) await b.holds(userOf(phone), 8_000, 0);
    await at.go('trunks');
    const added = 'trunks/new-1';
    const add = async (): Promise<void> => {
      await at.go('trunks');
      await at.press('Add softswitch');
      await at.control(`${added}/host`).fill(address.softswitchB);
    };
    await at.refused(`${added}/id`, add, /must be given/, /a name of its own/);
    await at.applied(async () => {
      await add();
      await at.control(`${added}/id`).fill('secondary');
      await at.control(`${added}/domain`).fill('b.test');
      await at.control(`${added}/localPort`).fill('5070');
    });
    assert.match(at.page.url(), /trunks\/secondary$/, 'it is still looked at');
    await bound(b);
    await trunkIs(gateway, 'secondary', /up/, 10_000);

    // a number: how long the primary may be silent
    const capture = await Capture.start(site);
    await b.everyNumberIs(farNumber);
    const call = async (number: string, withinMs = 5_000): Promise<void> => {
      await dial(gateway, 1, number);
      await hearsTone(gateway, 1, farHertz, withinMs);
      await hangUp(gateway, 1);
    };
    await at.go('trunks', 'primary');
    const budget = 'trunks/primary/silenceBudgetMs';
    await at.refused(budget, () => at.control(budget).fill('299'), /at least 300/, /within this limit/);
    await at.refused(budget, () => at.control(budget).fill('soon'), /number/, /within this limit/);
    await at.applied(() => at.control(budget).fill('2500'));
    const silent = async (number: string): Promise<void> => {
      await trunkIs(gateway, 'primary', /up/, 30_000);
      await a.answer('INVITE', 'drop');
      await call(number, 8_000);
      await a.answer('INVITE', 'normally');
    };
    await silent('301');
    await at.applied(() => at.back(budget, 'Default'));
    assert.equal(await at.control(budget).inputValue(), '1200');
    await silent('302');

    // an order: codecs in the next offer; none at all is refused
    const codecs = 'trunks/primary/codecs';
    await trunkIs(gateway, 'primary', /up/, 30_000);
    await at.refused(
      codecs,
      async () => {
        for (const word of ['PCMA', 'PCMU']) await at.field(codecs).getByLabel(`Leave ${word} out`).click();
      },
      /at least one codec/,
      /within this limit/,
    );
    await at.applied(() => at.field(codecs).getByLabel('Put PCMU first').click());
    await call(farNumber);
    await at.applied(() => at.back(codecs, 'Default'));

    // a record: a status that ends the call lets it go on
    const verdicts = 'trunks/primary/verdicts';
    await at.refused(verdicts, () => at.control(verdicts).fill('404 maybe'), /stop or next/, /within this limit/);
    await a.numbersAreStatuses();
    await at.applied(() => at.control(verdicts).fill('404 next'));
    await call('404');
    await at.applied(() => at.control(verdicts).fill('404 next\n480 next'));
    await call('480');
    await at.applied(() => at.back(verdicts, 'Default'));
    // as the table has it again: the softswitch knows best, and nobody else is asked
    await dial(gateway, 2, '484');
    await eventually('the primary to refuse it', 5_000, () => a.heard().some((each) => /^INVITE \S*:484@/.test(each)));
    await sleep(500);
    await hangUp(gateway, 2);

    // a calendar, a group of both softswitches and a route that names them, in one change
    await trunkIs(gateway, 'primary', /up/, 30_000);
    const begins = 'calendars/new-1/periods/0/from';
    const calendar = async (from: string): Promise<void> => {
      await at.add('calendars', 'Add calendar', 'round-the-clock');
      await at.control('calendars/new-1/timeZone').fill('Europe/Berlin');
      await at.press('Add hours');
      for (const day of ['Sat', 'Sun']) await at.field('calendars/new-1/periods').getByLabel(day).check();
      await at.control(begins).fill(from);
      await at.control('calendars/new-1/periods/0/until').fill('24:00');
    };
    await at.refused(begins, () => calendar('0:00'), /must be a time such as 08:30/, /within this limit/);
    await at.applied(async () => {
      await calendar('00:00');
      await at.add('groups', 'Add group', 'both');
      await at.control('groups/new-1/sort').selectOption('Fewest calls');
      for (const id of ['primary', 'secondary']) {
        await at.go('trunks', id);
        await at.control(`trunks/${id}/group`).selectOption('both');
        await at.control(`trunks/${id}/priority`).fill('1');
      }
      await at.add('routes', 'Add route', 'outside');
      await at.field('routes/new-1/ways').getByLabel('both').check();
      await at.control('routes/new-1/calendar').selectOption('round-the-clock');
    });
    await at.go('groups');
    await at.page.getByText('Fewest calls').waitFor();
    await Promise.all([a, b].map((each) => bound(each)));
    for (const id of ['primary', 'secondary']) await trunkIs(gateway, id, /up/, 30_000);
    const asked = (softswitch: Kamailio, number: string): number =>
      softswitch.heard().filter((each) => each.startsWith(`INVITE sip:${number}@`)).length;
    await dial(gateway, 1, farNumber);
    await hearsTone(gateway, 1, farHertz, 5_000);
    await at.page.evaluate(`location.hash = '#/tools/analyse-route?number=212'`);
    // one that was doubted a moment ago stands behind, however few calls it has; the INVITEs that it left without an
    // answer doubt it once more when their time is over, until its next probe
    const first = await eventually('the analysis to name the one without a call', 40_000, async () => {
      await at.press('Show the ways');
      const words = (await at.page.locator('.way').first().textContent()) ?? '';
      if (words.includes('Softswitch primary')) return words;
      await sleep(500);
      return undefined;
    });
    context.diagnostic(`the analysis says: ${first}`);
    assert.match(first, /calls? up, route outside/, 'the group is sorted by calls, and the route leads there');
    await at.isInOrder('when a route is analysed');
    await dial(gateway, 2, '212');
    await eventually('the one that was named to be asked', 5_000, () => asked(a, '212') > 0);
    for (const phone of [1, 2]) await hangUp(gateway, phone);

    const { sip } = await capture.stop();
    for (const [number, wanted] of [
      ['301', 2500],
      ['302', 1200],
    ] as const) {
      const [first] = invites(sip, address.softswitchA, number);
      const [second] = invites(sip, address.softswitchB, number);
      assert.ok(first && second, `${number} was tried at both`);
      const ms = (second.at - first.at) * 1000;
      context.diagnostic(`silence budget of ${wanted} ms: ${ms.toFixed(0)} ms on the wire`);
      assert.ok(ms >= wanted - 20 && ms < wanted + 300, `${number}: ${ms} ms`);
    }
    assert.match(await offered(capture.path, farNumber), /^audio \d+ RTP\/AVP 0 8 /);
    assert.match(await offered(capture.path, '404'), /^audio \d+ RTP\/AVP 8 0 /);
    // a softswitch that asks for a password hears an INVITE twice
    const reached = ['404', '480', '484'].filter((each) => invites(sip, address.softswitchB, each).length > 0);
    assert.deepEqual(reached, ['404', '480'], 'what went on to the secondary');
    // the primary answers most numbers by a status now: what counts is which of both was asked first
    const firstAsked = [address.softswitchA, address.softswitchB]
      .flatMap((host) => invites(sip, host, '212').map(({ at: when }) => ({ host, when })))
      .sort((one, other) => one.when - other.when)[0]?.host;
    assert.equal(firstAsked, address.softswitchA, 'the one that the analysis named is asked first');
    at.assertQuiet();
  }),
);
