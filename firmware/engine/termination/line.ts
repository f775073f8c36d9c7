import type { Drive, LineCard } from '../../../drivers/contract/line-card.ts';
import type { LineEvent } from '../../engine-protocol/events.ts';
import type { Hardware, HardwareLine, Tone } from '../../engine-protocol/hardware.ts';
import type { LineId, Mode } from '../../engine-protocol/ids.ts';
import type { Detector, SubtractReply } from '../../engine-protocol/messages.ts';
import type { LineSignal, Standing } from '../../engine-protocol/signals.ts';
import { FRAME_SAMPLES } from '../frame.ts';
import { FxoPort } from '../line/fxo-port.ts';
import { FxsPort } from '../line/fxs-port.ts';
import type { LinePort, PortEdge, PortHost } from '../line/port.ts';
import { DtmfDetector } from '../sound/dtmf-detector.ts';
import { heldDigitTone, ToneGenerator } from '../sound/tone-generator.ts';
import type { CarriedDigit, Termination, TerminationHost } from './termination.ts';

const QUIET = new Int16Array(FRAME_SAMPLES);
/** A digit that comes from the network sounds at least so long, so that the far phone's equipment hears it. */
const SHORTEST_DIGIT_MS = 80;
/** What we dial ourselves comes back over the hybrid; it is no digit of the far end for so long after. */
const ECHO_MS = 60;

/** A phone or exchange line: a lasting termination, idle while it is in no context. */
export class LineTermination implements Termination, PortHost {
  readonly id: LineId;
  readonly line: HardwareLine;
  mode: Mode = 'sendReceive';
  detect: readonly Detector[] = [];
  standing: Standing = { onOffHook: 'dial', messageWaiting: false };
  inContext = false;
  /** Why it cannot be used; `undefined` while it can. */
  outOfService: string | undefined;
  readonly heard = new Int16Array(FRAME_SAMPLES);
  readonly mediaCame = false;
  readonly digitsToControl = false;
  readonly #card: LineCard;
  readonly #host: TerminationHost;
  readonly #port: LinePort;
  readonly #tone = new ToneGenerator();
  readonly #toneFrame = new Int16Array(FRAME_SAMPLES);
  readonly #detector: DtmfDetector;
  #toneName: string | undefined;
  #yields = false;
  #deafUntil = 0;
  #digitUntil: number | undefined;
  #digitMayEnd = false;
  /** Until then the line was seized or dialled; a key that was pressed before is not heard to its end either. */
  #signalledUntil = Number.NEGATIVE_INFINITY;
  #keyFromBefore = false;
  #now = 0;

  constructor(line: HardwareLine, hardware: Hardware, card: LineCard, host: TerminationHost) {
    this.id = line.id;
    this.line = line;
    this.#card = card;
    this.#host = host;
    this.#detector = new DtmfDetector({
      began: (digit, sinceMs) => this.#digit({ phase: 'began', digit, sinceMs, inAudio: true }),
      ended: (digit, lastedMs) => this.#digit({ phase: 'ended', digit, lastedMs, inAudio: true, heardBy: 'dtmf' }),
    });
    this.#port =
      line.kind === 'fxs' ? new FxsPort(line.timing, hardware, this) : new FxoPort(line.timing, hardware, this);
  }

  get digitInAudio(): boolean {
    return this.#detector.present;
  }

  /** What remains of a key that was pressed while we dialled would be taken for one more digit. */
  get digitsApart(): boolean {
    return this.#keyFromBefore;
  }

  get signal(): string | undefined {
    return this.#toneName ?? (this.#port.facts.ringing && this.line.kind === 'fxs' ? 'ring' : undefined);
  }

  get facts() {
    return this.#port.facts;
  }

  retune(hardware: Hardware): void {
    this.#port.retune(hardware);
  }

  edge(edge: PortEdge, now: number): void {
    this.#now = now;
    this.#port.edge(edge, now);
  }

  /** Control's signal. Throws GatewayError `engine-request` where this kind of line cannot do it. */
  play(name: string, tone: Tone, yields: boolean): void {
    this.#toneName = name;
    this.#yields = yields;
    this.#digitUntil = undefined;
    this.#tone.start(tone);
  }

  playSignal(signal: LineSignal | 'none', now: number): void {
    this.#now = now;
    this.#port.signal(signal, now);
  }

  /** Nobody has any business with it: it rings no more, plays nothing, and holds no loop. */
  letGo(now: number): void {
    this.playSignal(this.line.kind === 'fxo' ? { loop: 'release' } : 'none', now);
  }

  silence(): void {
    this.#toneName = undefined;
    this.#digitUntil = undefined;
    this.#tone.stop();
  }

  drive(drive: Drive): void {
    this.#card.drive(this.line.port, drive);
  }

  report(event: LineEvent, at: number): void {
    this.#host.happened(this.id, event, at);
  }

  joined(now: number): void {
    this.inContext = true;
    this.#port.joined(now);
  }

  read(now: number): void {
    this.#now = now;
    this.#port.tick(now);
    this.#card.read(this.line.port, this.heard);
    if (!this.#port.open) {
      this.#detector.reset();
      return;
    }
    this.#port.heard(this.heard, now);
    if (now >= this.#deafUntil) this.#detector.write(this.heard);
  }

  /** A frame of an idle line: it is heard, and hears its own tones. */
  frameAlone(now: number): void {
    this.read(now);
    this.write(undefined, now);
  }

  write(frame: Int16Array | undefined, now: number): void {
    const signalling = this.#signalling;
    if (signalling) this.#signalledUntil = now;
    if (this.#tone.playing) {
      this.#tone.read(this.#toneFrame);
      if (this.#toneName === 'digits' || this.#digitUntil !== undefined) this.#deafUntil = now + ECHO_MS;
      if (this.#digitMayEnd && this.#digitUntil !== undefined && now >= this.#digitUntil) this.silence();
      if (!this.#tone.playing) this.#toneName = undefined;
      this.#card.write(this.line.port, this.#toneFrame);
      return;
    }
    this.#card.write(this.line.port, signalling ? QUIET : (frame ?? QUIET));
  }

  carry(digit: CarriedDigit): void {
    this.#keyFromBefore = digit.phase === 'began' && digit.inAudio && this.#wasSignalling(digit.sinceMs);
    if (digit.inAudio || !this.#port.open || this.#wasSignalling(0)) return;
    if (digit.phase === 'began') {
      this.play('digit', heldDigitTone(digit.digit), false);
      this.#digitUntil = this.#now + SHORTEST_DIGIT_MS;
      this.#digitMayEnd = false;
    } else this.#digitMayEnd = true;
  }

  yieldToMedia(): void {
    if (this.#yields && this.#toneName) this.silence();
  }

  /** Leaves its context: the line goes on being there, idle. */
  async close(): Promise<SubtractReply> {
    this.inContext = false;
    this.#port.left(this.#now);
    this.mode = 'sendReceive';
    this.detect = [];
    return {};
  }

  /** How long it had been released when the engine could be sure and reported it; undefined where it goes on. */
  releasedSinceMs(event: LineEvent): number | undefined {
    if (event.is === 'onHook') return this.line.kind === 'fxs' ? this.line.timing.flashMs[1] : 0;
    if (event.is !== 'disconnected') return undefined;
    if (event.by === 'loop' && this.line.kind === 'fxo') return this.line.timing.loopDropMs;
    return event.soundedMs ?? 0;
  }

  /** What is told of it when settings take it out of a call. */
  get takenOut(): LineEvent {
    return this.line.kind === 'fxs' ? { is: 'onHook' } : { is: 'disconnected', by: 'loop' };
  }

  get #signalling(): boolean {
    return this.#port.signalling || (this.#tone.playing && this.#toneName === 'digits');
  }

  #wasSignalling(agoMs: number): boolean {
    return this.#signalling || this.#now - agoMs <= this.#signalledUntil;
  }

  #digit(digit: CarriedDigit): void {
    if (digit.phase === 'began') this.#port.digitBegan(this.#now);
    this.#host.digit(this, digit, this.#now);
  }
}
