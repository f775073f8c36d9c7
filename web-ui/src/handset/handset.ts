/** One handset of the page: which phone it is, how that is, and what a person does with it. */

import '../i18n/handset.ts';
import { signal } from '@preact/signals';
import { t } from '../t.ts';
import { BenchError, type BenchEvent, BenchLink, type LinkState, octetsOf } from './bench-link.ts';
import { type Microphone, Sound } from './sound.ts';
import type { Levels } from './worklet-messages.ts';

type PhoneState = {
  readonly hook: 'on' | 'off';
  readonly ringing: boolean;
  readonly callerId?: string;
  readonly callerName?: string;
};

const KEY_MS = { onMs: 80, offMs: 60 } as const;
const LONGEST_DISPLAY = 24;
/** The longest pause between two rings of any country, and some: after it nobody rings any more. */
const RING_PAUSE_MS = 6000;
const silence: Levels = { heard: 0, said: 0, heldMs: 0, gaps: 0, droppedMs: 0 };

export class Handset {
  readonly link = signal<LinkState>('connecting');
  /** Names of the phones of the card. */
  readonly phones = signal<readonly string[]>([]);
  /** The card has told which there are. */
  readonly listed = signal(false);
  readonly phone = signal('');
  readonly offHook = signal(false);
  /** This page hears and speaks; another page or script may have lifted it. */
  readonly held = signal(false);
  /** From the first ring to the last, pauses and all. */
  readonly ringing = signal(false);
  /** Number and name of who rings, as the phone's display shows it. */
  readonly caller = signal('');
  readonly dialled = signal('');
  readonly muted = signal(false);
  readonly microphone = signal<Microphone>('closed');
  readonly levels = signal<Levels>(silence);
  /** What went wrong last, for a person; empty where nothing did. */
  readonly wrong = signal('');
  readonly #link: BenchLink;
  #sound: Sound | undefined;
  #ringEnd: ReturnType<typeof setTimeout> | undefined;

  constructor() {
    this.#link = new BenchLink(
      (event) => this.#happened(event),
      (state) => this.#linked(state),
    );
    // with a touch before this page was opened, all is loaded by the time of the lift
    if (navigator.userActivation?.hasBeenActive) this.#prepare();
  }

  /** Takes another phone; the one that is held is hung up. */
  async choose(phone: string): Promise<void> {
    if (this.held.value) await this.hangUp();
    this.phone.value = phone;
    await this.#refresh().catch(() => {});
  }

  async lift(): Promise<void> {
    this.wrong.value = '';
    this.dialled.value = '';
    this.#prepare();
    this.#rungOut();
    this.offHook.value = true;
    await Promise.all([this.#pickUp(), this.#listen(), this.#speak()]);
  }

  async hangUp(): Promise<void> {
    this.#letGo();
    this.offHook.value = false;
    await this.#do('hangUp', () => this.#link.request('hangUp', { port: this.phone.value }));
    await this.#link.request('detach', { port: this.phone.value }).catch(() => {});
  }

  async press(key: string): Promise<void> {
    if (!this.offHook.value) return;
    this.dialled.value = (this.dialled.value + key).slice(-LONGEST_DISPLAY);
    this.#sound?.keyTone(key);
    await this.#do('press', () => this.#link.request('press', { port: this.phone.value, digits: key, ...KEY_MS }));
  }

  async flash(): Promise<void> {
    this.dialled.value = '';
    await this.#do('flash', () => this.#link.request('flash', { port: this.phone.value }));
  }

  mute(muted: boolean): void {
    this.muted.value = muted;
  }

  /** The page goes: the card hangs up what it held. */
  close(): void {
    clearTimeout(this.#ringEnd);
    // a browser that still asks for the microphone finds nobody who wants it any more
    this.#letGo();
    this.#link.close();
    this.#sound?.close();
  }

  /** What the browser refuses to a page that nobody has touched, or has not got, is not there. */
  #prepare(): Sound | undefined {
    if (this.#sound || typeof AudioContext === 'undefined' || typeof AudioWorkletNode === 'undefined')
      return this.#sound;
    this.#sound = new Sound(
      (octets) => this.#said(octets),
      (levels) => {
        if (this.held.value) this.levels.value = levels;
      },
    );
    return this.#sound;
  }

  async #pickUp(): Promise<void> {
    const port = this.phone.value;
    this.held.value = true;
    await this.#do('lift', async () => {
      await this.#link.request('attach', { port, hangsUp: true }).catch((error) => {
        this.#letGo();
        throw error;
      });
      await this.#link.request('lift', { port });
    });
    if (!this.held.value) await this.#refresh().catch(() => {});
  }

  async #listen(): Promise<void> {
    try {
      if (!this.#sound) throw new Error('no AudioWorklet');
      await this.#sound.start();
    } catch {
      this.wrong.value = t(isSecureContext ? 'handset.noSound' : 'handset.insecure');
    }
  }

  async #speak(): Promise<void> {
    const sound = this.#sound;
    if (!sound) return;
    this.microphone.value = 'asking';
    const found = await sound.openMicrophone();
    this.microphone.value = found;
    // put down, or held by another, while the browser was asking
    if (!this.held.value) this.#letGo();
  }

  #said(octets: Uint8Array): void {
    if (this.held.value && !this.muted.value) this.#link.say(this.phone.value, octets);
  }

  #letGo(): void {
    this.held.value = false;
    this.#sound?.closeMicrophone();
    this.microphone.value = 'closed';
    this.levels.value = silence;
  }

  async #do(what: 'lift' | 'hangUp' | 'press' | 'flash', act: () => Promise<unknown>): Promise<void> {
    try {
      await act();
    } catch (error) {
      // keys that a hang-up or the next sound cut short are nobody's fault
      if (what === 'press' && this.link.value === 'open') return;
      const why = error instanceof BenchError && error.message !== 'lost' ? error.message : t('handset.lost');
      this.wrong.value = t('handset.failed', { why });
    }
  }

  #linked(state: LinkState): void {
    this.link.value = state;
    // a connection that breaks meanwhile begins anew
    if (state === 'open') this.#begin().catch(() => {});
    if (state !== 'lost') return;
    // the card has hung up by itself
    this.#letGo();
    this.offHook.value = false;
    this.#rungOut();
  }

  async #begin(): Promise<void> {
    await this.#link.request('subscribe');
    const { ports } = await this.#link.request<{ ports: { port: string; kind: string }[] }>('list');
    this.phones.value = ports.filter(({ kind }) => kind === 'phone').map(({ port }) => port);
    this.listed.value = true;
    if (this.phone.value === '') this.phone.value = this.phones.value[0] ?? '';
    await this.#refresh();
  }

  async #refresh(): Promise<void> {
    const port = this.phone.value;
    if (port === '') return;
    const { hook, ringing, callerId, callerName } = await this.#link.request<PhoneState>('state', { port });
    if (port !== this.phone.value) return;
    this.offHook.value = hook === 'off';
    this.#called(callerId, callerName);
    if (ringing) this.#ring(true);
    else this.#rungOut();
  }

  #happened(event: BenchEvent): void {
    if (event.port !== this.phone.value) return;
    if (event.event === 'heard') this.#sound?.heard(octetsOf(String(event['audio'])));
    else if (event.event === 'hook') this.#hooked(event['off'] === true);
    else if (event.event === 'callerId') this.#called(event['number'], event['name']);
    else if (event.event === 'ringing') {
      if (event['rings'] === 1 && event['on'] === true) this.caller.value = '';
      this.#ring(event['on'] === true);
    }
  }

  #hooked(off: boolean): void {
    this.offHook.value = off;
    this.#rungOut();
    if (!off) this.#letGo();
  }

  #called(number: unknown, name: unknown): void {
    this.caller.value = [number, name].filter((each) => typeof each === 'string' && each !== '').join(' · ');
  }

  #ring(on: boolean): void {
    clearTimeout(this.#ringEnd);
    if (on) this.ringing.value = true;
    else this.#ringEnd = setTimeout(() => this.#rungOut(), RING_PAUSE_MS);
    if (navigator.userActivation?.hasBeenActive !== false) this.#prepare()?.ring(on);
  }

  #rungOut(): void {
    clearTimeout(this.#ringEnd);
    this.#sound?.ring(false);
    this.ringing.value = false;
  }
}
