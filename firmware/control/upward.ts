import type { Clock } from '../core/clock.ts';
import type { Log } from '../core/log.ts';
import type { Runner } from '../core/runner.ts';
import type { AuditReply } from '../engine-protocol/messages.ts';
import type { Fact } from './facts.ts';
import type { CallRecords } from './records/call-records.ts';
import { type Alarms, alarmsAfter } from './status/alarm.ts';
import { factLevel, factWords } from './status/fact-words.ts';
import { emptyStatus, type LiveStatus, statusAfter } from './status/snapshot.ts';
import type { StatusFile } from './status/status-file.ts';
import type { Trunks } from './trunk/trunks.ts';

export type UpwardOptions = {
  readonly runner: Runner;
  readonly clock: Clock;
  readonly log: Log;
  readonly records: CallRecords;
  readonly trunks: Trunks;
  readonly file: StatusFile;
};

/** Carries facts to whoever folds them: records, trunks, live status, alarms, and the log. */
export class Upward {
  readonly #options: UpwardOptions;
  #live: LiveStatus = emptyStatus;
  #alarms: Alarms = {};
  #audit: Pick<AuditReply, 'contexts' | 'lines'> = { contexts: [], lines: [] };

  constructor(options: UpwardOptions) {
    this.#options = options;
    options.runner.onFact((fact) => this.#fold(fact as Fact));
  }

  /** States that a line is in or out of service, if that is news. */
  port(line: string, inService: boolean, cause: string): void {
    const known = this.#live.ports[line];
    if (known ? known.inService === inService : inService) return;
    this.#state({ fact: inService ? 'portIn' : 'portOut', line, cause });
  }

  engineLost(why: string): void {
    this.#state({ fact: 'engineLost', why });
  }

  /** The engine is connected; news only if it was lost before. */
  engineBack(): void {
    if (this.#live.engine === 'lost') this.#state({ fact: 'engineBack', why: 'connected' });
  }

  /** What the engine said of its contexts and lines just now. */
  audited(audit: AuditReply): void {
    this.#audit = audit;
    this.#write();
  }

  #state(fact: Fact): void {
    this.#options.runner.cascade(() => this.#options.runner.fact(fact));
  }

  #fold(fact: Fact): void {
    const { records, trunks, clock, log, runner } = this.#options;
    records.fold(fact);
    trunks.fold(fact);
    this.#live = statusAfter(this.#live, fact);
    this.#alarms = alarmsAfter(this.#alarms, fact, clock.wall());
    log[factLevel(fact)](fact, factWords(fact));
    runner.outward(() => this.#write());
  }

  #write(): void {
    const { runner, trunks, file } = this.#options;
    file.write({
      ...this.#live,
      calls: Object.values(this.#live.calls),
      trunks: trunks.snapshot(),
      registrations: trunks.registrations(),
      alarms: Object.values(this.#alarms),
      legs: [...runner.ids()].filter((id) => id.startsWith('leg/')),
      audit: this.#audit,
    });
  }
}
