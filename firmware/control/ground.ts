import { join } from 'node:path';
import type { DriverSettings } from '../config/check.ts';
import type { Clock } from '../core/clock.ts';
import type { Log } from '../core/log.ts';
import { Runner } from '../core/runner.ts';
import { type CountryProfile, loadProfile } from '../profiles/profile.ts';
import { type Adoption, AdoptionLog, readAdoption } from '../store/adoption-log.ts';
import { Journal } from '../store/journal.ts';
import { ConfigurationDocument } from './configuration/document.ts';
import type { Ledger } from './ledger/ledger.ts';
import type { CallRecord } from './records/call-record-machine.ts';
import { openLedger } from './remembered.ts';

export type GroundOptions = {
  /** Folder of what is kept over restarts. */
  readonly data: string;
  /** Folder in memory: adoption file, status. */
  readonly run: string;
  readonly drivers: DriverSettings;
  readonly clock: Clock;
  readonly log: Log;
  /** Settings to begin with where none are stored. */
  readonly seed?: () => unknown;
};

/** What must be read before rooms can be made. */
export type Ground = {
  readonly runner: Runner;
  readonly document: ConfigurationDocument;
  readonly journal: Journal<CallRecord>;
  readonly adoption: Adoption;
  readonly sink: AdoptionLog;
  readonly profile: CountryProfile;
  /** What routing remembers of calls before. */
  readonly ledger: Ledger;
  /** Who is told of damaged files: of those that were found already, and of all that come. */
  readonly onDamage: (tell: (why: string) => void) => void;
};

/** Reads settings, records and what a plane before this one has left. */
export const readGround = async ({ data, run, clock, log, drivers, seed }: GroundOptions): Promise<Ground> => {
  const path = join(run, 'adoption.ndjson');
  const adoption = readAdoption(path);
  const sink = new AdoptionLog(path, adoption);
  const runner = new Runner(clock, log, sink);
  const found: string[] = [];
  let tellDamage = (why: string): void => void found.push(why);
  const document = await ConfigurationDocument.open({
    folder: join(data, 'configuration'),
    drivers,
    clock,
    alarm: (text) => {
      log.error({ alarm: 'store' }, text);
      if (text.startsWith('store-damaged')) tellDamage(text);
    },
    onFact: (fact) => runner.cascade(() => runner.fact(fact)),
    ...(seed === undefined ? {} : { seed }),
  });
  const folder = join(data, 'records');
  const journal = await Journal.open<CallRecord>({ folder, name: 'calls', clock, sync: 'each' });
  const profile = await loadProfile(document.configuration.system.country);
  const onDamage: Ground['onDamage'] = (tell) => {
    tellDamage = tell;
    for (const why of found) tell(why);
  };
  const configuration = () => document.configuration;
  const damaged = (why: string) => tellDamage(why);
  const ledger = await openLedger({ data, clock, log, runner, configuration, damaged });
  return { runner, document, journal, adoption, sink, profile, ledger, onDamage };
};
