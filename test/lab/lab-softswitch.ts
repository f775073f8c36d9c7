import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { LabView } from '../../firmware/control/api/wire.ts';
import type { Algorithm } from '../fake/softswitch/digest.ts';
import type { Command } from '../fake/softswitch/main.ts';
import type { SoftswitchView } from '../fake/softswitch/softswitch.ts';

export type LabSoftswitchOptions = {
  /** The id of the gateway's trunk that leads to it. */
  readonly id: string;
  readonly host: string;
  readonly port: number;
  readonly algorithm: Algorithm;
  readonly rtpFirst: number;
  readonly rtpLast: number;
  /** Settings of the gateway, whose accounts are its users. */
  readonly accounts: string;
  readonly callLog: string;
};

type Told =
  | { readonly is: 'open' }
  | { readonly is: 'failed'; readonly code: string; readonly message: string }
  | ({ readonly is: 'view' } & SoftswitchView);

const STOP_WAIT_MS = 1000;
const nobody: SoftswitchView = { bindings: 0, calls: 0, refuses: false };

/** Beside the bundle of the lab stands that of the softswitch; from sources both run by the same loader. */
const program = (): string[] => {
  const bundle = fileURLToPath(new URL('./softswitch.js', import.meta.url));
  const source = fileURLToPath(new URL('../fake/softswitch/main.ts', import.meta.url));
  return [...process.execArgv, existsSync(bundle) ? bundle : source];
};

/** It dies with the lab, frozen or not: a frozen process cannot notice that its channel was closed. */
const diesWithUs = (): string[] =>
  existsSync('/usr/bin/setpriv') ? ['/usr/bin/setpriv', '--pdeathsig', 'KILL', process.execPath] : [process.execPath];

const sentence = ({ id, host, port }: LabSoftswitchOptions, code: string, message: string): string => {
  if (code === 'EADDRINUSE')
    return `Port ${port} of ${host} is taken: perhaps the lab runs already in another shell. End it, or give softswitch ${id} another place: --${id} ${host}:${port + 100}`;
  if (code === 'EADDRNOTAVAIL') return `${host} is no address of this machine: softswitch ${id} cannot listen there.`;
  return `Softswitch ${id} cannot listen at ${host}:${port}: ${message}`;
};

/** One softswitch of the lab as a process that is started, frozen, thawed and stopped by its id. */
export class LabSoftswitch {
  readonly options: LabSoftswitchOptions;
  readonly #onChange: () => void;
  #child: ChildProcess | undefined;
  #frozen = false;
  #seen = nobody;

  constructor(options: LabSoftswitchOptions, onChange: () => void) {
    this.options = options;
    this.#onChange = onChange;
  }

  get pid(): number | undefined {
    return this.#child?.pid;
  }

  /** What is known of it now; it is not asked, since a frozen one would not answer. */
  get view(): LabView['softswitches'][number] {
    const { id, host, port } = this.options;
    const { bindings, calls, refuses } = this.#seen;
    const is = this.#child === undefined ? 'stopped' : this.#frozen ? 'frozen' : refuses ? 'refuses' : 'runs';
    return { id, address: `${host}:${port}`, is, bindings, calls };
  }

  /** Starts it empty, as after a loss of power; an Error says in a sentence why it could not be. */
  async start(): Promise<void> {
    if (this.#child !== undefined) return;
    const { id, host, port, algorithm, rtpFirst, rtpLast, accounts, callLog } = this.options;
    const words = [
      ...['--name', id, '--host', host, '--port', String(port), '--accounts', accounts],
      ...[
        '--algorithm',
        algorithm,
        '--rtp-first',
        String(rtpFirst),
        '--rtp-last',
        String(rtpLast),
        '--call-log',
        callLog,
      ],
    ];
    const [command = '', ...before] = diesWithUs();
    const stdio = ['ignore', 'inherit', 'inherit', 'ipc'] as const;
    const child = spawn(command, [...before, ...program(), ...words], { stdio: [...stdio] });
    this.#child = child;
    await new Promise<void>((resolve, reject) => {
      child.on('message', (told: Told) => {
        if (told.is === 'open') resolve();
        else if (told.is === 'failed') reject(new Error(sentence(this.options, told.code, told.message)));
        else this.#heard(told);
      });
      child.once('error', reject);
      child.once('exit', () => {
        reject(new Error(`Softswitch ${id} ended as it started.`));
        this.#gone(child);
      });
    });
    this.#onChange();
  }

  #heard({ bindings, calls, refuses }: SoftswitchView): void {
    this.#seen = { bindings, calls, refuses };
    this.#onChange();
  }

  #gone(child: ChildProcess): void {
    if (child !== this.#child) return;
    this.#child = undefined;
    this.#frozen = false;
    this.#seen = nobody;
    this.#onChange();
  }

  /** Stops all its work in the middle of whatever it does; the system goes on taking packets for it. */
  freeze(): void {
    if (this.#child === undefined) return;
    this.#frozen = true;
    this.#child.kill('SIGSTOP');
  }

  thaw(): void {
    this.#frozen = false;
    this.#child?.kill('SIGCONT');
  }

  /** Ends it; its bindings and calls are forgotten. Resolves when it is gone. */
  async stop(): Promise<void> {
    const child = this.#child;
    if (child === undefined) return;
    const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()));
    // a frozen one would first answer whatever has piled up
    child.kill(this.#frozen ? 'SIGKILL' : 'SIGTERM');
    const late = setTimeout(() => child.kill('SIGKILL'), STOP_WAIT_MS);
    await gone;
    clearTimeout(late);
  }

  refuse(): void {
    this.#command({ do: 'refuse' });
    this.#seen = { ...this.#seen, refuses: true };
  }

  accept(): void {
    this.#command({ do: 'accept' });
    this.#seen = { ...this.#seen, refuses: false };
  }

  #command(command: Command): void {
    if (this.#child?.connected) this.#child.send(command);
  }
}
