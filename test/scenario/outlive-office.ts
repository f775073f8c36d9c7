import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { performance } from 'node:perf_hooks';
import type { Baresip } from '../peer/baresip.ts';
import { gatewayConfiguration, userOf } from '../peer/configuration.ts';
import { address, type Site } from '../peer/site.ts';
import { eventually, patience } from '../peer/wait.ts';
import { farNumber, type Office, openOffice } from './office.ts';

/**
 * Each call has a number of its own at the far end, whose commands choose among calls by their account. Phones 1 to 3
 * call the first three, which answer; the fourth rings until somebody does; the next two call phones 4 and 6; the last
 * one answers phone 10, which transfers it.
 */
export const answering = [farNumber, '203', '204'] as const;
export const slowNumber = '202';
const calling = { 4: farNumber, 6: '205' } as const;
export const passedOnNumber = '206';
/** The last two are there to have calls handed over to them. */
const PHONES = 12;

/** A plane that is late is judged at the end: what becomes of its calls tells more. */
const PATIENCE_MS = 10_000;

/** Three digits where two would be the begin of a number outside. */
export const extensionOf = (phone: number): string => String(phone < 10 ? 10 + phone : 300 + phone);

/** An office with twelve phones, an exchange line that rings the ninth, and a far end that answers all but 202. */
export const openLargeOffice = async (site: Site): Promise<Office> => {
  const options = { phones: PHONES, exchangeLines: 1 };
  const lines = (gatewayConfiguration(options).lines ?? []).map((line, n) =>
    line.kind === 'fxo' ? { ...line, rings: `line/${9}` } : { ...line, extension: extensionOf(n + 1) },
  );
  const account = (user: string, domain: string, through: string, answers: 'auto' | 'manual') => ({
    ...{ user, domain, password: 'secret', through: `${through}:5060`, answers },
  });
  const accounts = [
    ...[...answering, passedOnNumber].map((user) => account(user, 'a.test', address.softswitchA, 'auto')),
    account(slowNumber, 'a.test', address.softswitchA, 'manual'),
    ...Object.values(calling).map((user) => account(user, 'b.test', address.softswitchB, 'auto')),
  ];
  const office = await openOffice(site, { configuration: options, more: { lines }, far: { accounts } });
  for (const { user, domain } of accounts) await office.far.registered(5_000, `${user}@${domain}`);
  return office;
};

/** One call at the far end, found by the user of its other end. */
export class FarCall {
  /** The phone of ours that placed it, or was called. */
  readonly phone: number;
  readonly #far: Baresip;
  readonly #since: number;
  readonly #turn: InTurn;

  constructor(far: Baresip, phone: number, since: number, turn: InTurn) {
    this.phone = phone;
    this.#far = far;
    this.#since = since;
    this.#turn = turn;
  }

  #events() {
    return this.#far.events.slice(this.#since).filter(({ peeruri }) => peeruri?.includes(`:${userOf(this.phone)}@`));
  }

  is(type: string): Promise<unknown> {
    return eventually(`${type} of the call with phone ${this.phone}`, patience(0), () =>
      this.#events().some((event) => event.type === type),
    );
  }

  get closed(): boolean {
    return this.#events().some(({ type }) => type === 'CALL_CLOSED');
  }

  /** `hold`, `resume`, `accept` or `hangup` of this call. */
  do(command: 'hold' | 'resume' | 'accept' | 'hangup'): Promise<void> {
    return this.#turn.run(async () => {
      await this.#far.command('uafind', this.#events()[0]?.accountaor);
      await this.#far.command(command);
    });
  }
}

/** Commands to the far end choose an account first: one at a time. */
export class InTurn {
  #tail: Promise<unknown> = Promise.resolve();
  run(work: () => Promise<void>): Promise<void> {
    const done = this.#tail.then(work);
    this.#tail = done.catch(() => {});
    return done;
  }
}

/** The far end calls a phone of ours, which does not answer yet. */
export const farCalls = (far: Baresip, phone: keyof typeof calling, turn: InTurn): Promise<void> =>
  turn.run(async () => {
    await far.command('uafind', `sip:${calling[phone]}@b.test`);
    await far.dial(`sip:${userOf(phone)}@b.test`);
  });

/**
 * `readyMs`: until calls were possible again; `waitedMs`: for how much of it others had the processors; `bareMs`: what
 * `node -e 0` took, started in the same moment.
 */
export type Replaced = { readonly readyMs: number; readonly waitedMs: number; readonly bareMs: number };

/** What Node alone takes now: a machine that has much else to do, or stands still, is known by it. */
const bareNodeMs = async (): Promise<number> => {
  const began = performance.now();
  await once(spawn(process.execPath, ['-e', '0'], { stdio: 'ignore' }), 'exit');
  return Math.round(performance.now() - began);
};

/** Kills the control plane and waits until a new one takes calls. */
export const replaceControl = async ({ gateway }: Office): Promise<Replaced> => {
  const killedAt = performance.now();
  const bare = bareNodeMs();
  const former = await gateway.signalPlane('control');
  await gateway.planeReplaced('control', former, PATIENCE_MS);
  await gateway.ready(PATIENCE_MS);
  const [readyMs, waitedMs] = [performance.now() - killedAt, gateway.waitedMs('control')];
  return { readyMs: Math.round(readyMs), waitedMs: Math.round(waitedMs), bareMs: await bare };
};
