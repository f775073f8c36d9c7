import { test } from 'node:test';
import { gatewayConfiguration } from '../peer/configuration.ts';
import { Gateway } from '../peer/gateway.ts';
import { onSite } from '../peer/site.ts';
import { sleep } from '../peer/wait.ts';
import { farHertz, hearsTone } from './office.ts';

const attendants = [
  {
    id: 'reception',
    choices: [{ digit: '9', to: 'extension' as const, name: '14' }],
    timeoutS: 2,
    timeoutLine: 'line/3',
  },
];

/** Somebody calls in by an exchange line, and the attendant has begun to speak. */
const greeted = async ({ bench }: Gateway, exchange: string): Promise<void> => {
  await bench.ring(exchange, { callerId: '5557777' });
  await bench.waitFor(exchange, 'line', { line: 'talking', timeoutMs: 10_000 });
  await sleep(1_000);
};

const talk = async (gateway: Gateway, exchange: string, phone: number): Promise<void> => {
  const { bench } = gateway;
  await bench.waitFor(`phone/${phone}`, 'ringing', { timeoutMs: 10_000 });
  await bench.lift(`phone/${phone}`);
  await bench.tone(exchange, [farHertz]);
  await hearsTone(gateway, phone, farHertz);
  await bench.silence(exchange);
  await bench.farHangUp(exchange, 'loop');
  await bench.waitFor(`phone/${phone}`, 'tone', { hertz: [480, 620], timeoutMs: 10_000 });
  await bench.hangUp(`phone/${phone}`);
};

test(
  'without any softswitch an auto attendant takes who calls in: by extension, by one digit, and after silence',
  onSite(async (site) => {
    const whole = gatewayConfiguration({ trunks: [] });
    const lines = (whole.lines ?? []).map((line) => (line.kind === 'fxo' ? { ...line, rings: 'reception' } : line));
    const gateway = await Gateway.start(site, { configuration: { ...whole, lines, attendants } });
    const { bench } = gateway;

    const byExtension = async () => {
      await greeted(gateway, 'exchange/1');
      await bench.press('exchange/1', '12');
      await talk(gateway, 'exchange/1', 2);
    };
    const afterSilence = async () => {
      await greeted(gateway, 'exchange/2');
      await talk(gateway, 'exchange/2', 3);
    };
    await Promise.all([byExtension(), afterSilence()]);

    await greeted(gateway, 'exchange/1');
    await bench.press('exchange/1', '9');
    await talk(gateway, 'exchange/1', 4);
    await gateway.recorded(6);
  }),
);
