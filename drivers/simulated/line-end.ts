/** What a phone and an exchange line have in common: a mouth, an ear, a time, and what is wrong with them. */

import { type CardEvent, type CardHost, FRAME_SAMPLES } from '../contract/line-card.ts';
import { Agenda } from './agenda.ts';
import { BehaviourStack } from './behaviour.ts';
import { DtmfDetector } from './dtmf.ts';
import { Ear } from './ear.ts';
import { Mouth } from './mouth.ts';

/** Something that happened, for the clients of the bench; `at` is CLOCK_MONOTONIC in ms. */
export type News = {
  readonly event: string;
  readonly port: string;
  readonly at: number;
  readonly [detail: string]: unknown;
};
export type NewsSink = (news: News) => void;

type Facts<T> = T extends unknown ? Omit<T, 'port' | 'at'> : never;

/** A person elsewhere who speaks and hears here, frame by frame. */
export type Live = { readonly fill: (frame: Int16Array) => void; readonly hear: (frame: Int16Array) => void };

export class LineEnd {
  /** Whoever holds the handset, where somebody does. */
  live: Live | undefined;
  readonly name: string;
  readonly mouth = new Mouth();
  readonly ear: Ear;
  readonly agenda: Agenda;
  readonly behaviours = new BehaviourStack();
  readonly #host: CardHost;
  readonly #sink: NewsSink;
  readonly #detector = new DtmfDetector();
  readonly #silence = new Int16Array(FRAME_SAMPLES);
  #toldAt = 0;

  constructor(name: string, host: CardHost, sink: NewsSink) {
    this.name = name;
    this.#host = host;
    this.#sink = sink;
    this.agenda = new Agenda(() => host.now());
    this.ear = new Ear((on) => this.news('sound', { on }));
  }

  now(): number {
    return this.#host.now();
  }

  /** Tells the engine. Times of one port never run backwards. */
  tell(event: Facts<CardEvent>, at = this.now()): void {
    this.#toldAt = Math.max(this.#toldAt, at);
    this.#host.tell({ port: this.name, at: this.#toldAt, ...event } as CardEvent);
  }

  /** Tells the clients of the bench. */
  news(event: string, detail: object = {}, at = this.now()): void {
    this.#sink({ event, port: this.name, at, ...detail });
  }

  /** Fills a frame for the card with what this end says; nothing gets through where `through` is false. */
  say(frame: Int16Array, through: boolean): void {
    frame.fill(0);
    this.live?.fill(frame);
    this.mouth.fill(frame);
    this.finish(frame, through);
  }

  /** The last steps of `say`, for those who filled the frame themselves. */
  finish(frame: Int16Array, through: boolean): void {
    if (!through) {
      frame.fill(0);
      return;
    }
    this.behaviours.spoken(frame);
    this.mouth.fillMark(frame);
  }

  /** Hears a frame from the card; the digit that began in it, or ''. */
  hear(frame: Int16Array, through: boolean): string {
    const heard = through ? frame : this.#silence;
    this.behaviours.heard(heard);
    this.ear.hear(heard);
    this.live?.hear(heard);
    const digit = this.#detector.hear(heard);
    if (digit !== '') this.news('digit', { digit });
    return digit;
  }

  /** Resolves when `ms` of line time have passed. */
  pause(ms: number): Promise<void> {
    return new Promise((done) => {
      this.agenda.after(ms, () => done());
    });
  }
}
