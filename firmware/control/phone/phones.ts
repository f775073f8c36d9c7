import type { Configuration, Line } from '../../config/schema.ts';
import { wordsOf } from '../../core/error.ts';
import type { Log } from '../../core/log.ts';
import type { Runner } from '../../core/runner.ts';
import type { LineId } from '../../engine-protocol/ids.ts';
import type { AuditReply, Notify } from '../../engine-protocol/messages.ts';
import type { Standing } from '../../engine-protocol/signals.ts';
import type { Engine } from '../engine/client-face.ts';
import type { Party } from '../facts.ts';
import type { Cause } from '../failure.ts';
import type { Caller, LegBook, LegCommand, LegId, LegMaker, Setup, TransferDesk } from '../leg/leg.ts';
import type { LegMedia } from '../leg/media.ts';
import { compileDigitMap } from '../routing/digit-map.ts';
import { accountOfLine } from '../routing/inside.ts';
import { phoneMachine } from './phone-machine.ts';
import { heldBy, isRung, type Phone, type PhoneEffect, type PhoneEvent, type PhoneSettings } from './phone-state.ts';
import { starDialled, starPatterns } from './star-code/catalogue.ts';
import type { StarOutcome, StarRooms } from './star-code/star-code.ts';

export type PhonesOptions = {
  readonly runner: Runner;
  readonly engine: Engine;
  readonly media: LegMedia;
  readonly book: LegBook;
  readonly desk: TransferDesk;
  readonly log: Log;
  /** What star codes work with; left out: none switches anything. */
  readonly star?: StarRooms;
};
const noStar: StarRooms = { scenario: () => '', switchScenario: () => {}, pin: (_, right) => right };

const idOf = (line: string): string => `phone/${line}`;
const isOffHook = (phone: Phone): boolean => phone.at !== 'onHook' && !isRung(phone);
/** Whether the plane before us has left this phone in a call, just after one, or half dialled. */
const wasInCall = (phone: Phone | undefined): boolean => {
  if (phone === undefined || phone.at === 'onHook') return false;
  return phone.at !== 'dialling' || phone.dialling?.typed !== '' || phone.held !== undefined;
};
const lineOf = (id: string): LineId => id.slice('phone/'.length) as LineId;

/** The phones of the box: hosts their machines, performs what they decide. Each call of a phone is a leg. */
export class Phones implements LegMaker {
  readonly #options: PhonesOptions;
  #configuration: Configuration | undefined;
  #settings: PhoneSettings | undefined;
  /** Messages that wait in the mailbox of each line. */
  readonly #waiting = new Map<string, number>();
  /** States that a plane before us left, by machine. */
  #left: ReadonlyMap<string, unknown> = new Map();
  #inService = false;
  /** The first softswitch is not the one that takes calls, and phones are to hear it. */
  #backup = false;
  /** Handsets that moved while all are being looked at: whether each was lifted. */
  #moved: Map<string, boolean> | undefined;

  constructor(options: PhonesOptions) {
    this.#options = options;
  }

  /** Takes settings in, at the start and at each change: phones that came are hosted, those that went are dropped. */
  configure(configuration: Configuration, emergency: readonly string[]): void {
    const phones = configuration.lines.filter((line) => line.kind === 'fxs' && line.enabled);
    this.#configuration = configuration;
    this.#settings = {
      map: compileDigitMap(
        configuration.routing.digitMap,
        [
          ...phones.map((line) => line.extension),
          ...[...configuration.ringGroups, ...configuration.attendants].map(({ extension }) => extension),
          configuration.mailbox.accessCode,
        ],
        emergency,
        starPatterns(configuration, emergency),
      ),
      firstDigitMs: configuration.routing.firstDigitS * 1000,
      interDigitMs: configuration.routing.interDigitS * 1000,
      holdMs: configuration.routing.holdS * 1000,
      recallMs: configuration.routing.recallS * 1000,
    };
    const { runner } = this.#options;
    const wanted = new Set(phones.map((line) => idOf(line.id)));
    for (const id of [...runner.ids()]) if (id.startsWith('phone/') && !wanted.has(id)) this.#dismiss(id);
    for (const id of wanted) if (!runner.has(id)) this.#host(id, (this.#left.get(id) as Phone) ?? { at: 'onHook' });
    this.#left = new Map();
  }

  /** The next `configure` goes on with the phones as a plane before us has left them. */
  adoptAll(states: ReadonlyMap<string, unknown>): void {
    this.#left = states;
  }

  /** Phones that ring for a call. */
  ringing(): ReadonlySet<LineId> {
    const { runner } = this.#options;
    const phones = [...runner.ids()].filter((id) => id.startsWith('phone/'));
    const isRinging = (id: string) => isRung(runner.state<Phone>(id) ?? { at: 'onHook' });
    return new Set(phones.filter(isRinging).map(lineOf));
  }

  /**
   * A phone that settings have taken away is as one that is hung up: its call ends in order, then it is forgotten. Whoever
   * it is rung for, or has held, is let go, as nobody lifts it any more.
   */
  #dismiss(id: string): void {
    const { runner } = this.#options;
    this.#tell(id, { type: 'line', event: { is: 'onHook' } });
    this.#tell(id, { type: 'found', offHook: false, lost: false, cause: 'unavailable' });
    runner.outward(() => runner.drop(id));
  }

  #host(id: string, phone: Phone): void {
    const settings = () => this.#settings!;
    const { runner, book, media } = this.#options;
    runner.host<Phone, PhoneEvent, PhoneEffect>(id, phoneMachine(settings), phone, (effect) =>
      this.#perform(id, effect),
    );
    const held = heldBy(phone);
    if (held) book.attach(held.leg, this.#taker(id));
    if (!('leg' in phone)) return;
    book.attach(phone.leg, this.#taker(id));
    media.expect(phone.leg, (outcome) => this.#tell(id, { type: outcome.type }));
  }

  /** So many messages wait for this phone: it is told by its dial tone, from the next lift on. */
  waiting(line: string, messages: number): void {
    const before = this.#waiting.get(line) ?? 0;
    this.#waiting.set(line, messages);
    // Before the phones are in service `ready` is still to come, which tells all of them.
    if (!this.#inService || before > 0 === messages > 0 || !this.#options.runner.has(idOf(line))) return;
    const termination = line as LineId;
    this.#ask(termination, () => this.#options.engine.modify({ termination, standing: this.#standing(line) }));
  }

  /** Phones hear by another dial tone that calls take the backup, from the next lift on. */
  backup(on: boolean): void {
    const { runner, engine } = this.#options;
    this.#backup = on;
    if (!this.#inService) return;
    for (const id of runner.ids()) {
      if (!id.startsWith('phone/')) continue;
      const termination = lineOf(id);
      this.#ask(termination, () => engine.modify({ termination, standing: this.#standing(termination) }));
    }
  }

  #standing(line: string): Standing {
    const waits = (this.#waiting.get(line) ?? 0) > 0;
    return { onOffHook: waits || this.#backup ? 'stutter' : 'dial', messageWaiting: waits };
  }

  /**
   * The engine was provisioned (again): standing orders are given, and each phone is told where its handset is.
   * A handset that was in a call hears the tone of `cause`. `goesOn`: the engine is the one that the plane before us
   * had, and has told us all that happened since: a phone whose handset is where it should be goes on. `before`: states
   * that a plane before us has left. The audit only says which lines there are: somebody may lift a handset at any moment after it.
   */
  async ready(
    audit: AuditReply,
    cause: Cause,
    { goesOn = false, before = new Map() }: { goesOn?: boolean; before?: ReadonlyMap<string, unknown> } = {},
  ): Promise<void> {
    const { runner, engine } = this.#options;
    this.#inService = true;
    const found = audit.lines.filter((line) => line.kind === 'fxs' && runner.has(idOf(line.id)));
    this.#moved = new Map();
    await Promise.all(found.map(({ id }) => engine.modify({ termination: id, standing: this.#standing(id) })));
    const now = await engine.audit();
    const lines = new Map(now.lines.map((line) => [line.id, line]));
    const moved = this.#moved;
    this.#moved = undefined;
    runner.cascade(() => {
      for (const { id } of found) {
        const offHook = moved?.get(idOf(id)) ?? lines.get(id)?.offHook === true;
        const phone = runner.state<Phone>(idOf(id));
        if (goesOn && phone && isOffHook(phone) === offHook) {
          this.#tell(idOf(id), { type: 'goesOn', ringing: lines.get(id)?.ringing === true });
        } else {
          const lost = wasInCall(before.get(idOf(id)) as Phone | undefined);
          this.#tell(idOf(id), { type: 'found', offHook, lost, cause });
        }
      }
    });
  }

  /** Events of FXS lines; true if the event was one. */
  heard(event: Notify): boolean {
    const id = idOf(event.termination);
    if (!this.#options.runner.has(id)) return false;
    const { is } = event.event;
    if (is === 'offHook' || is === 'onHook') this.#moved?.set(id, is === 'offHook');
    if (is === 'flash' || is === 'onHook') this.#flashOrHangUp(id, event.event);
    else this.#tell(id, { type: 'line', event: event.event } as PhoneEvent);
    return true;
  }

  /** What a phone may do with its parties is for their calls to say. */
  #flashOrHangUp(id: string, event: Extract<PhoneEvent, { type: 'line' }>['event']): void {
    const { runner, desk } = this.#options;
    const phone = runner.state<Phone>(id);
    const leg = phone && 'leg' in phone ? phone.leg : undefined;
    const held = phone && heldBy(phone)?.leg;
    runner.cascade(() => {
      if (event.is === 'flash' || leg === undefined || held === undefined) {
        return this.#tell(id, { type: 'line', event, may: leg !== undefined && desk.mayFlash(leg) });
      }
      const why = desk.refusal(held, leg);
      if (why !== undefined && why !== 'nobody') desk.refuse(held, leg, lineOf(id), why);
      this.#tell(id, { type: 'line', event, may: why === undefined });
    });
  }

  /** Has a phone ring back for a party that it held; false while it is not idle. Its leg is the phone's from then on. */
  recall(line: string, leg: LegId): boolean {
    const { runner, book } = this.#options;
    const id = idOf(line);
    if (runner.state<Phone>(id)?.at !== 'onHook') return false;
    book.attach(leg, this.#taker(id));
    this.#tell(id, { type: 'recall', leg });
    return true;
  }

  setup(command: Setup) {
    const { runner, book } = this.#options;
    const id = idOf(command.target.id);
    if (!runner.has(id)) return book.report({ type: 'released', leg: command.leg, cause: 'unavailable' });
    book.attach(command.leg, this.#taker(id));
    this.#tell(id, { type: 'command', command });
  }

  /** What this line's person is called by others. */
  callerOf(line: Line): Caller {
    const account = this.#configuration && accountOfLine(this.#configuration, line);
    const number = line.extension || account?.user || '';
    const name = account?.displayName ?? '';
    return { number, ...(name === '' ? {} : { name }), ...(account ? { account: account.id } : {}) };
  }

  #taker(id: string): (command: LegCommand) => void {
    return (command) => this.#tell(id, { type: 'command', command });
  }

  #tell(id: string, event: PhoneEvent): void {
    this.#options.runner.tell(id, event);
  }

  #perform(id: string, effect: PhoneEffect) {
    const { book, media, desk } = this.#options;
    const line = lineOf(id);
    if ('tell' in effect) return book.report(effect.tell);
    switch (effect.do) {
      case 'dial':
        return this.#dial(id, effect);
      case 'open': {
        const beside = effect.beside === undefined ? {} : { beside: effect.beside };
        const ask = { what: line, mode: 'sendReceive', ...beside } as const;
        return media.open(effect.leg, ask, (outcome) => this.#tell(id, { type: outcome.type }));
      }
      case 'return': {
        const peer = desk.peerOf(effect.leg);
        const ask = { what: line, mode: 'sendReceive', orAlone: true, ...(peer ? { beside: peer } : {}) } as const;
        return media.open(effect.leg, ask, (outcome) => this.#tell(id, { type: outcome.type }));
      }
      case 'transfer':
        return desk.transfer(effect.held, effect.second, line);
      case 'listen':
        return media.modify(effect.leg, { detect: effect.on ? ['digits'] : [] });
      case 'close':
        return media.close(effect.leg, effect.play ? { after: effect.play } : {});
      case 'signal':
        return this.#ask(line, () => this.#options.engine.signal(line, effect.play));
    }
  }

  #dial(id: string, { number, unfit, grows }: Extract<PhoneEffect, { do: 'dial' }>) {
    const { book } = this.#options;
    const line = this.#configuration?.lines.find((each) => each.id === lineOf(id));
    if (!line) return;
    const coded = unfit === undefined ? this.#starDialled(number, line) : undefined;
    if (coded && coded.is !== 'call') return this.#tell(id, { type: 'coded', taken: coded.is === 'done' });
    const caller = this.callerOf(line);
    const named = caller.name === undefined ? {} : { name: caller.name };
    const from: Party = { kind: 'phone', id: line.id, number: caller.number, ...named };
    const leg = book.newLeg();
    book.attach(leg, this.#taker(id));
    this.#tell(id, { type: 'placed', leg });
    const { number: dialled, overridden, withheld } = coded ?? { number, overridden: undefined, withheld: undefined };
    book.offer({
      ...{ leg, from, caller: withheld ? { ...caller, withheld } : caller, dialled },
      ...(overridden ? { overridden } : {}),
      ...(unfit === undefined ? {} : { unfit }),
      ...(grows ? { grows } : {}),
    });
  }

  #starDialled(number: string, line: Line): StarOutcome | undefined {
    if (!this.#configuration) return undefined;
    const by = { line: line.id, name: line.extension === '' ? line.id : `phone ${line.extension}` };
    return starDialled(number, this.#configuration, this.#options.star ?? noStar, by);
  }

  #ask(line: LineId, work: () => Promise<unknown>): void {
    this.#options.runner.outward(() => {
      work().catch((error) => {
        this.#options.log.warn({ line, why: wordsOf(error) }, 'the engine refused a request of a phone');
      });
    });
  }
}
