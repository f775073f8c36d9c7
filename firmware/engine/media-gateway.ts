import type { Clock } from '../core/clock.ts';
import { GatewayError, wordsOf } from '../core/error.ts';
import type { FileEvent, LineEvent, NetEvent } from '../engine-protocol/events.ts';
import type { Hardware } from '../engine-protocol/hardware.ts';
import type { ContextId, TerminationId } from '../engine-protocol/ids.ts';
import type {
  Add,
  AddReply,
  AuditReply,
  Modify,
  ModifyReply,
  Move,
  NetStatistics,
  NewNet,
  NewPlayer,
  NewRecorder,
  Signal,
  Subtract,
  SubtractReply,
} from '../engine-protocol/messages.ts';
import type { LineSignal, NetSignal } from '../engine-protocol/signals.ts';
import { Context } from './context.ts';
import type { EventLog } from './event-log.ts';
import { SocketPairs } from './net/sockets.ts';
import { type HeldLine, orphansAmong } from './orphans.ts';
import { endRecordingsOf, isAlone } from './recording-end.ts';
import { checkMedia, checkMode } from './request-check.ts';
import { LineTermination } from './termination/line.ts';
import { NetTermination } from './termination/net.ts';
import { loadFiles, PlayerTermination } from './termination/player.ts';
import { openPart, RecorderTermination } from './termination/recorder.ts';
import type { CarriedDigit, Termination, TerminationHost } from './termination/termination.ts';

/** Far above what lines can make: a bound against a control plane that forgets to subtract. */
const MOST_TERMINATIONS = 512;

const refuse = (detail: string): never => {
  throw new GatewayError('engine-request', detail);
};

/** All contexts and terminations, and what control may do with them (H.248.1 §7.2). */
export class MediaGateway implements TerminationHost {
  readonly lines = new Map<string, LineTermination>();
  readonly ports = new SocketPairs();
  readonly #contexts = new Map<string, Context>();
  readonly #terminations = new Map<string, Termination>();
  readonly #where = new Map<Termination, Context>();
  readonly #clock: Clock;
  readonly #log: EventLog;
  readonly #cname: string;
  readonly #faulty = new Set<string>();
  #hardware: Hardware | undefined;
  #lastContext = 0;
  #lastTermination = 0;
  /** When control was last there. */
  #attendedAt: number;

  constructor(clock: Clock, log: EventLog, cname: string) {
    this.#clock = clock;
    this.#attendedAt = clock.now();
    this.#log = log;
    this.#cname = cname;
  }

  /** Tones and port range for what is made from now on. */
  retune(hardware: Hardware): void {
    this.#hardware = hardware;
    this.ports.range(hardware.rtpPorts[0], hardware.rtpPorts[1]);
  }

  /** One frame: all is read before anything is written, so that a frame leaves in the tick in which it came. */
  frame(now: number): void {
    for (const context of this.#contexts.values()) this.#guarded(context.id, context.read, context, now);
    for (const context of this.#contexts.values()) this.#guarded(context.id, context.write, context, now);
    for (const line of this.lines.values()) if (!line.inContext) this.#guarded(line.id, line.frameAlone, line, now);
  }

  async add(request: Add): Promise<AddReply> {
    const { what, mode } = request;
    checkMode(mode);
    const found = request.context === 'new' ? undefined : this.#context(request.context);
    const termination = typeof what === 'string' ? this.#idleLine(what) : await this.#make(what, mode);
    // Awaiting may have let the context be emptied and forgotten: it is then made anew under its name.
    const context = found ? this.#keep(found) : this.#newContext();
    termination.mode = mode;
    this.#join(termination, context);
    const local = termination instanceof NetTermination ? { local: termination.local } : {};
    return { context: context.id, termination: termination.id, ...local };
  }

  /** All at once, but a net that is bound anew: until that is done it stays where it is. */
  modify(request: Modify): ModifyReply | Promise<ModifyReply> {
    const line = this.lines.get(request.termination);
    const termination = line ?? this.#termination(request.termination);
    const net = termination instanceof NetTermination ? termination : undefined;
    if (request.media && !net) refuse(`${termination.id} has no media to modify`);
    if (request.interface !== undefined && !net) refuse(`${termination.id} has no address to bind`);
    if (request.standing && !line) refuse(`${termination.id} has no standing orders: it is no line`);
    if (request.mode) checkMode(request.mode);
    if (request.media) checkMedia(request.media);
    if (request.media) net!.configure(request.media);
    if (request.mode) termination.mode = request.mode;
    if (request.detect) termination.detect = request.detect;
    if (request.standing) line!.standing = request.standing;
    return request.interface === undefined ? {} : this.#bindAnew(net!, request.interface);
  }

  /** The frame clock goes on meanwhile, over the old sockets. One that stands there already stays. */
  async #bindAnew(net: NetTermination, address: string): Promise<ModifyReply> {
    if (net.local[0] !== address) {
      const sockets = await this.ports.open(address);
      if (this.#terminations.get(net.id) === net) net.bind(sockets);
      else sockets.close();
    }
    return { local: net.local };
  }

  move(request: Move): { readonly context: ContextId } {
    const termination = this.#termination(request.termination);
    const to = request.to === 'new' ? this.#newContext() : this.#context(request.to);
    this.#leave(termination, to);
    this.#join(termination, to);
    return { context: to.id };
  }

  async subtract(request: Subtract): Promise<SubtractReply> {
    const termination = this.#termination(request.termination);
    this.#leave(termination);
    this.#where.delete(termination);
    this.#terminations.delete(termination.id);
    return await termination.close(this.#clock.now(), request.cutMs);
  }

  signal(request: Signal): void {
    const line = this.lines.get(request.termination);
    const { play } = request;
    if (typeof play === 'object' && 'tone' in play && !this.#hardware?.tones[play.tone]) {
      refuse(`no tone is called ${play.tone}`);
    }
    if (line) {
      if (line.outOfService !== undefined) refuse(`${line.id} is out of service: ${line.outOfService}`);
      line.playSignal(play as LineSignal | 'none', this.#clock.now());
      return;
    }
    const termination = this.#termination(request.termination);
    if (termination instanceof NetTermination) this.#signalNet(termination, play as NetSignal | 'none');
    else refuse(`nothing can be played to ${termination.id}`);
  }

  audit(): AuditReply {
    return {
      lastSeq: this.#log.lastSeq,
      contexts: [...this.#contexts.values()].map((context) => ({
        id: context.id,
        terminations: context.members.map(({ id, mode, signal }) => ({ id, mode, ...(signal ? { signal } : {}) })),
      })),
      lines: [...this.lines.values()].map((line) => ({
        id: line.id,
        kind: line.line.kind,
        available: line.outOfService === undefined,
        ...line.facts,
      })),
    };
  }

  statistics(): NetStatistics[] {
    const now = this.#clock.now();
    const nets: NetStatistics[] = [];
    for (const each of this.#terminations.values()) if (each instanceof NetTermination) nets.push(each.statistics(now));
    return nets;
  }

  happened(of: TerminationId, event: LineEvent | NetEvent | FileEvent, at: number): void {
    this.#log.happened(of, event, at);
    const line = this.lines.get(of);
    const context = line && this.#where.get(line);
    if (line && context) endRecordingsOf(line, event as LineEvent, context, at);
  }

  /** A digit comes up from an idle line, where a detector asks for it, and where a member hands digits to control. */
  digit(from: Termination, digit: CarriedDigit, at: number): void {
    const context = this.#where.get(from);
    const toControl = context?.carry(from, digit) ?? false;
    if (digit.phase === 'began') return;
    if (context && !toControl && !from.detect.includes('digits')) return;
    const lastedMs = Math.round(digit.lastedMs);
    this.#log.happened(from.id, { is: 'digit', digit: digit.digit, heardBy: digit.heardBy, lastedMs }, at);
  }

  /** Takes a line out, with its card or by itself: it leaves its context first, and whoever was on it has gone. */
  async removeLine(line: LineTermination): Promise<void> {
    line.letGo(this.#clock.now());
    if (this.#where.has(line)) {
      await this.subtract({ do: 'subtract', id: 0, termination: line.id });
      this.#log.happened(line.id, line.takenOut, this.#clock.now());
    }
    this.lines.delete(line.id);
  }

  /** Told each second whether control is there; with control away for long, lines that nobody holds become idle. */
  tend(attended: boolean): void {
    const now = this.#clock.now();
    if (attended) {
      this.#attendedAt = now;
      return;
    }
    for (const id of orphansAmong(this.#heldLines(), now - this.#attendedAt)) {
      this.lines.get(id)!.letGo(now);
      void this.subtract({ do: 'subtract', id: 0, termination: id });
    }
  }

  /** Ends all, with BYE and finished recordings. */
  async close(): Promise<void> {
    for (const id of [...this.#terminations.keys()]) {
      await this.subtract({ do: 'subtract', id: 0, termination: id as TerminationId });
    }
  }

  /** A fault in one context or line must not take the sound of the others. */
  #guarded<T>(of: string, work: (this: T, now: number) => void, on: T, now: number): void {
    try {
      work.call(on, now);
    } catch (error) {
      if (this.#faulty.has(of)) return;
      if (this.#faulty.size < MOST_TERMINATIONS) this.#faulty.add(of);
      this.#log.service(of, 'failing', wordsOf(error));
    }
  }

  async #make(what: NewNet | NewPlayer | NewRecorder, mode: Add['mode']): Promise<Termination> {
    if (this.#terminations.size >= MOST_TERMINATIONS) refuse(`there are ${MOST_TERMINATIONS} terminations already`);
    const number = ++this.#lastTermination;
    switch (what.kind) {
      case 'net': {
        const sockets = await this.ports.open(what.interface);
        const around = { host: this, clock: this.#clock, random: Math.random, cname: this.#cname };
        return new NetTermination(`net/${number}`, mode, sockets, around);
      }
      case 'player':
        return new PlayerTermination(`player/${number}`, mode, await loadFiles(what.files), what, this);
      case 'recorder':
        return new RecorderTermination(`recorder/${number}`, mode, await openPart(what.file), what, this);
      default:
        return refuse(`nothing of the kind ${String((what as { kind?: unknown }).kind)} can be added`);
    }
  }

  #signalNet(net: NetTermination, play: NetSignal | 'none'): void {
    if (play === 'none') net.stopPlaying();
    else if ('digits' in play) net.sendDigits(play.digits);
    else net.play(play.tone, this.#hardware!.tones[play.tone], play.yieldsToMedia === true);
  }

  #heldLines(): HeldLine[] {
    return [...this.#where].flatMap(([held, { members }]) =>
      held instanceof LineTermination
        ? [{ id: held.id, kind: held.line.kind, offHook: held.facts.offHook, alone: isAlone(held, members) }]
        : [],
    );
  }

  #idleLine(id: string): LineTermination {
    const line = this.lines.get(id) ?? refuse(`no line is called ${id}`);
    if (line.outOfService !== undefined) refuse(`${id} is out of service: ${line.outOfService}`);
    if (this.#where.has(line)) refuse(`${id} is in ${this.#where.get(line)!.id} already; move it`);
    return line;
  }

  #termination(id: string): Termination {
    return this.#terminations.get(id) ?? refuse(`no termination called ${id} is in a context`);
  }

  #context(id: string): Context {
    return this.#contexts.get(id) ?? refuse(`no context is called ${id}`);
  }

  #newContext(): Context {
    return this.#keep(new Context(`context/${++this.#lastContext}`));
  }

  #keep(context: Context): Context {
    this.#contexts.set(context.id, context);
    return context;
  }

  #join(termination: Termination, context: Context): void {
    context.add(termination);
    this.#where.set(termination, context);
    this.#terminations.set(termination.id, termination);
    if (termination instanceof LineTermination) termination.joined(this.#clock.now());
  }

  /** A context without terminations is no more (H.248.1 §6.1), unless it is `kept`. */
  #leave(termination: Termination, kept?: Context): void {
    const context = this.#where.get(termination)!;
    context.remove(termination);
    if (context.members.length === 0 && context !== kept) this.#contexts.delete(context.id);
  }
}
