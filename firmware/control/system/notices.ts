import type { Clock } from '../../core/clock.ts';
import { wordsOf } from '../../core/error.ts';
import { keepState } from '../../core/kept-state.ts';
import type { Log } from '../../core/log.ts';
import type { Runner } from '../../core/runner.ts';
import type { Fact } from '../facts.ts';
import {
  emptyQueue,
  type Notice,
  type NoticeEffect,
  type NoticeEvent,
  type NoticeQueue,
  noticeMachine,
  resumedQueue,
} from './notice-machine.ts';
import { mailer, type NoticeSettings, type Sender, type Trust, webhook } from './notice-ways.ts';

type Way = 'mail' | 'webhook';
const WAYS: readonly Way[] = ['mail', 'webhook'];
/** The alarms that the office was told of: a plane after us tells them no second time. */
const TOLD = 'notice/told';
const idOf = (way: Way): string => `notice/${way}`;

/** An alarm as far as a notice tells it. */
export type Told = Pick<Notice, 'id' | 'severity' | 'text' | 'cause' | 'remedy'> & {
  readonly kind: string;
  /** It says that something happened: that it was read is no news. */
  readonly happened: boolean;
};

export type NoticesOptions = {
  readonly runner: Runner;
  readonly clock: Clock;
  readonly log: Log;
  /** States that the plane before us left. */
  readonly before: ReadonlyMap<string, unknown>;
  readonly settings: () => NoticeSettings;
  /** Name of the box. */
  readonly box: () => string;
  readonly trust?: Trust;
  /** Told of each alarm that comes or goes, whether somebody is told of it or not. */
  readonly onNews?: (notice: Notice) => void;
};

/** That the office cannot be told is not told to the office: it would be a loop. */
const NEVER_TOLD = 'noticeFailed';

/** Tells the office of each alarm that comes or goes, by mail and webhook. Nothing waits for it. */
export class Notices {
  readonly #options: NoticesOptions;
  #known: ReadonlyMap<string, Told> | undefined;
  /** Told by the plane before us. */
  readonly #toldBefore: ReadonlySet<unknown>;

  constructor(options: NoticesOptions) {
    this.#options = options;
    const { runner, before } = options;
    const told = before.get(TOLD);
    this.#toldBefore = new Set(Array.isArray(told) ? told : []);
    keepState(runner, TOLD, [...this.#toldBefore]);
    for (const way of WAYS) {
      const kept = before.get(idOf(way)) as NoticeQueue | undefined;
      const state = kept === undefined ? emptyQueue : resumedQueue(kept, runner.now());
      runner.host<NoticeQueue, NoticeEvent, NoticeEffect>(idOf(way), noticeMachine, state, (effect) =>
        this.#perform(way, effect),
      );
    }
  }

  /** The alarms that stand now; what is new or gone since the last look is told. */
  look(alarms: readonly Told[]): void {
    const now = new Map(alarms.filter(({ kind }) => kind !== NEVER_TOLD).map((alarm) => [alarm.id, alarm]));
    const before = this.#known ?? new Map([...now].filter(([id]) => this.#toldBefore.has(id)));
    const isNews =
      this.#known === undefined || now.size !== before.size || [...now.keys()].some((id) => !before.has(id));
    this.#known = now;
    if (isNews) keepState(this.#options.runner, TOLD, [...now.keys()]);
    for (const alarm of now.values()) if (!before.has(alarm.id)) this.#tell(alarm, 'raised');
    for (const alarm of before.values()) if (!now.has(alarm.id) && !alarm.happened) this.#tell(alarm, 'cleared');
  }

  #tell({ id, severity, text, cause, remedy }: Told, is: Notice['is']): void {
    const { clock, onNews } = this.#options;
    const notice: Notice = { id, is, severity, text, cause, remedy, at: clock.wall() };
    onNews?.(notice);
    this.tell(notice);
  }

  /** Sends it every way that is set. */
  tell(notice: Notice): void {
    const { runner } = this.#options;
    for (const way of WAYS) if (this.#senderOf(way)) runner.tell(idOf(way), { type: 'tell', notice });
  }

  /** Whether a notice of this id waits to be sent, some way. */
  waits(id: string): boolean {
    const { runner } = this.#options;
    return WAYS.some((way) => runner.state<NoticeQueue>(idOf(way))?.waiting.some((each) => each.id === id) ?? false);
  }

  #senderOf(way: Way): Sender | undefined {
    const { settings, trust } = this.#options;
    const now = settings();
    if (way === 'webhook') return now.webhook === '' ? undefined : webhook(now, trust);
    return now.mailTo === '' || now.smtpHost === '' ? undefined : mailer(now, trust);
  }

  #perform(way: Way, effect: NoticeEffect): void {
    const { runner } = this.#options;
    if ('fact' in effect) runner.fact({ fact: effect.fact, way, why: effect.why } satisfies Fact);
    else runner.outward(() => void this.#send(way, effect.notices));
  }

  async #send(way: Way, notices: readonly Notice[]): Promise<void> {
    const { runner, log, box } = this.#options;
    const sender = this.#senderOf(way);
    // taken out of the settings meanwhile
    if (sender === undefined) {
      runner.tell(idOf(way), { type: 'off' });
      return;
    }
    try {
      await sender(box(), notices);
      log.info({ way, notices: notices.length }, 'the office was told');
      runner.tell(idOf(way), { type: 'sent' });
    } catch (error) {
      runner.tell(idOf(way), { type: 'failed', why: wordsOf(error) });
    }
  }
}
