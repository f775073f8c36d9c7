import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Clock } from '../../core/clock.ts';
import { wordsOf } from '../../core/error.ts';
import type { Log } from '../../core/log.ts';
import { after } from '../../core/machine.ts';
import { type Damage, DurableFile } from '../../store/durable-file.ts';
import { type Files, systemFiles } from '../../store/file-primitives.ts';
import type { CallId, Fact, Party } from '../facts.ts';
import type { RoutingMemory, WallTime } from '../routing/question.ts';
import { type Book, freshBook, locksCodes, onDay, withCounted } from './book.ts';
import { type CallUp, numbersInUse, spentNow } from './calls-up.ts';
import { folded, freshPages, type Pages } from './fold.ts';

export type LedgerOptions = {
  /** Where its file is kept. */
  readonly folder: string;
  readonly clock: Clock;
  readonly log: Log;
  readonly onDamage: (damage: Damage) => void;
  readonly wallTime: () => WallTime;
  /** The day of the box at this wall time in ms, such as 2027-12-24. */
  readonly dayOf: (ms: number) => string;
  /** `tollGuard.suddenCalls` of the settings that run. */
  readonly suddenCalls: () => number;
  /** Phone lines of the settings that run. */
  readonly phones: () => readonly string[];
  /** States a fact of its own, after the cascade that is running. */
  readonly state: (fact: Fact) => void;
  readonly files?: Files;
};

/** A call of the plane before us that goes on: as its record has it. */
export type CallGoingOn = {
  readonly call: CallId;
  readonly from: Party;
  readonly dialled: string;
  readonly emergency: boolean;
  /** Those that are under way, or the one that was answered. */
  readonly attempts: CallUp['attempts'];
  /** Left out while nobody has answered. */
  readonly answered?: { readonly attempt: string; readonly talkedMs: number };
};

/**
 * What is kept at once: a restart must not forget it. A call is counted when it is answered; its minutes and cost are put
 * down when it ends, and while it is up its record has them.
 */
const KEPT: readonly Fact['fact'][] = [
  ...(['callAnswered', 'callEnded', 'emergencyCall', 'tollClosed', 'tollOpened', 'scenarioSwitched'] as const),
  ...(['codePinTried', 'codesLocked', 'codesUnlocked'] as const),
];

/**
 * What routing remembers of calls before: folds facts, and keeps what must outlive a restart in a durable file. It
 * decides nothing: what a memory means stands in `routing/`.
 */
export class Ledger {
  readonly #options: LedgerOptions;
  readonly #file: DurableFile<Book>;
  #pages: Pages = freshPages;
  #kept: Promise<void> = Promise.resolve();

  private constructor(options: LedgerOptions) {
    this.#options = options;
    const { folder, onDamage, files = systemFiles } = options;
    this.#file = new DurableFile(join(folder, 'book'), onDamage, files);
  }

  /** Reads what was kept; a file that is damaged is reported and left aside. */
  static async open(options: LedgerOptions): Promise<Ledger> {
    await mkdir(options.folder, { recursive: true });
    const ledger = new Ledger(options);
    const book = await ledger.#file.read();
    if (book) ledger.#pages = { ...freshPages, book: { ...freshBook, ...book } };
    return ledger;
  }

  /** Takes in what happened. */
  fold(fact: Fact): void {
    const { clock, suddenCalls, state } = this.#options;
    this.#turn();
    const before = this.#pages.book;
    const { pages, closes } = folded(this.#pages, fact, {
      now: clock.now(),
      wallMs: clock.wall(),
      suddenCalls: suddenCalls(),
    });
    this.#pages = pages;
    if (closes) state(closes);
    if (fact.fact === 'configured') this.#openWithoutPhone();
    if (pages.book !== before && KEPT.includes(fact.fact)) this.#keep();
  }

  /** A call from before this plane began is counted on; its answer may be news to what was kept. */
  goesOn({ call, answered, ...about }: CallGoingOn): void {
    const toll = answered && about.attempts[answered.attempt]?.toll;
    const at = after(this.#options.clock.now(), -(answered?.talkedMs ?? 0));
    const watched = Object.values(about.attempts).flatMap(({ toll }) => (toll === undefined ? [] : [toll.class]));
    const up: CallUp = {
      ...{ ...about, watched },
      ...(answered === undefined ? {} : { answered: { at, ...(toll === undefined ? {} : { toll }) } }),
    };
    const book = toll === undefined ? this.#pages.book : withCounted(this.#pages.book, call, toll.line);
    this.#pages = { book, calls: { ...this.#pages.calls, [call]: up } };
  }

  /** What a plan at this moment may know. */
  memory(now: WallTime): RoutingMemory {
    this.#turn();
    const { book, calls } = this.#pages;
    const { scenario, numberShown, poolTurns, closed } = book;
    return {
      ...{ scenario, numberShown, poolTurns },
      callBacks: book.callBacks.filter(({ untilMs }) => untilMs > now.ms),
      numbersInUse: numbersInUse(calls),
      toll: { spent: spentNow(book.spent, calls, this.#options.clock.now()), closed },
    };
  }

  /** The scenario before the one that is on, for one step back (U20). */
  get scenarioBefore(): string {
    return this.#pages.book.scenarioBefore;
  }

  /** Switches a scenario on; an empty name switches all off (U20). Nothing is stated where nothing changes. */
  switchScenario(scenario: string, by: string): void {
    if (scenario !== this.#pages.book.scenario) this.#options.state({ fact: 'scenarioSwitched', scenario, by });
  }

  /** What a sudden change has closed. */
  get closed(): readonly string[] {
    return this.#pages.book.closed;
  }

  /** States what was closed before a restart, so that its alarm stands again. */
  restate(): void {
    this.#openWithoutPhone();
    for (const [line, numberClass] of this.#closed) {
      if (!this.#has(line)) continue;
      const why = 'it was closed before the control plane was restarted';
      this.#options.state({ fact: 'tollClosed', line, class: numberClass, why });
    }
    for (const line of this.lockedCodes) this.#options.state({ fact: 'codesLocked', line });
  }

  get #closed(): readonly (readonly [line: string, numberClass: string])[] {
    return this.closed.map((key) => {
      const [line = '', numberClass = ''] = key.split(' ');
      return [line, numberClass] as const;
    });
  }

  /** Whether this phone line is in the settings; an empty line is the whole box. */
  #has(line: string): boolean {
    return line === '' || this.#options.phones().includes(line);
  }

  /** What was closed for a phone goes with it: its alarm would name nobody, and its line may be another's tomorrow. */
  #openWithoutPhone(): void {
    for (const [line, numberClass] of this.#closed)
      if (!this.#has(line)) this.openClass(line, numberClass, 'the settings, which have no such phone');
  }

  /** Opens a class that a sudden change has closed (R8); an empty line is the whole box. */
  openClass(line: string, numberClass: string, by: string): void {
    this.#options.state({ fact: 'tollOpened', line, class: numberClass, by });
  }

  /** A star code was dialled with a PIN: whether it may act. A phone that is locked may dial no right one either. */
  tryPin(line: string, right: boolean): boolean {
    const { book } = this.#pages;
    if (book.lockedCodes.includes(line)) return false;
    if (!right && locksCodes(book, line)) this.#options.state({ fact: 'codesLocked', line });
    else if (!right || line in book.wrongPins) this.#options.state({ fact: 'codePinTried', line, right });
    return right;
  }

  /** Phone lines whose codes are locked after wrong PINs. */
  get lockedCodes(): readonly string[] {
    return this.#pages.book.lockedCodes;
  }

  unlockCodes(line: string, by: string): void {
    this.#options.state({ fact: 'codesUnlocked', line, by });
  }

  #turn(): void {
    const { wallTime, dayOf } = this.#options;
    const now = wallTime();
    const book = onDay(this.#pages.book, now, dayOf(now.ms));
    if (book !== this.#pages.book) this.#pages = { ...this.#pages, book };
  }

  /** Resolves when what is kept is on disk, or could not be put there. */
  settled(): Promise<void> {
    return this.#kept;
  }

  #keep(): void {
    this.#kept = this.#file.write(this.#pages.book).catch((error: unknown) => {
      this.#options.log.warn({ why: wordsOf(error) }, 'what calls have spent could not be kept');
    });
  }
}
