import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as v from 'valibot';
import { checkConfiguration, LARGEST_CONFIGURATION } from './check.ts';
import { factoryConfiguration } from './factory.ts';
import { refusalWords } from './refusal.ts';
import { optionalText, whole } from './setting.ts';

const drivers = {
  simulated: {
    settings: v.strictObject({
      phones: whole({ title: 'Phones', help: 'Phones.', min: 1, max: 24, default: 4 }),
      bench: optionalText({ title: 'Bench', help: 'Socket.', max: 100, default: '' }),
    }),
  },
};
type Editable = { [key: string]: unknown } & Record<
  'trunks' | 'accounts' | 'cards' | 'lines',
  Record<string, unknown>[]
>;

const editable = (): Editable => structuredClone(factoryConfiguration()) as unknown as Editable;
const trunk = (more: object = {}) => ({ id: 'primary', host: 'sip.example.com', localPort: 5060, ...more });
const account = (more: object = {}) => ({ id: 'desk', user: '1001', password: 'canary', line: 'line/1', ...more });

const calendar = (good: Editable, exception: object) => {
  const exceptions = [{ date: '2027-12-24', ...exception }];
  Object.assign(good, { calendars: [{ id: 'office', timeZone: 'UTC', exceptions }] });
};

const refusedPaths = async (input: unknown): Promise<string[]> => {
  const checked = await checkConfiguration(input, drivers);
  return checked.ok ? [] : checked.refused.map(({ path }) => path);
};

test('the factory configuration is accepted, with the defaults of the driver', async () => {
  const checked = await checkConfiguration(factoryConfiguration(), drivers);
  assert.ok(checked.ok);
  assert.deepEqual(checked.configuration.cards[0]?.settings, { phones: 4, bench: '' });
  assert.equal(checked.configuration.lines.length, 6);
});

test('an empty document gets every default', async () => {
  const checked = await checkConfiguration({ version: 1 }, drivers);
  assert.ok(checked.ok);
  assert.equal(checked.configuration.network.sipT1Ms, 500);
  assert.equal(checked.configuration.notice.longCallMin, 120);
});

/** Each case spoils one thing of a good configuration; exactly that path is refused. */
const cases: [what: string, path: string, spoil: (good: Editable) => void][] = [
  ['unknown section', 'nonsense', (good) => Object.assign(good, { nonsense: 1 })],
  ['unknown setting', 'network/colour', (good) => Object.assign(good, { network: { colour: 'red' } })],
  ['too large', 'network/sipT1Ms', (good) => Object.assign(good, { network: { sipT1Ms: 2001 } })],
  ['a fraction', 'network/sipT1Ms', (good) => Object.assign(good, { network: { sipT1Ms: 500.5 } })],
  ['no number', 'network/sipT1Ms', (good) => Object.assign(good, { network: { sipT1Ms: '500' } })],
  ['no address', 'network/address', (good) => Object.assign(good, { network: { address: '192.0.2.300' } })],
  ['unknown country', 'system/country', (good) => Object.assign(good, { system: { country: 'XX' } })],
  ['no list', 'trunks', (good) => Object.assign(good, { trunks: {} })],
  ['too many', 'trunks', (good) => Object.assign(good, { trunks: ports(17) })],
  ['missing', 'trunks/0/host', (good) => good.trunks.push({ id: 'primary' })],
  ['no host', 'trunks/0/host', (good) => good.trunks.push(trunk({ host: 'sip example' }))],
  ['line break', 'accounts/0/user', (good) => good.accounts.push(account({ user: 'a\r\nVia: x' }))],
  ['bad verdict', 'trunks/0/verdicts/200', (good) => good.trunks.push(trunk({ verdicts: { 200: 'next' } }))],
  ['same name', 'lines/6/id', (good) => good.lines.push({ ...good.lines[0], port: 'phone/9', extension: '' })],
  ['same port', 'lines/1/port', (good) => Object.assign(good.lines[1]!, { port: 'phone/1' })],
  ['same extension', 'lines/1/extension', (good) => Object.assign(good.lines[1]!, { extension: '11' })],
  ['emergency', 'lines/1/extension', (good) => Object.assign(good.lines[1]!, { extension: '9112' })],
  [
    'emergency behind the outside prefix',
    'lines/1/extension',
    (good) => {
      Object.assign(good, { routing: { outsidePrefix: '8' } });
      Object.assign(good.lines[1]!, { extension: '8911' });
    },
  ],
  ['no card', 'lines/0/card', (good) => Object.assign(good.lines[0]!, { card: 'other' })],
  ['no account', 'lines/0/account', (good) => Object.assign(good.lines[0]!, { account: 'other' })],
  ['rings nothing', 'lines/4/rings', (good) => Object.assign(good.lines[4]!, { rings: 'line/5' })],
  ['no such line', 'accounts/0/line', (good) => good.accounts.push(account({ line: 'line/99' }))],
  ['account on fxo', 'accounts/0/line', (good) => good.accounts.push(account({ line: 'line/5' }))],
  ['no driver', 'cards/0/driver', (good) => Object.assign(good.cards[0]!, { driver: 'constructor' })],
  ['driver', 'cards/0/settings/phones', (good) => Object.assign(good.cards[0]!, { settings: { phones: 25 } })],
  ['driver', 'cards/0/settings/fones', (good) => Object.assign(good.cards[0]!, { settings: { fones: 2 } })],
  ['odd', 'network/rtpFirst', (good) => Object.assign(good, { network: { rtpFirst: 10_001 } })],
  ['short', 'network/rtpLast', (good) => Object.assign(good, { network: { rtpFirst: 10_000, rtpLast: 10_022 } })],
  ['jitter', 'media/jitterInitialMs', (good) => Object.assign(good, { media: { jitterInitialMs: 300 } })],
  ['jitter', 'media/jitterMinMs', (good) => Object.assign(good, { media: { jitterMinMs: 100, jitterMaxMs: 60 } })],
  ['same port', 'access/httpPort', (good) => Object.assign(good, { access: { httpsPort: 8080 } })],
  ['same port', 'trunks/1/localPort', (good) => good.trunks.push(trunk(), trunk({ id: 'second' }))],
  ['codes alike', 'routing/hideCode', (good) => Object.assign(good, { routing: { hideCode: '*9' } })],
  ['codes alike', 'mailbox/accessCode', (good) => Object.assign(good, { mailbox: { accessCode: '*881' } })],
  ['emergency', 'drill/testNumber', (good) => Object.assign(good, { drill: { testNumber: '0911' } })],
  [
    'emergency behind a long outside prefix',
    'drill/testNumber',
    (good) => Object.assign(good, { routing: { outsidePrefix: '8888' }, drill: { testNumber: '8888911' } }),
  ],
  ['no time of the day', 'calendars/0/exceptions/0/from', (good) => calendar(good, { from: '25:00', until: '18:00' })],
  ['half a day', 'calendars/0/exceptions/0/until', (good) => calendar(good, { from: '08:00' })],
  ['mail to nowhere', 'notice/smtpHost', (good) => Object.assign(good, { notice: { mailTo: 'a@b.example' } })],
  ['a digest for nobody', 'notice/digestAt', (good) => Object.assign(good, { notice: { digestAt: '07:30' } })],
  ['a digest at no time', 'notice/digestAt', (good) => Object.assign(good, { notice: { digestAt: '25:00' } })],
  [
    'a digest in no time zone',
    'notice/digestZone',
    (good) => Object.assign(good, { notice: { digestZone: 'Europe/Nowhere' } }),
  ],
  [
    'a password in the clear',
    'notice/smtpSecurity',
    (good) => Object.assign(good, { notice: { smtpUser: 'box', smtpSecurity: 'none' } }),
  ],
  ['audio port', 'trunks/0/localPort', (good) => good.trunks.push(trunk({ localPort: 10_000 }))],
];
const ports = (count: number) =>
  Array.from({ length: count }, (_, index) => trunk({ id: `trunk-${index}`, localPort: 5060 + index }));

for (const [what, path, spoil] of cases) {
  test(`refused: ${what} at ${path}`, async () => {
    const input = editable();
    spoil(input);
    assert.deepEqual(await refusedPaths(input), [path]);
  });
}

test('a refusal names limit and remedy, and lists every field', async () => {
  const checked = await checkConfiguration({ version: 1, network: { sipT1Ms: 1, dscpMedia: 64 } }, drivers);
  assert.ok(!checked.ok);
  assert.deepEqual(
    checked.refused.map(({ path, limit }) => `${path} ${limit}`),
    ['network/sipT1Ms must be at least 20', 'network/dscpMedia must be at most 63'],
  );
  assert.ok(checked.refused.every(({ remedy }) => remedy.length > 0));
});

test('no refusal repeats a value that was refused: it may be a secret', async () => {
  const canary = 'canary-7f3a';
  const wrong = [
    { version: 1, accounts: [{ ...account(), password: [canary] }] },
    { version: 1, accounts: [{ ...account(), password: canary.repeat(20) }] },
    { version: 1, accounts: [account({ line: 'line/99', password: canary })] },
    { version: 1, accounts: canary },
  ];
  for (const input of wrong) {
    const checked = await checkConfiguration(input, drivers);
    assert.ok(!checked.ok);
    assert.ok(!refusalWords(checked.refused).includes(canary));
  }
});

test('the size is bounded', async () => {
  assert.deepEqual(await refusedPaths({ version: 1, system: { name: 'x'.repeat(LARGEST_CONFIGURATION) } }), ['']);
  let deep: unknown = 1;
  for (let level = 0; level < 50_000; level++) deep = [deep];
  assert.deepEqual(await refusedPaths(deep), ['']);
});
