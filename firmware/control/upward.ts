import type { Clock } from '../core/clock.ts';
import { keepState } from '../core/kept-state.ts';
import type { Log } from '../core/log.ts';
import { after, type Instant } from '../core/machine.ts';
import type { Runner } from '../core/runner.ts';
import type { AuditReply, Notify } from '../engine-protocol/messages.ts';
import type { Fact } from './facts.ts';
import type { CallRecords, GoesOn } from './records/call-records.ts';
import { type Alarm, type Alarms, alarmsAbout, alarmsAfter, type Known } from './status/alarm.ts';
import { ALARMS, carriedAlarms, keptOf, toConfirm } from './status/carried-alarms.ts';
import { factLevel, factWords } from './status/fact-words.ts';
import { portsAfter } from './status/port-state.ts';
import { emptyStatus, type LiveStatus, statusAbout, statusAfter, statusWithCall } from './status/snapshot.ts';
import type { StatusFile } from './status/status-file.ts';
import { statusView, type ViewLine } from './status/status-view.ts';
import type { StatusView, TrunkView } from './status/view.ts';
import type { Trunks } from './trunk/trunks.ts';

export type UpwardOptions = {
  readonly runner: Runner;
  readonly clock: Clock;
  readonly log: Log;
  readonly records: CallRecords;
  readonly trunks: Trunks;
  readonly file: StatusFile;
  /** Name of the box and its lines, from the settings that run. */
  readonly shown: () => { readonly name: string; readonly lines: readonly ViewLine[] };
  readonly build: string;
  /** States that a plane before us left; its alarms still stand. */
  readonly before?: ReadonlyMap<string, unknown>;
  /** How the calls over each trunk went. */
  readonly figures?: (trunk: string) => TrunkView['figures'];
  /** Numbers of ours, and ways by which the office is told. */
  readonly named?: () => Pick<Known, 'dids' | 'noticeWays'>;
  /** The scenario that is switched on. */
  readonly scenario?: () => StatusView['scenario'];
  /** Who else takes each fact. */
  readonly fold: (fact: Fact) => void;
};

/** A new plane has looked at everything by then: each softswitch, registration and line. */
const LOOKED_AT_MS = 90_000;

/** Carries facts to whoever folds them: records, trunks, live status, alarms, and the log. */
export class Upward {
  readonly #options: UpwardOptions;
  readonly #listeners = new Set<() => void>();
  readonly #began: Instant;
  #live: LiveStatus = emptyStatus;
  #alarms: Alarms;
  /** Alarms of the plane before us that have not been raised again yet. */
  #unconfirmed: Set<string>;
  #cancelConfirm: () => void = () => {};
  #audit: Pick<AuditReply, 'contexts' | 'lines'> = { contexts: [], lines: [] };

  constructor(options: UpwardOptions) {
    this.#options = options;
    this.#began = options.clock.now();
    this.#alarms = carriedAlarms(options.before ?? new Map());
    this.#unconfirmed = new Set(toConfirm(this.#alarms));
    keepState(options.runner, ALARMS, keptOf(this.#alarms));
    options.runner.onFact((fact) => this.#fold(fact as Fact));
  }

  /** Lines are in service: from here on it is seen what is still wrong, and what has ended while no plane looked. */
  settle(): void {
    if (this.#unconfirmed.size === 0) return;
    const { clock } = this.#options;
    this.#cancelConfirm();
    this.#cancelConfirm = clock.at(after(clock.now(), LOOKED_AT_MS), () => this.#endUnconfirmed());
  }

  close(): void {
    this.#cancelConfirm();
  }

  #endUnconfirmed(): void {
    const { runner } = this.#options;
    const left = this.#unconfirmed;
    this.#unconfirmed = new Set();
    const stands = ({ id }: Alarm): boolean => !left.has(id) || runner.has(id.slice('longCall/'.length));
    runner.cascade(() => {
      this.#raised(Object.fromEntries(Object.entries(this.#alarms).filter(([, alarm]) => stands(alarm))));
      runner.outward(() => this.#changed());
    });
  }

  /** These alarms stand from here on; a plane after us finds them. */
  #raised(alarms: Alarms): void {
    if (alarms === this.#alarms) return;
    for (const id of this.#unconfirmed) if (alarms[id] !== this.#alarms[id]) this.#unconfirmed.delete(id);
    this.#alarms = alarms;
    keepState(this.#options.runner, ALARMS, keptOf(alarms));
  }

  /** States that a line is in or out of service, if that is news. */
  port(line: string, inService: boolean, cause: string): void {
    const told = this.#live.ports[line]?.inService;
    // that it still is out of service is news of this plane: the alarm of the one before us waits for it
    const isNews = told === undefined ? !inService || `lineOut/${line}` in this.#alarms : told !== inService;
    if (!isNews) return;
    this.state({ fact: inService ? 'portIn' : 'portOut', line, cause });
  }

  /** This call goes on from before this plane began: it is shown as its record has it. */
  goesOn({ call, record }: GoesOn): void {
    const { from, dialled, at: since, attempts } = record;
    const rings = record.alertedAfterMs !== undefined;
    const talks = record.answeredAfterMs !== undefined;
    const up = attempts.filter(({ cause }) => cause === (talks ? 'answered' : undefined));
    const ways = up.map(({ attempt, target }) => ({ attempt, target, rings: rings && !talks }));
    const is = talks ? 'talking' : rings ? 'alerting' : 'calling';
    this.#live = statusWithCall(this.#live, call, { from, dialled, since, is, ways });
    this.#options.runner.outward(() => this.#changed());
  }

  engineLost(why: string): void {
    this.state({ fact: 'engineLost', why });
  }

  /** The engine is connected; news only if it was lost before. */
  engineBack(): void {
    if (this.#live.engine === 'lost') this.state({ fact: 'engineBack', why: 'connected' });
  }

  /** What the engine said of its contexts and lines just now. */
  audited(audit: AuditReply): void {
    this.#audit = audit;
    this.#changed();
  }

  /** A hook or ring event is seen at once: the next audit is up to a second away. */
  heard({ termination, event }: Pick<Notify, 'termination' | 'event'>): void {
    const lines = portsAfter(this.#audit.lines, termination, event.is) as AuditReply['lines'];
    if (lines === this.#audit.lines) return;
    this.#audit = { ...this.#audit, lines };
    this.#options.runner.outward(() => this.#changed());
  }

  /** What is, as a person sees it. */
  view(): StatusView {
    const { clock, trunks, shown, build, figures, scenario: scenarioNow } = this.#options;
    const { name, lines } = shown();
    const scenario = scenarioNow?.();
    return statusView({
      at: clock.wall(),
      box: { name, build, upS: Math.floor((clock.now() - this.#began) / 1000) },
      live: this.#live,
      lines,
      ports: this.#audit.lines,
      trunks: trunks.shown(),
      registrations: this.#registrations(),
      alarms: this.alarms(),
      ...(figures === undefined ? {} : { figures }),
      ...(scenario === undefined ? {} : { scenario }),
    });
  }

  /** Without those that settings have taken out and that are being let go. */
  #registrations(): ReturnType<Trunks['registrations']> {
    return this.#options.trunks.registrations().filter(({ is }) => is !== 'off' && is !== 'unbinding');
  }

  alarms(): readonly Alarm[] {
    return Object.values(this.#alarms);
  }

  /** Told when the view may have changed; returns how to stop it. A listener that throws is logged. */
  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** States a fact of its own, in a cascade of its own unless one is running. */
  state(fact: Fact): void {
    this.#options.runner.cascade(() => this.#options.runner.fact(fact));
  }

  #fold(fact: Fact): void {
    const { records, trunks, clock, log, runner } = this.#options;
    records.fold(fact);
    trunks.fold(fact);
    this.#options.fold(fact);
    const wall = clock.wall();
    this.#live = statusAfter(this.#live, fact, wall);
    this.#raised(alarmsAfter(this.#alarms, fact, wall));
    if (fact.fact === 'configured') this.#forget();
    log[factLevel(fact)](fact, factWords(fact));
    runner.outward(() => this.#changed());
  }

  /** Nothing is said any more of what settings have taken out. */
  #forget(): void {
    const known = this.#known();
    const { lines: ports, phones: mailboxes } = known;
    this.#live = statusAbout(this.#live, { ...known, ports, mailboxes });
    this.#raised(alarmsAbout(this.#alarms, known));
  }

  #known(): Known {
    const { trunks, shown, named } = this.#options;
    const { lines } = shown();
    return {
      ...(named?.() ?? { dids: [], noticeWays: [] }),
      trunks: trunks.shown().map(({ id }) => id),
      registrations: this.#registrations().map(({ trunk, account }) => `${trunk}/${account}`),
      lines: lines.flatMap(({ line, enabled }) => (enabled ? [line] : [])),
      phones: lines.flatMap(({ line, kind }) => (kind === 'fxs' ? [line] : [])),
    };
  }

  #changed(): void {
    this.#write();
    for (const listener of this.#listeners) {
      try {
        listener();
      } catch (error) {
        this.#options.log.error({ err: error }, 'whoever watches the status threw');
      }
    }
  }

  #write(): void {
    const { runner, trunks, file } = this.#options;
    file.write({
      ...this.#live,
      calls: Object.values(this.#live.calls),
      trunks: trunks.snapshot(),
      registrations: trunks.registrations(),
      alarms: this.alarms(),
      legs: [...runner.ids()].filter((id) => id.startsWith('leg/')),
      audit: this.#audit,
    });
  }
}
