import { existsSync, readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { LabAct, LabView } from '../../firmware/control/api/wire.ts';
import type { GatewayConfiguration } from './configuration.ts';
import { bundles } from './gateway.ts';
import type { Program } from './program.ts';
import type { Site } from './site.ts';
import { bounded, eventually } from './wait.ts';

const settingsPath = fileURLToPath(new URL('../lab/lab.json', import.meta.url));

/** A line of a lab softswitch's own record; `at` is CLOCK_MONOTONIC in milliseconds. */
export type LabCallEvent = {
  readonly at: number;
  readonly event: 'begins' | 'rings' | 'answered' | 'acknowledged' | 'reinvited' | 'ended';
  readonly callId: string;
  readonly [field: string]: unknown;
};

/** CLOCK_MONOTONIC in milliseconds, as the softswitches write it. */
export const monotonicMs = (): number => Number(process.hrtime.bigint()) / 1e6;

/** The lab of `npm start` as a program: two softswitches at 127.0.0.1, driven through its socket. */
export class Lab {
  readonly program: Program;
  readonly run: string;

  private constructor(site: Site, words: readonly string[], name: string) {
    this.run = site.folder(name);
    const command = [join(bundles, 'lab.js'), '--run', this.run, '--settings', settingsPath, ...words];
    this.program = site.start(name, process.execPath, command);
  }

  static async start(site: Site, words: readonly string[] = [], name = 'lab'): Promise<Lab> {
    const lab = new Lab(site, words, name);
    // its socket has a name a moment before anybody listens
    const answers = () =>
      lab.view().then(
        () => true,
        () => false,
      );
    await eventually('the lab', 10_000, async () => !lab.program.running || (await answers()));
    if (!lab.program.running) throw new Error(`the ${name} did not start:\n${lab.program.tail()}`);
    return lab;
  }

  /** The settings that lead a gateway to it. */
  static settings(): GatewayConfiguration {
    return JSON.parse(readFileSync(settingsPath, 'utf8'));
  }

  /** Process ids of its softswitches. */
  softswitchPids(): number[] {
    const { pid } = this.program;
    return readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ').map(Number);
  }

  get socket(): string {
    return join(this.run, 'lab.sock');
  }

  /** Sends a line as it is and gives the line that answers it. */
  async ask(line: string): Promise<LabView | { readonly error: string }> {
    const socket = connect(this.socket);
    try {
      const answer = new Promise<string>((resolve, reject) => {
        let text = '';
        socket.setEncoding('utf8');
        socket.on('data', (chunk) => {
          text += chunk;
          if (text.endsWith('\n')) resolve(text);
        });
        socket.once('error', reject);
      });
      socket.write(`${line}\n`);
      return JSON.parse(await bounded('the lab’s answer', 3000, answer));
    } finally {
      socket.destroy();
    }
  }

  async view(): Promise<LabView> {
    return (await this.ask('{"do":"view"}')) as LabView;
  }

  async act(softswitch: string, does: LabAct['does']): Promise<LabView> {
    const answer = await this.ask(JSON.stringify({ do: 'act', softswitch, does }));
    if ('error' in answer) throw new Error(answer.error);
    return answer;
  }

  /** What a softswitch has written of its calls, oldest first. */
  calls(softswitch: 'a' | 'b'): LabCallEvent[] {
    const path = join(this.run, `softswitch-${softswitch}.ndjson`);
    if (!existsSync(path)) return [];
    const lines = readFileSync(path, 'utf8').split('\n');
    return lines.filter((line) => line !== '').map((line) => JSON.parse(line) as LabCallEvent);
  }

  /** Waits for something that a softswitch writes after `since`. */
  async tells(
    softswitch: 'a' | 'b',
    event: LabCallEvent['event'],
    since: number,
    withinMs: number,
  ): Promise<LabCallEvent> {
    return await eventually(`"${event}" from softswitch ${softswitch}`, withinMs, () =>
      this.calls(softswitch).find((each) => each.event === event && each.at >= since),
    );
  }
}
