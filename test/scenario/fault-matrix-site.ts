import { execFileSync } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import type { NumberService, Served } from '../fake/softswitch/numbers.ts';
import { Softswitch } from '../fake/softswitch/softswitch.ts';
import { steadyTone } from '../fake/softswitch/sound.ts';
import { gatewayConfiguration, primary, secondary } from '../peer/configuration.ts';
import { Gateway } from '../peer/gateway.ts';
import type { Site } from '../peer/site.ts';
import { type Path, pathTo, type TwoPaths } from '../peer/two-paths.ts';
import { eventually, sleep } from '../peer/wait.ts';
import type { Fault, Moment } from './fault-matrix-table.ts';
import { trunkIs } from './office.ts';

/** Timers of a run: scaled down as far as settings and a busy machine allow, or as they are by default. */
export type Pace = {
  readonly t1Ms: number;
  readonly silenceMs: number;
  readonly progressMs: number;
  readonly ringS: number;
  readonly probeS: number;
};
export const scaled: Pace = { t1Ms: 50, silenceMs: 600, progressMs: 6_000, ringS: 5, probeS: 2 };
export const fullPace: Pace = { t1Ms: 500, silenceMs: 1_200, progressMs: 20_000, ringS: 120, probeS: 15 };

export const calleeHertz = 660;
export const earlyHertz = 850;
export const dialled = '201';
export const dialledNext = '202';
const users = { '101': 'secret', '102': 'secret' };

/** Between 100, 180 and 200 of a softswitch that is well. */
const STEP_MS = 300;
/** Into ringing and into the call until the fault comes. */
const INTO_MS = 1_200;
/**
 * A frozen softswitch stands still for so long: until a call that was dialled meanwhile has been answered elsewhere, and
 * well within the time for which one rings.
 */
const frozenMs = ({ silenceMs }: Pace): number => 1_000 + 2 * silenceMs;

/** Each cell lives at addresses of its own (RFC 2544's range, on the namespace's loopback), so that several run at once. */
export const addressOf = (lane: number, last: number): string => `198.19.${lane}.${last}`;

/** The network paths of a cell whose link goes down: one to each softswitch. */
export const pathsOf = (lane: number): readonly [Path, Path] => [
  pathTo(addressOf(lane, 10), 2 * lane + 1),
  pathTo(addressOf(lane, 11), 2 * lane + 2),
];

/** Where the box of a cell may speak from. */
export const ownAddresses = (lane: number): readonly string[] => [
  addressOf(lane, 2),
  ...pathsOf(lane).map(({ own }) => own),
];

const takeAddresses = (lane: number): void => {
  for (const last of [2, 10, 11, 53])
    execFileSync('ip', ['address', 'replace', `${addressOf(lane, last)}/32`, 'dev', 'lo']);
};

/** A name server for one name; `silent` when it has gone. */
const nameServer = async (site: Site, at: string, answer: string) => {
  const server = { silent: false };
  const socket = createSocket('udp4').bind(53, at);
  await once(socket, 'listening');
  site.atEnd('close the name server', () => socket.close());
  socket.on('message', (question, from) => {
    if (server.silent) return;
    const end = question.indexOf(0, 12) + 5;
    const isA = question.readUInt16BE(end - 4) === 1;
    const head = Buffer.from([question[0]!, question[1]!, 0x85, 0x80, 0, 1, 0, isA ? 1 : 0, 0, 0, 0, 0]);
    const record = Buffer.from([0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 1, 0, 4, ...answer.split('.').map(Number)]);
    socket.send(Buffer.concat([head, question.subarray(12, end), ...(isA ? [record] : [])]), from.port, from.address);
  });
  const path = site.path(`resolv-${at}`);
  writeFileSync(path, `nameserver ${at}\noptions timeout:1 attempts:1\n`);
  const inMounts = 'mount --bind "$0" /etc/resolv.conf && exec "$@"';
  const through = ['unshare', '--mount', '--propagation', 'unchanged', 'sh', '-c', inMounts, path];
  return { server, through };
};

export type CellPlace = {
  readonly lane: number;
  readonly fault: Fault;
  readonly moment: Moment;
  readonly two?: TwoPaths | undefined;
};

/** The two softswitches and the gateway of one cell, and how the primary fails there. */
export class Cell {
  readonly lane: number;
  readonly fault: Fault;
  readonly moment: Moment;
  readonly pace: Pace;
  gateway!: Gateway;
  #a!: Softswitch;
  #b!: Softswitch;
  #names: { silent: boolean } | undefined;
  readonly #site: Site;
  /** Of a cell whose link goes down. */
  readonly #two: TwoPaths | undefined;

  constructor(site: Site, { lane, fault, moment, two }: CellPlace, pace: Pace) {
    this.#site = site;
    this.#two = two;
    this.lane = lane;
    this.fault = fault;
    this.moment = moment;
    this.pace = pace;
  }

  /** Starts everything; the box is registered with both, or has seen what is wrong. */
  async open(): Promise<void> {
    takeAddresses(this.lane);
    const [a, b] = [addressOf(this.lane, 10), addressOf(this.lane, 11)];
    this.#a = await this.#softswitch(a, (served) => this.#serve(served));
    this.#b = await this.#softswitch(b, (served) => this.#well(served));
    if (this.moment === 'idle' && this.fault === '403') this.#a.refuse(403, 'all');
    let through = this.#two?.through;
    let host = a;
    if (this.fault === 'DNS gone') {
      const dns = await nameServer(this.#site, addressOf(this.lane, 53), a);
      this.#names = dns.server;
      through = dns.through;
      host = `a.lane${this.lane}.example`;
    }
    this.gateway = await Gateway.start(this.#site, {
      name: `gateway-${this.lane}`,
      configuration: this.#settings(host),
      ...(through ? { through } : {}),
    });
    await eventually(`bindings of lane ${this.lane}`, 15_000, () => {
      const refused = this.moment === 'idle' && this.fault === '403';
      return this.#b.bindings.length === 2 && (refused || this.#a.bindings.length === 2);
    });
    // a first probe that a busy machine swallowed costs the half minute of a softswitch that returns
    await trunkIs(this.gateway, 'primary', /up/, 45_000);
    await trunkIs(this.gateway, 'secondary', /up/, 45_000);
    // registrations that the first sign of life asked for anew are over
    await sleep(500);
    // the budget is four round trips at least, and the first was measured while four boxes started: one more probe
    if (this.moment === 'before INVITE' && this.pace === scaled) await sleep(this.pace.probeS * 1_000);
    if (this.moment === 'idle') await this.#failIdle();
    if (this.moment === 'before INVITE') this.#failBeforeInvite();
  }

  async #softswitch(host: string, serve: NumberService['serve']): Promise<Softswitch> {
    const services = [dialled, dialledNext].map((number) => ({ number, does: 'the callee', serve }));
    const softswitch = new Softswitch({
      ...{ name: host, host, port: 5060, rtpFirst: 23_000, rtpLast: 23_399, users, services },
    });
    await softswitch.open();
    this.#site.atEnd(`close ${host}`, () => softswitch.close());
    return softswitch;
  }

  #settings(host: string) {
    const { silenceMs: silenceBudgetMs, progressMs: progressBudgetMs, ringS, probeS: probeIntervalS, t1Ms } = this.pace;
    const more = { silenceBudgetMs, progressBudgetMs, ringS, probeIntervalS, domain: '' };
    const [one, other] = pathsOf(this.lane).map((path) => (this.#two ? { interface: path.interface } : {}));
    const trunks = [
      primary({ ...more, ...one, host, transport: this.fault === 'TCP reset' ? 'tcp' : 'udp' }),
      secondary({ ...more, ...other, host: addressOf(this.lane, 11) }),
    ];
    const own = addressOf(this.lane, 2);
    return gatewayConfiguration(
      { phones: 2, exchangeLines: 0, trunks },
      {
        network: { ...(this.#two ? {} : { address: own }), sipT1Ms: t1Ms },
        access: { address: this.#two ? '127.0.0.1' : own },
        routing: { digitMap: '2xx' },
      },
    );
  }

  /** A softswitch that is well: rings, answers, speaks. */
  #well({ leg, later }: Served, done: () => void = () => {}) {
    later(STEP_MS, () => {
      leg.ring();
      later(STEP_MS, () => {
        leg.answer();
        leg.rtp.play(steadyTone(calleeHertz));
        done();
      });
    });
  }

  /** The primary: fails when it has come as far as the moment says. */
  #serve(served: Served) {
    const { leg, later } = served;
    const fail = (): void => this.#fail(served);
    if (this.fault === '100 then silence') return;
    if (this.fault === '180 then silence') return leg.ring();
    if (this.moment === 'before INVITE' && this.fault === '183 then silence') return this.#early(served);
    switch (this.moment) {
      case 'before 18x':
        return fail();
      case 'ringing':
        leg.ring();
        return later(INTO_MS, fail);
      case 'in call':
        return this.#well(served, () => later(INTO_MS, fail));
      default:
        return this.#well(served);
    }
  }

  #early({ leg }: Served) {
    leg.progress();
    leg.rtp.play(steadyTone(earlyHertz));
  }

  #fail(served: Served) {
    const { leg, later } = served;
    const status = Number.parseInt(this.fault, 10);
    if (this.fault === '183 then silence') this.#early(served);
    else if (status >= 400) leg.refuse(status, this.fault.includes('Retry') ? [['retry-after', '30']] : []);
    else this.#breakDown();
    // what thaws, or was not touched, goes on
    if (this.moment === 'in call') return;
    if (this.fault === 'DNS gone') this.#well(served);
    if (this.fault === 'frozen and thawed') later(frozenMs(this.pace), () => this.#well(served));
  }

  /** Faults of the softswitch as a whole. */
  #breakDown() {
    switch (this.fault) {
      case 'silent':
        this.#a.faults.muted = true;
        return;
      case 'frozen and thawed':
        this.#a.freeze();
        if (this.moment !== 'idle') this.#later(frozenMs(this.pace), () => this.#a.thaw());
        return;
      case 'ICMP unreachable':
        return this.#a.vanish();
      case 'TCP reset':
        return this.#a.resetConnections();
      case 'DNS gone':
        this.#names!.silent = true;
        return;
      case 'link down':
        // the program that pulls the cable takes a moment, in which a copy of the INVITE might be answered
        this.#a.faults.muted = true;
        void this.#two!.cable(pathsOf(this.lane)[0], 'out');
        return;
      default:
        throw new Error(`${this.fault} at ${this.moment} is no fault of a whole softswitch`);
    }
  }

  #later(ms: number, work: () => void): void {
    const timer = setTimeout(work, ms);
    this.#site.atEnd('forget a timer', () => clearTimeout(timer));
  }

  async #failIdle(): Promise<void> {
    if (this.fault === '403') return;
    if (this.fault.startsWith('503')) {
      this.#a.refuse(503, 'all', this.fault.includes('Retry') ? 60 : undefined);
    } else this.#breakDown();
    if (this.fault === 'DNS gone') return await sleep(2_000);
    if (this.fault !== 'TCP reset')
      await trunkIs(this.gateway, 'primary', /down|held/, this.pace.probeS * 1000 + 10_000);
    else {
      await sleep(2_000);
      await trunkIs(this.gateway, 'primary', /up/, 10_000);
    }
  }

  #failBeforeInvite() {
    const status = Number.parseInt(this.fault, 10);
    if (this.fault === 'TCP reset') this.#a.faults.resetsOn = 'INVITE';
    else if (this.fault.includes('then silence')) return;
    else if (this.fault === 'link down') this.#a.faults.losesOn = { method: 'INVITE', lost: () => this.#breakDown() };
    else if (status >= 400) this.#a.refuse(status, 'INVITE', this.fault.includes('Retry') ? 30 : undefined);
    else this.#breakDown();
  }
}
