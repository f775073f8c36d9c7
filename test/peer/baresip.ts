import { createSocket } from 'node:dgram';
import { readdirSync, writeFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { sine, writeWav } from './audio.ts';
import type { Program } from './program.ts';
import type { Site } from './site.ts';
import { bounded, eventually, patience, sleep } from './wait.ts';

export type Account = {
  readonly user: string;
  readonly domain: string;
  readonly password?: string;
  /** `HOST:PORT` of the softswitch that everything goes through. */
  readonly through?: string;
  readonly transport?: 'udp' | 'tcp';
  readonly registers?: boolean;
  readonly answers?: 'auto' | 'manual';
  readonly codecs?: readonly ('PCMA' | 'PCMU')[];
};

export type BaresipOptions = {
  readonly name: string;
  readonly host: string;
  readonly port?: number;
  readonly accounts: readonly Account[];
  /** What it says all the time: a tone in hertz, or a WAV file of 8 kHz mono. */
  readonly says?: number | string;
  /** Further lines of its configuration. */
  readonly settings?: readonly string[];
};

/** What baresip tells of itself, as it names it; `at` is `performance.now()`. */
export type BaresipEvent = {
  readonly at: number;
  readonly type: string;
  readonly id?: string;
  readonly direction?: string;
  readonly peeruri?: string;
  readonly accountaor?: string;
  readonly param?: string;
};

const CONTROL_PORT = 4444;
const CONSOLE_PORT = 5555;

/** The first of the 200 media ports of the far end at `host`: each host has its own. */
export const mediaPort = (host: string): number => 30_000 + 200 * Number(host.split('.').at(-1));

const accountLine = (account: Account): string => {
  const { user, domain, password, through, transport = 'udp', answers = 'auto', codecs = ['PCMA'] } = account;
  const parts = [
    `<sip:${user}@${domain}${transport === 'tcp' ? ';transport=tcp' : ''}>`,
    ...(password === undefined ? [] : [`auth_user=${user}`, `auth_pass=${password}`]),
    ...(through === undefined ? [] : [`outbound="sip:${through};transport=${transport}"`]),
    `answermode=${answers}`,
    `regint=${account.registers === false ? 0 : 60}`,
    `audio_codecs=${codecs.map((codec) => `${codec}/8000/1`).join(',')}`,
  ];
  return parts.join(';');
};

const settings = (options: BaresipOptions, folder: string, sound: string): string =>
  [
    'poll_method epoll',
    `sip_listen ${options.host}:${options.port ?? 5060}`,
    // what it writes into SDP; its media sockets are bound to no address all the same
    `net_interface ${options.host}`,
    `snd_path ${folder}`,
    'call_local_timeout 120',
    'call_max_calls 16',
    'audio_path /usr/share/baresip',
    'audio_player none,none',
    `audio_source aufile,${sound}`,
    'audio_alert aufile,/dev/null',
    'ausrc_srate 8000',
    'auplay_srate 8000',
    'ausrc_channels 1',
    'auplay_channels 1',
    `rtp_ports ${mediaPort(options.host)}-${mediaPort(options.host) + 199}`,
    'rtp_stats yes',
    'module_path /usr/lib/baresip/modules',
    ...['g711', 'aufile', 'sndfile', 'uuid'].map((name) => `module ${name}.so`),
    'module_tmp account.so',
    'module_app menu.so',
    'module_app ctrl_tcp.so',
    `ctrl_tcp_listen ${options.host}:${CONTROL_PORT}`,
    'module cons.so',
    `cons_listen ${options.host}:${CONSOLE_PORT}`,
    ...(options.settings ?? []),
    '',
  ].join('\n');

/** A real baresip as far end. It keeps its own record of calls (`events`) and of what it heard (`recordings`). */
export class Baresip {
  readonly name: string;
  readonly host: string;
  readonly port: number;
  readonly events: BaresipEvent[] = [];
  readonly program: Program;
  readonly #folder: string;
  readonly #waiting = new Map<string, (answer: { ok: boolean; data: string }) => void>();
  #control: Socket | undefined;
  #unread = Buffer.alloc(0);
  #asked = 0;

  private constructor(options: BaresipOptions, folder: string, program: Program) {
    this.name = options.name;
    this.host = options.host;
    this.port = options.port ?? 5060;
    this.program = program;
    this.#folder = folder;
  }

  static async start(site: Site, options: BaresipOptions): Promise<Baresip> {
    const folder = site.folder(options.name);
    const { says = 440 } = options;
    const sound = typeof says === 'string' ? says : `${folder}/says.wav`;
    // it does not repeat a file: long enough for every test
    if (typeof says === 'number') writeWav(sound, sine(says, 240));
    writeFileSync(`${folder}/config`, settings(options, folder, sound));
    writeFileSync(`${folder}/accounts`, `${options.accounts.map(accountLine).join('\n')}\n`);
    writeFileSync(`${folder}/contacts`, '');
    // A far end that stalls would be taken for a stall of ours: it runs before everything but the gateway's engine.
    const words = ['-r', '5', 'baresip', '-4', '-f', folder, '-s'];
    const program = site.start(options.name, 'chrt', words, { directory: folder });
    const baresip = new Baresip(options, folder, program);
    await baresip.#open();
    site.atEnd(`close the control of ${options.name}`, () => baresip.#control?.destroy());
    return baresip;
  }

  async #open(): Promise<void> {
    this.#control = await eventually(`the control socket of ${this.name}`, 10_000, async () => {
      if (!this.program.running) throw new Error(`${this.name} did not start:\n${this.program.tail()}`);
      const socket = connect(CONTROL_PORT, this.host);
      return await new Promise<Socket>((resolve, reject) => {
        socket.once('connect', () => resolve(socket));
        socket.once('error', reject);
      });
    });
    this.#control.on('error', () => {});
    this.#control.on('data', (chunk: Buffer) => this.#read(chunk));
  }

  /** Netstrings: `LENGTH:JSON,`. */
  #read(chunk: Buffer): void {
    this.#unread = Buffer.concat([this.#unread, chunk]);
    for (;;) {
      const colon = this.#unread.indexOf(':');
      if (colon < 0) return;
      const end = colon + 1 + Number(this.#unread.toString('latin1', 0, colon));
      if (this.#unread.length <= end) return;
      this.#take(JSON.parse(this.#unread.toString('utf8', colon + 1, end)));
      this.#unread = this.#unread.subarray(end + 1);
    }
  }

  #take(message: Record<string, unknown>): void {
    if (message['event'] === true) this.events.push({ ...message, at: performance.now() } as unknown as BaresipEvent);
    else this.#waiting.get(String(message['token']))?.(message as unknown as { ok: boolean; data: string });
  }

  /** A command of baresip's own list (`dial`, `hangup`, `accept`, `reginfo` …); gives its answer. */
  async command(command: string, params = ''): Promise<string> {
    const token = String(++this.#asked);
    const text = JSON.stringify({ command, params, token });
    const answered = new Promise<{ ok: boolean; data: string }>((resolve) => this.#waiting.set(token, resolve));
    this.#control!.write(`${Buffer.byteLength(text)}:${text},`);
    const { ok, data } = await bounded(`${command} by ${this.name}`, 5000, answered);
    this.#waiting.delete(token);
    if (!ok) throw new Error(`${this.name} refused ${command} ${params}: ${data}`);
    return data;
  }

  async dial(uri: string): Promise<void> {
    await this.command('dial', uri);
  }

  async accept(): Promise<void> {
    await this.command('accept');
  }

  async hangUp(): Promise<void> {
    await this.command('hangup');
  }

  /** Presses keys one after the other in the current call; they leave as RFC 4733 events. */
  async press(keys: string, heldMs = 100, pauseMs = 100): Promise<void> {
    const socket = createSocket('udp4');
    const released = Buffer.from([4]);
    for (const key of keys) {
      socket.send(key, CONSOLE_PORT, this.host);
      await sleep(heldMs);
      socket.send(released, CONSOLE_PORT, this.host);
      await sleep(pauseMs);
    }
    socket.close();
  }

  /** Waits for an event by its type (a regular expression over all of it), from the `after`th event on. */
  async tells(type: RegExp, withinMs: number, after = 0): Promise<BaresipEvent> {
    return await eventually(`${type} from ${this.name}`, patience(withinMs), () =>
      this.events.slice(after).find((event) => type.test(event.type)),
    );
  }

  /** Waits until an account (`USER@DOMAIN`, any by default) is registered. */
  async registered(withinMs = 10_000, account = '\\S+'): Promise<void> {
    // its log, not its events: the registration may be older than our control connection
    await this.program.prints(new RegExp(`^${account}: .*200 OK.*binding`, 'm'), patience(withinMs));
  }

  /** Calls that are up or on their way by its own events. */
  openCalls(): string[] {
    const open = new Set<string>();
    for (const { type, id } of this.events) {
      if (id === undefined) continue;
      if (type === 'CALL_CLOSED') open.delete(id);
      else if (type.startsWith('CALL_')) open.add(id);
    }
    return [...open];
  }

  /** How calls ended by its own events, oldest first: the reason as it saw it. */
  closed(): { readonly id: string; readonly reason: string; readonly at: number }[] {
    return this.events
      .filter((event) => event.type === 'CALL_CLOSED')
      .map((event) => ({ id: event.id ?? '', reason: event.param ?? '', at: event.at }));
  }

  /** WAV files of the calls so far, oldest first: what it heard or what it said. Complete after the end of a call. */
  recordings(what: 'heard' | 'said' = 'heard'): string[] {
    return readdirSync(this.#folder)
      .filter((name) => name.endsWith(what === 'heard' ? '-dec.wav' : '-enc.wav'))
      .sort()
      .map((name) => `${this.#folder}/${name}`);
  }
}
