/** The bench's `wait`: for a sound, or for a state of the port, whichever comes first or has come already. */

import { BenchRefusal } from './bench-protocol.ts';
import type { Request, World } from './bench-world.ts';
import type { ExchangeLine } from './exchange.ts';
import type { Phone } from './phone.ts';

type End = Phone | ExchangeLine;
type State = { readonly [field: string]: unknown };

const stateTests: Record<string, (state: State, request: Request) => boolean> = {
  ringing: ({ ringing, line }) => ringing === true || line === 'ringing',
  notRinging: ({ ringing, line }) => ringing !== true && line !== 'ringing',
  offHook: ({ hook }) => hook === 'off',
  onHook: ({ hook, loop }) => hook === 'on' || (hook === undefined && loop === 'open'),
  loopClosed: ({ loop }) => loop === 'closed',
  loopOpen: ({ loop }) => loop === 'open',
  line: ({ line }, request) => line === request['line'],
};

/** Answers with the port's state when it has come; refuses by `timed-out` when it has not. */
export async function waitFor(on: End, request: Request, world: World): Promise<object> {
  const began = world.now();
  const timeoutMs: number = request['timeoutMs'] ?? 10_000;
  if (!(await outcome(on, request, world, timeoutMs)))
    throw new BenchRefusal('timed-out', `no ${request['for']} within ${timeoutMs} ms; ${describe(on)}`);
  return { at: world.now(), waitedMs: Math.round(world.now() - began), state: on.state() };
}

const describe = (on: End): string => `state: ${JSON.stringify(on.state())}`;

function outcome(on: End, request: Request, world: World, timeoutMs: number): Promise<boolean> {
  const what = request['for'] as string;
  const ms: number = request['ms'] ?? 100;
  if (what === 'tone') {
    if (request['hertz'] === undefined) throw new BenchRefusal('bad-field', 'hertz is missing: give its frequencies');
    return on.end.ear.waitForTone(request['hertz'], timeoutMs);
  }
  if (what === 'sound' || what === 'quiet') return on.end.ear.waitForSound(what === 'sound', ms, timeoutMs);
  if (what === 'digits') return waitForDigits(on, request['digits'], world, timeoutMs);
  const test = stateTests[what]!;
  return waitForNews(on, world, timeoutMs, () => test(on.state() as State, request));
}

function waitForDigits(on: End, digits: unknown, world: World, timeoutMs: number): Promise<boolean> {
  if (typeof digits !== 'string') throw new BenchRefusal('bad-field', 'digits is missing: give the digits to wait for');
  let heard = '';
  return waitForNews(on, world, timeoutMs, (digit) => {
    heard = (heard + digit).slice(-digits.length);
    return heard === digits;
  });
}

/** True once `test` holds, asked now and at each news of the port (with the digit that it brought, or ''). */
function waitForNews(on: End, world: World, timeoutMs: number, test: (digit: string) => boolean): Promise<boolean> {
  if (test('')) return Promise.resolve(true);
  return new Promise((done) => {
    const end = (found: boolean): void => {
      forget();
      cancel();
      done(found);
    };
    const forget = world.onNews((news) => {
      if (news.port === on.end.name && test(news.event === 'digit' ? String(news['digit']) : '')) end(true);
    });
    const cancel = on.end.agenda.after(timeoutMs, () => end(false));
  });
}
