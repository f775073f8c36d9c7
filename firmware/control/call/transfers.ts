import type { Runner } from '../../core/runner.ts';
import type { CallId, LegId, Target } from '../facts.ts';
import type { LegBook, LegCommand, MeetingPlace, TransferDesk, TransferRefusal } from '../leg/leg.ts';
import type { Call } from './call-machine.ts';
import type { In } from './call-state.ts';
import {
  beginTransfer,
  type Transfer,
  type TransferEffect,
  type TransferEvent,
  transferMachine,
} from './transfer-machine.ts';

export type TransfersOptions = {
  readonly runner: Runner;
  readonly book: LegBook;
  readonly media: MeetingPlace;
  readonly settings: () => {
    /** A party waits so long at most. */
    readonly holdMs: number;
    /** R8: two parties from outside may be joined. */
    readonly outside: boolean;
  };
  /** Has a phone ring back for its party; false while it is not idle. */
  readonly recall: (line: string, leg: LegId) => boolean;
};

const PREFIX = 'transfer/';
const idOf = (held: LegId): string => PREFIX + held;

/** Parties may be transferred again and again: so many are followed. */
const MOST_TRANSFERS = 16;

/** Why a transfer is refused, for the record. */
const refusalWords: Readonly<Record<TransferRefusal, string>> = {
  twoOutside: 'two parties from outside are not joined',
  emergency: 'an emergency call is not transferred',
  voice: 'nobody is transferred to the voice of the box',
  nobody: 'nobody was called yet',
};

/** Hosts transfers, and answers what a phone may do with its two calls. */
export class Transfers implements TransferDesk {
  readonly #options: TransfersOptions;
  /** The transfer that holds a leg. */
  readonly #of = new Map<LegId, string>();

  constructor(options: TransfersOptions) {
    this.#options = options;
  }

  // ── what a phone asks ─────────────────────────────────────────────────────────────────────────

  peerOf(leg: LegId): LegId | undefined {
    const call = this.#call(leg);
    if (call?.phase !== 'talking') return undefined;
    return call.caller.leg === leg ? call.callee.leg : call.caller.leg;
  }

  mayFlash(leg: LegId): boolean {
    const call = this.#call(leg);
    if (!call || call.emergency) return false;
    if (call.phase !== 'talking') return call.phase === 'hunting' || call.phase === 'routing';
    return call.callee.leg === leg || !isVoice(call.reached);
  }

  refusal(held: LegId, second: LegId): TransferRefusal | undefined {
    const [first, other] = [this.#call(held), this.#call(second)];
    if (first?.phase !== 'talking' || !other) return 'nobody';
    if (other.phase !== 'talking' && other.phase !== 'hunting') return 'nobody';
    if (first.emergency || other.emergency) return 'emergency';
    if (calledBy(other, second).some(isVoice)) return 'voice';
    const bothOutside = this.#leadsOutside(held) && this.#leadsOutside(second);
    return bothOutside && !this.#options.settings().outside ? 'twoOutside' : undefined;
  }

  refuse(held: LegId, second: LegId, line: string, why: TransferRefusal): void {
    this.#state(held, second, line, 'refused', refusalWords[why]);
  }

  transfer(held: LegId, second: LegId, line: string): void {
    const { runner, media, settings } = this.#options;
    const answered = this.#call(second)?.phase === 'talking';
    const out = beginTransfer({ held, second, line }, answered, settings().holdMs, runner.now());
    this.#state(held, second, line, answered ? 'attended' : 'blind', 'hook flash and hanging up');
    const peer = this.peerOf(held);
    if (peer !== undefined) media.stand(second, peer);
    this.#host(out.state);
    for (const effect of out.effects) this.#perform(idOf(held), out.state, effect);
  }

  // ── who is who ────────────────────────────────────────────────────────────────────────────────

  #call(leg: LegId): Call | undefined {
    const call = this.#options.book.callOf(leg);
    return call === undefined ? undefined : this.#options.runner.state<Call>(call);
  }

  /** Whether the party at the other end of this leg's call is outside, behind however many transfers. */
  #leadsOutside(leg: LegId): boolean {
    let at = leg;
    for (let step = 0; step < MOST_TRANSFERS; step++) {
      const peer = this.peerOf(at);
      const beyond = peer === undefined ? undefined : this.#partner(peer);
      if (beyond === undefined) return isOutside(this.#call(at), at);
      at = beyond;
    }
    return true;
  }

  /** The other leg of the transfer that holds this one. */
  #partner(leg: LegId): LegId | undefined {
    const id = this.#of.get(leg);
    const transfer = id === undefined ? undefined : this.#options.runner.state<Transfer>(id);
    if (!transfer || transfer.phase === 'over') return undefined;
    return transfer.held === leg ? transfer.second : transfer.held;
  }

  // ── hosting ───────────────────────────────────────────────────────────────────────────────────

  /** Goes on with the transfers of a plane before us; calls stand already, and are not settled yet. */
  adoptAll(states: ReadonlyMap<string, unknown>): void {
    for (const [id, state] of states) {
      if (!id.startsWith(PREFIX)) continue;
      const transfer = state as Transfer;
      this.#host(transfer);
      this.#stand(transfer);
    }
  }

  #host(transfer: Transfer): void {
    const { runner, book, settings } = this.#options;
    const { held, second } = transfer;
    const id = idOf(held);
    const machine = transferMachine(() => settings().holdMs);
    runner.host<Transfer, TransferEvent, TransferEffect>(id, machine, transfer, (effect, state) =>
      this.#perform(id, state, effect),
    );
    const legs = transfer.phase === 'returning' ? [held] : [held, second];
    for (const leg of legs) {
      this.#of.set(leg, id);
      book.attach(leg, (command: LegCommand) => runner.tell(id, { type: 'command', command }));
    }
  }

  /** Each leg of the phone stands where the party at the other end of the other one does. */
  #stand({ held, second }: Transfer): void {
    const { media } = this.#options;
    const [first, other] = [this.peerOf(held), this.peerOf(second)];
    if (first !== undefined) media.stand(second, first);
    if (other !== undefined) media.stand(held, other);
  }

  #perform(id: string, transfer: Transfer, effect: TransferEffect): void {
    const { runner, book, media, recall } = this.#options;
    const { held, second, line } = transfer;
    if ('tell' in effect) {
      book.report(effect.tell);
      if (effect.tell.type === 'released') this.#forget(effect.tell.leg);
      return;
    }
    switch (effect.do) {
      case 'join': {
        this.#stand(transfer);
        const [first, other] = [this.peerOf(held), this.peerOf(second)];
        if (first !== undefined && other !== undefined) media.meet(first, other);
        return;
      }
      case 'returned':
        this.#state(held, second, line, 'returned', 'the second party was not reached');
        return;
      case 'recall':
        if (!recall(line, held)) return;
        this.#forget(held);
        runner.tell<TransferEvent>(id, { type: 'taken' });
        return;
    }
  }

  #forget(leg: LegId): void {
    this.#of.delete(leg);
    this.#options.media.stand(leg);
  }

  #state(
    held: LegId,
    second: LegId,
    by: string,
    how: 'blind' | 'attended' | 'returned' | 'refused',
    why: string,
  ): void {
    const { runner, book } = this.#options;
    const [first, other] = [book.callOf(held), book.callOf(second)];
    if (first === undefined || other === undefined) return;
    const about = (call: CallId, withCall: CallId) => ({ fact: 'callTransferred', call, with: withCall, by, how, why });
    for (const fact of [about(first, other), about(other, first)]) runner.fact(fact);
  }
}

const VOICES: readonly Target['kind'][] = ['mailbox', 'mailboxMenu', 'sentence', 'attendant', 'announcement'];
const isVoice = (kind: Target['kind']): boolean => VOICES.includes(kind);

/** What is called on behalf of this leg, or was reached; nothing where it was called itself. */
const calledBy = (call: In<'talking' | 'hunting'>, leg: LegId): readonly Target['kind'][] => {
  if (call.caller.leg !== leg) return [];
  if (call.phase === 'talking') return [call.reached];
  const { hunt } = call;
  if (hunt.phase === 'alerting') return hunt.held.attempt.targets.map(({ kind }) => kind);
  const next = hunt.queue.slice(0, 1);
  return [...hunt.open.map(({ attempt }) => attempt), ...next].flatMap(({ targets }) =>
    targets.map(({ kind }) => kind),
  );
};

/** Whether the other party of this leg's call is outside: over a softswitch or an exchange line. */
const isOutside = (call: Call | undefined, leg: LegId): boolean => {
  if (!call || !('caller' in call)) return false;
  if (call.caller.leg !== leg) return call.from.kind === 'trunk' || call.from.kind === 'line';
  if (call.phase === 'talking') return call.reached === 'trunk' || call.reached === 'line';
  return call.phase === 'hunting' && call.outside;
};
