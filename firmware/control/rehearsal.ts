import { createHash, randomBytes } from 'node:crypto';
import { join } from 'node:path';
import type { Configuration } from '../config/schema.ts';
import type { Clock } from '../core/clock.ts';
import { wordsOf } from '../core/error.ts';
import type { Log } from '../core/log.ts';
import { after } from '../core/machine.ts';
import type { Runner } from '../core/runner.ts';
import { DurableFile } from '../store/durable-file.ts';
import type { Journal } from '../store/journal.ts';
import type { Fact } from './facts.ts';
import type { EndableTestCalls } from './ivr/test-call.ts';
import type { DigestState, DigestTime } from './operation/digest.ts';
import { Digests } from './operation/digests.ts';
import { DrillShelf } from './operation/drill-shelf.ts';
import { Drills } from './operation/drills.ts';
import { InboundProof, type Incoming } from './operation/inbound-proof.ts';
import { ProofWatch } from './operation/proof-watch.ts';
import { drillDue, hourOf, localDay } from './operation/rehearsal-calendar.ts';
import type { CallRecord } from './records/call-record-machine.ts';
import { Figures } from './records/figures.ts';
import type { PlanResult } from './routing/plan.ts';
import { Notices } from './system/notices.ts';
import { timeIsKnown } from './system/time-known.ts';
import type { Trunks } from './trunk/trunks.ts';
import type { Upward } from './upward.ts';

export type RehearsalOptions = {
  readonly data: string;
  readonly build: string;
  readonly runner: Runner;
  readonly clock: Clock;
  readonly log: Log;
  readonly journal: Journal<CallRecord>;
  /** States that the plane before us left. */
  readonly before: ReadonlyMap<string, unknown>;
  readonly configuration: () => Configuration;
  readonly emergency: () => readonly string[];
  readonly trunks: Trunks;
  readonly testCalls: EndableTestCalls;
  /** No new request leaves over this trunk. */
  readonly silence: (trunk: string, on: boolean) => void;
  /** The first softswitch is (not) the one that takes calls. */
  readonly backup: (on: boolean) => void;
};

/** Records of which figures are made at the start: some months of an office, read in a moment. */
const MOST_RECORDS = 2_000;
const LOOK_MS = 20_000;
const OVERDUE_LOOK_MS = 3_600_000;

/** What the box does to prove itself, and how the office hears of what is wrong: makes these rooms and looks at the calendar. */
export class Rehearsal {
  readonly drills: Drills;
  readonly proof: InboundProof;
  readonly figures = new Figures();
  readonly #options: RehearsalOptions;
  readonly #shelf: DrillShelf;
  readonly #notices: Notices;
  readonly #digests: Digests;
  readonly #proofs: ProofWatch;
  #upward: Upward | undefined;
  #backup = false;
  #cancels: (() => void)[] = [];
  #drillRefusedIn = '';

  constructor(options: RehearsalOptions) {
    const { data, runner, clock, log, build, testCalls, silence, trunks, before, configuration, emergency } = options;
    this.#options = options;
    this.#shelf = new DrillShelf(join(data, 'drills'), log);
    const box = () => ({ name: configuration().system.name, build });
    const shelf = this.#shelf;
    const dialled = () => this.#calls().map((call) => call.dialled);
    const shown = () => trunks.shown();
    this.drills = new Drills({
      ...{ runner, clock, log, shelf, testCalls, silence, trunks: shown, box, emergency, dialled },
      testNumber: () => configuration().drill.testNumber,
      sure: () => timeIsKnown(clock.wall()),
    });
    this.proof = new InboundProof({
      ...{ runner, clock, testCalls, emergency },
      dids: () => configuration().dids,
      ways: () => waysOut(trunks),
      ownNumbers: () => ownNumbers(configuration()),
      inward: () => inwardOf(configuration()),
      keep: (sheet, inward) => shelf.keepProof(sheet, inward),
      token: () => randomBytes(16).toString('hex'),
    });
    this.#proofs = new ProofWatch({
      ...{ clock, log, shelf, proof: this.proof },
      settings: () => configuration().drill,
      inward: () => inwardOf(configuration()),
      numbers: () => configuration().dids.length,
      ways: () => waysOut(trunks).length,
      calls: () => this.#calls().length,
      isBusy: () => this.drills.running,
    });
    const settings = () => configuration().notice;
    this.#notices = new Notices({
      ...{ runner, clock, log, before, settings, box: () => configuration().system.name },
      onNews: (notice) => this.#digests.noted(notice),
    });
    this.#digests = this.#makeDigests();
  }

  #makeDigests(): Digests {
    const { data, runner, clock, log, before, journal, configuration } = this.#options;
    return new Digests({
      ...{ runner, clock, log, before },
      file: new DurableFile<DigestState>(join(data, 'digest.json'), ({ path, why }) =>
        log.error({ path }, `what the next digest was to tell was damaged: ${why}`),
      ),
      now: () => ({ ms: clock.wall(), sure: timeIsKnown(clock.wall()) }),
      time: () => digestTime(configuration().notice),
      records: async (count) => (await journal.last(count)).map(({ record }) => record),
      standing: () => (this.#upward?.alarms() ?? []).map(({ text }) => text),
      tell: (notice) => this.#notices.tell(notice),
      waits: () => this.#notices.waits('digest'),
    });
  }

  /** Sheets newest first, and the last proof of our numbers. */
  get kept(): Pick<DrillShelf, 'sheets' | 'proof'> {
    return this.#shelf;
  }

  /** What alarms may be about. */
  get named(): { readonly dids: readonly string[]; readonly noticeWays: readonly string[] } {
    const { dids, notice } = this.#options.configuration();
    const ways = [notice.mailTo === '' ? [] : ['mail'], notice.webhook === '' ? [] : ['webhook']];
    return { dids: dids.map(({ id }) => id), noticeWays: ways.flat() };
  }

  /** Reads what is kept, ends what was cut off, and begins to look at alarms and calendar. */
  async open(upward: Upward): Promise<void> {
    this.#upward = upward;
    for (const { record } of await this.#options.journal.last(MOST_RECORDS)) this.figures.add(record);
    await this.drills.open(this.#options.before);
    await this.#digests.open();
    upward.onChange(() => {
      this.#look();
      this.#proofs.noteCalls();
    });
    this.#look();
    this.#every(LOOK_MS, () => this.#lookAtCalendar());
    this.#every(LOOK_MS, () => void this.#digests.look());
    this.#proofs.open();
    this.#every(OVERDUE_LOOK_MS, () => this.drills.lookForOverdue());
  }

  /** A drill that is under way ends; the softswitch is free. */
  close(): void {
    this.drills.stop('the gateway was stopped');
    this.#proofs.close();
    for (const cancel of this.#cancels) cancel();
  }

  /** Takes the next fact; to be called for every fact. */
  fold(fact: Fact): void {
    this.drills.fold(fact);
    if (fact.fact !== 'configured') return;
    this.#proofs.configured();
    if (this.#upward === undefined) return;
    this.#options.runner.outward(() => {
      this.drills.lookForOverdue();
      void this.#digests.look();
    });
  }

  /** A call that comes in and is one of our own proofs is refused before anybody is rung; undefined: it is none. */
  planOf(offer: Incoming): PlanResult | undefined {
    if (!this.proof.recognises(offer)) {
      this.proof.giveWay(offer);
      return undefined;
    }
    const why = 'the box called its own number to see whether it arrives';
    return { is: 'refused', cause: 'declined', reasons: [{ what: offer.did ?? offer.dialled, why }] };
  }

  #calls() {
    return this.#upward?.view().calls ?? [];
  }

  #look(): void {
    this.#notices.look(this.#upward?.alarms() ?? []);
    const [first] = [...this.#options.trunks.shown()].sort((one, other) => one.priority - other.priority);
    const isOut = first !== undefined && (['down', 'held'].includes(first.health) || first.blocked !== undefined);
    const backup = isOut && this.#options.configuration().notice.backupTone;
    if (backup === this.#backup) return;
    this.#backup = backup;
    this.#options.backup(backup);
  }

  #lookAtCalendar(): void {
    const { clock, configuration, trunks } = this.#options;
    const settings = configuration().drill;
    const [last] = this.#shelf.sheets.filter(({ by }) => by === CALENDAR);
    const begun = { drill: last ? localDay(last.at).day : '', refusedIn: this.#drillRefusedIn };
    const isIdle = this.#calls().length === 0 && !this.drills.running && !this.proof.running;
    const isUp = trunks.shown().some(({ health }) => health === 'up');
    if (drillDue(localDay(clock.wall()), settings, begun, isIdle && isUp)) this.#drill(settings);
  }

  #drill({ testNumber, blockS }: Configuration['drill']): void {
    const ask = { by: CALENDAR, trunk: '', blockMs: blockS * 1000, number: testNumber };
    this.drills.start(ask).catch((error: unknown) => {
      this.#drillRefusedIn = hourOf(localDay(this.#options.clock.wall()));
      this.#options.log.warn({ why: wordsOf(error) }, 'the monthly drill could not be made; it is tried again');
    });
  }

  #every(ms: number, work: () => void): void {
    const { clock } = this.#options;
    const slot = this.#cancels.length;
    const again = (): void => {
      this.#cancels[slot] = clock.at(after(clock.now(), ms), () => {
        again();
        work();
      });
    };
    again();
  }
}

/** Undefined: nobody wants a digest. */
const digestTime = ({ digestAt, digestZone }: Configuration['notice']): DigestTime | undefined =>
  digestAt === ''
    ? undefined
    : { at: digestAt, zone: digestZone === '' ? new Intl.DateTimeFormat().resolvedOptions().timeZone : digestZone };

const CALENDAR = 'calendar';

/** Ways out that work now; the last by priority first, as calls come in by the first. */
const waysOut = (trunks: Trunks): readonly string[] => {
  const up = trunks.snapshot().filter(({ health, blocked }) => health === 'up' && blocked === undefined);
  const softswitches = up.filter(({ kind }) => kind === 'trunk').sort((one, other) => other.priority - one.priority);
  const lines = up.filter(({ kind }) => kind === 'line');
  return (softswitches.length > 1 ? [...softswitches, ...lines] : [...lines, ...softswitches]).map(({ id }) => id);
};

const ownNumbers = ({ accounts, dids }: Configuration): readonly string[] => [
  ...accounts.map(({ user }) => user),
  ...dids.map(({ number }) => number),
];

/** All that brings calls in, as one word; passwords change nothing in where a number leads. */
const inwardOf = ({ trunks, groups, accounts, lines, routes, dids, numberPools }: Configuration): string => {
  const all = { trunks, groups, accounts, lines, routes, dids, numberPools };
  const text = JSON.stringify(all, (key, value: unknown) => (key === 'password' ? undefined : value));
  return createHash('sha256').update(text).digest('hex').slice(0, 16);
};
