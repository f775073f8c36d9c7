import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import type { Program } from './program.ts';
import type { Site } from './site.ts';
import { bounded } from './wait.ts';

export type SippOptions = {
  readonly name: string;
  /** Path of a scenario file, or its XML text (beginning with `<`). */
  readonly scenario: string;
  readonly host: string;
  readonly port?: number;
  /** First RTP port; each parallel SIPp needs its own. */
  readonly mediaPort?: number;
  /** `HOST:PORT` of the peer; left out for a scenario that waits for calls. */
  readonly target?: string;
  readonly transport?: 'udp' | 'tcp';
  /** The scenario ends after so many calls. */
  readonly calls: number;
  readonly withinMs: number;
  /** Further words of its command line, such as `-s 201 -au 201 -ap secret -rtp_echo`. */
  readonly words?: readonly string[];
};

export type SippResult = { readonly successful: number; readonly failed: number; readonly exitCode: number | null };

/** The last row of SIPp's statistics file, by column name. */
const lastRow = (path: string): Record<string, string> => {
  if (!existsSync(path)) return {};
  const rows = readFileSync(path, 'utf8').trim().split('\n');
  const names = rows[0]?.split(';') ?? [];
  const values = rows.at(-1)?.split(';') ?? [];
  return Object.fromEntries(names.map((name, i) => [name, values[i] ?? '']));
};

/** One run of SIPp with a scenario, bounded in calls and time. */
export class Sipp {
  readonly program: Program;
  readonly #statistics: string;
  readonly #options: SippOptions;

  constructor(site: Site, options: SippOptions) {
    this.#options = options;
    this.#statistics = site.path(options.name, 'statistics.csv');
    let scenario = options.scenario;
    if (scenario.startsWith('<')) {
      scenario = site.path(options.name, 'scenario.xml');
      writeFileSync(scenario, options.scenario);
    }
    const seconds = Math.ceil(options.withinMs / 1000);
    this.program = site.start(
      options.name,
      'sipp',
      [
        ...(options.target === undefined ? [] : [options.target]),
        ...['-sf', scenario, '-i', options.host, '-p', String(options.port ?? 5060)],
        ...['-mi', options.host, '-mp', String(options.mediaPort ?? 26000), '-m', String(options.calls)],
        ...['-t', options.transport === 'tcp' ? 't1' : 'u1', '-timeout', `${seconds}s`, '-timeout_error', '-nostdin'],
        ...['-trace_stat', '-stf', this.#statistics, '-fd', '1', '-trace_err'],
        ...['-error_file', site.path(options.name, 'errors'), ...(options.words ?? [])],
      ],
      { directory: site.folder(options.name), environment: { TERM: 'dumb' } },
    );
  }

  /** Waits for the end of the scenario. Exit code 0 says that every call went as the scenario says. */
  async done(): Promise<SippResult> {
    const ending = await bounded(this.#options.name, this.#options.withinMs + 5000, this.program.ended);
    const row = lastRow(this.#statistics);
    return {
      successful: Number(row['SuccessfulCall(C)'] ?? 0),
      failed: Number(row['FailedCall(C)'] ?? 0),
      exitCode: ending.code,
    };
  }
}
