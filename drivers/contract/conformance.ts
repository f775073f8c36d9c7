/**
 * What every driver of a line card must do, as checks that run against any of them. Each driver's test opens its
 * card, or its simulator, and plays the people outside.
 */

import { type CardEvent, type Drive, FRAME_SAMPLES, type LineCard, type Port, type PortKind } from './line-card.ts';

/** The people and the exchange outside; each acts on the port that it is given. */
export interface Outside {
  lift(port: string): Promise<void>;
  hangUp(port: string): Promise<void>;
  /** Ringing voltage of the exchange. */
  ring(port: string): Promise<void>;
  stopRinging(port: string): Promise<void>;
  /** Does the bell of a phone ring now? */
  rings(port: string): Promise<boolean>;
  /** The exchange takes the feed from a loop that is held closed, for a while. */
  dropLoop(port: string): Promise<void>;
  reverse(port: string, reversed: boolean): Promise<void>;
  /** Pulls the line's cable, or plugs it in again. */
  cable(port: string, plugged: boolean): Promise<void>;
  /** Takes the card from its link, or puts it back. */
  card(present: boolean): Promise<void>;
  /** Speaks a tone of -10 dBm0 at the far end of a port in use. */
  speak(port: string): Promise<void>;
  silence(port: string): Promise<void>;
  /** Level in dBm0 of what the far end hears. */
  level(port: string): Promise<number>;
  /** Waits until it is time for the next frame. */
  nextFrame(): Promise<void>;
}

/** A card under test, with everything that it has told so far. */
export type Subject = {
  readonly card: LineCard;
  readonly events: readonly CardEvent[];
  readonly outside: Outside;
  /** CLOCK_MONOTONIC in ms, the clock of the events. */
  now(): number;
};

export type Check = { readonly name: string; readonly run: (subject: Subject) => Promise<void> };

const SENTINEL = 12345;
/** Samples of a quiet line of real hardware stay below this. */
const QUIET_SAMPLE = 200;
const BYTES_PER_CALL = 32;

function must(holds: boolean, what: string): asserts holds {
  if (!holds) throw new Error(what);
}

/** One frame in and out of every port; each frame read is handed to `heard`. */
async function turn(subject: Subject, ms: number, heard?: (port: string, frame: Int16Array) => void): Promise<void> {
  const frame = new Int16Array(FRAME_SAMPLES);
  for (let left = ms; left > 0; left -= 20) {
    await subject.outside.nextFrame();
    for (const { name } of subject.card.ports) {
      subject.card.read(name, frame);
      heard?.(name, frame);
      frame.fill(0);
      subject.card.write(name, frame);
    }
  }
}

/** Ports of a kind; a card without them passes what concerns them. */
const portsOf = ({ card }: Subject, kind: PortKind): readonly Port[] => card.ports.filter((port) => port.kind === kind);

type Wanted = (event: CardEvent) => boolean;

/** Turns frames until an event of the port fits, for two seconds at most, and returns it. */
async function expect(subject: Subject, port: string, after: number, what: string, wanted: Wanted): Promise<CardEvent> {
  for (let frames = 0; frames < 100; frames++) {
    const found = subject.events.slice(after).find((event) => event.port === port && wanted(event));
    if (found !== undefined) return found;
    await turn(subject, 20);
  }
  const told = subject.events.slice(after).map((event) => JSON.stringify(event));
  throw new Error(`${port}: ${what} was not told within 2 s; told: ${told.join(' ') || 'nothing'}`);
}

const drive = (subject: Subject, port: string, what: Drive): void => subject.card.drive(port, what);

function peakOf(frame: Int16Array): number {
  let peak = 0;
  for (const sample of frame) peak = Math.max(peak, Math.abs(sample));
  return peak;
}

/** Reads between two guards: exactly 160 samples are written. */
function readGuarded({ card }: Subject, port: string): Int16Array {
  const buffer = new Int16Array(FRAME_SAMPLES + 20).fill(SENTINEL);
  const frame = buffer.subarray(10, 10 + FRAME_SAMPLES);
  card.read(port, frame);
  const guards = [...buffer.subarray(0, 10), ...buffer.subarray(10 + FRAME_SAMPLES)];
  must(
    guards.every((sample) => sample === SENTINEL),
    `${port}: read wrote beyond its frame`,
  );
  must(!frame.every((sample) => sample === SENTINEL), `${port}: read left the frame as it was`);
  return frame;
}

function refusalOf(act: () => void): string {
  try {
    act();
  } catch (thrown) {
    return thrown instanceof Error ? thrown.message : String(thrown);
  }
  return '';
}

async function hearFarEnd(subject: Subject, port: string): Promise<void> {
  await subject.outside.speak(port);
  let peak = 0;
  await turn(subject, 400, (name, frame) => {
    if (name === port) peak = Math.max(peak, peakOf(frame));
  });
  must(peak > 3000, `${port}: the far end speaks, and the loudest sample read is ${peak}`);
  await subject.outside.silence(port);
}

async function beHeard(subject: Subject, port: string): Promise<void> {
  const frame = new Int16Array(FRAME_SAMPLES);
  for (let i = 0; i < FRAME_SAMPLES; i++) frame[i] = 8000 * Math.sin((2 * Math.PI * i) / 8);
  for (let frames = 0; frames < 20; frames++) {
    await subject.outside.nextFrame();
    subject.card.read(port, new Int16Array(FRAME_SAMPLES));
    subject.card.write(port, frame);
  }
  const level = await subject.outside.level(port);
  must(level > -20, `${port}: 8000 at peak was written, and the far end hears ${level} dBm0`);
}

function allocated({ card }: Subject, calls: number): number {
  const frame = new Int16Array(FRAME_SAMPLES);
  const before = process.memoryUsage().heapUsed;
  for (let done = 0; done < calls; )
    for (const { name } of card.ports) {
      card.read(name, frame);
      card.write(name, frame);
      done += 2;
    }
  return process.memoryUsage().heapUsed - before;
}

const general: Check[] = [
  {
    name: 'ports have distinct names',
    run: async ({ card }) => {
      must(card.ports.length > 0, 'there are no ports');
      must(new Set(card.ports.map(({ name }) => name)).size === card.ports.length, 'two ports have one name');
    },
  },
  {
    name: 'read fills 160 samples exactly, with silence on an idle line',
    run: async (subject) => {
      await turn(subject, 200);
      for (const { name } of subject.card.ports) {
        const peak = peakOf(readGuarded(subject, name));
        must(peak < QUIET_SAMPLE, `${name}: an idle line has samples of ${peak}`);
      }
    },
  },
  {
    name: 'an unknown port is refused with the names of those that exist',
    run: async ({ card }) => {
      const first = card.ports[0]!.name;
      const frame = new Int16Array(FRAME_SAMPLES);
      must(
        refusalOf(() => card.read('none/99', frame)).includes(first),
        'read does not refuse none/99 by naming ports',
      );
      must(refusalOf(() => card.write('none/99', frame)).includes(first), 'write does not refuse none/99');
      must(refusalOf(() => card.drive('none/99', { ring: 'off' })).includes(first), 'drive does not refuse none/99');
    },
  },
  {
    name: 'read and write allocate nothing to speak of',
    run: async (subject) => {
      allocated(subject, 20_000);
      // A collection in one round would hide what it made; the median of five rounds does not show it.
      const rounds = Array.from({ length: 5 }, () => allocated(subject, 10_000)).sort((a, b) => a - b);
      const perCall = rounds[2]! / 10_000;
      must(perCall < BYTES_PER_CALL, `${perCall.toFixed(1)} bytes a call, ${BYTES_PER_CALL} are allowed`);
    },
  },
  {
    name: 'the card taken out and put back is told of every port, and works again without opening it',
    run: async (subject) => {
      const { card, events, outside } = subject;
      const phones = portsOf(subject, 'fxs').map(({ name }) => name);
      for (const name of phones.slice(0, 1)) {
        await outside.lift(name);
        await outside.speak(name);
        await turn(subject, 100);
      }
      const out = events.length;
      await outside.card(false);
      for (const { name } of card.ports)
        await expect(
          subject,
          name,
          out,
          'loss of service',
          (one) => one.is === 'service' && !one.available && one.cause !== '',
        );
      for (const { name } of card.ports)
        must(peakOf(readGuarded(subject, name)) === 0, `${name}: sound without a card`);
      const gone = events.length;
      for (const name of phones.slice(1, 2)) await outside.lift(name);
      await turn(subject, 100);
      must(events.length === gone, 'a card that is away tells of its lines');
      const back = events.length;
      await outside.card(true);
      for (const { name } of card.ports)
        await expect(subject, name, back, 'return of service', (one) => one.is === 'service' && one.available);
      for (const name of phones) {
        await outside.lift(name);
        await expect(subject, name, back, 'a closed loop', (one) => one.is === 'loop' && one.closed);
        await outside.hangUp(name);
      }
    },
  },
  {
    name: 'closing twice is closing once',
    run: async ({ card }) => {
      await card.close();
      await card.close();
    },
  },
];

const fxs: Check[] = [
  {
    name: 'FXS: lifting and hanging up are told with true times',
    run: async (subject) => {
      for (const { name } of portsOf(subject, 'fxs')) {
        const mark = subject.events.length;
        const before = subject.now();
        await subject.outside.lift(name);
        const closed = await expect(subject, name, mark, 'a closed loop', (one) => one.is === 'loop' && one.closed);
        must(
          closed.at >= before - 25 && closed.at <= subject.now(),
          `${name}: lifted at ${before}, told for ${closed.at}`,
        );
        await subject.outside.hangUp(name);
        const open = await expect(subject, name, mark, 'an open loop', (one) => one.is === 'loop' && !one.closed);
        must(open.at >= closed.at, `${name}: times run backwards`);
      }
    },
  },
  {
    name: 'FXS: sound passes both ways while the phone is lifted',
    run: async (subject) => {
      for (const { name } of portsOf(subject, 'fxs').slice(0, 1)) {
        await subject.outside.lift(name);
        await turn(subject, 100);
        await hearFarEnd(subject, name);
        await beHeard(subject, name);
        await subject.outside.hangUp(name);
      }
    },
  },
  {
    name: 'FXS: the bell follows the drive, writing goes on meanwhile, and lifting trips it',
    run: async (subject) => {
      for (const { name } of portsOf(subject, 'fxs')) {
        drive(subject, name, { ring: 'on', hertz: 25 });
        await turn(subject, 200);
        must(await subject.outside.rings(name), `${name}: driven to ring, the bell is silent`);
        const mark = subject.events.length;
        await subject.outside.lift(name);
        await expect(subject, name, mark, 'a closed loop under ringing', (one) => one.is === 'loop' && one.closed);
        drive(subject, name, { ring: 'off' });
        await turn(subject, 100);
        await subject.outside.hangUp(name);
        await turn(subject, 100);
        must(!(await subject.outside.rings(name)), `${name}: driven off, the bell rings`);
      }
    },
  },
  {
    name: 'FXS: an open feed interrupts the loop of a lifted phone',
    run: async (subject) => {
      for (const { name } of portsOf(subject, 'fxs').slice(0, 1)) {
        await subject.outside.lift(name);
        await turn(subject, 100);
        const mark = subject.events.length;
        drive(subject, name, { feed: 'open' });
        await expect(subject, name, mark, 'an open loop', (one) => one.is === 'loop' && !one.closed);
        drive(subject, name, { feed: 'normal' });
        await expect(subject, name, mark, 'a closed loop', (one) => one.is === 'loop' && one.closed);
        await subject.outside.hangUp(name);
      }
    },
  },
];

async function seize(subject: Subject, port: string): Promise<void> {
  const mark = subject.events.length;
  drive(subject, port, { loop: 'closed' });
  await expect(subject, port, mark, 'current', (one) => one.is === 'current' && one.flows);
}

async function release(subject: Subject, port: string): Promise<void> {
  drive(subject, port, { loop: 'open' });
  await turn(subject, 1500);
}

const fxo: Check[] = [
  {
    name: 'FXO: battery is told after opening, and when the cable is pulled and plugged in',
    run: async (subject) => {
      for (const { name } of portsOf(subject, 'fxo')) {
        await expect(subject, name, 0, 'battery', (one) => one.is === 'battery' && one.present);
        const mark = subject.events.length;
        await subject.outside.cable(name, false);
        await expect(subject, name, mark, 'loss of battery', (one) => one.is === 'battery' && !one.present);
        await subject.outside.cable(name, true);
        await expect(subject, name, mark, 'battery', (one) => one.is === 'battery' && one.present);
      }
    },
  },
  {
    name: 'FXO: ringing is told when it comes and goes',
    run: async (subject) => {
      for (const { name } of portsOf(subject, 'fxo')) {
        const mark = subject.events.length;
        await subject.outside.ring(name);
        await expect(subject, name, mark, 'ringing', (one) => one.is === 'ringing' && one.on);
        await subject.outside.stopRinging(name);
        await expect(subject, name, mark, 'the end of ringing', (one) => one.is === 'ringing' && !one.on);
      }
    },
  },
  {
    name: 'FXO: a closed loop draws current, a drop of it is told, and so is its return',
    run: async (subject) => {
      for (const { name } of portsOf(subject, 'fxo')) {
        await seize(subject, name);
        const mark = subject.events.length;
        await subject.outside.dropLoop(name);
        await expect(subject, name, mark, 'loss of current', (one) => one.is === 'current' && !one.flows);
        await expect(subject, name, mark, 'return of current', (one) => one.is === 'current' && one.flows);
        await release(subject, name);
      }
    },
  },
  {
    name: 'FXO: reversals of polarity are told',
    run: async (subject) => {
      for (const { name } of portsOf(subject, 'fxo')) {
        await seize(subject, name);
        const mark = subject.events.length;
        await subject.outside.reverse(name, true);
        await expect(subject, name, mark, 'reversed polarity', (one) => one.is === 'polarity' && one.reversed);
        await subject.outside.reverse(name, false);
        await expect(subject, name, mark, 'normal polarity', (one) => one.is === 'polarity' && !one.reversed);
        await release(subject, name);
      }
    },
  },
  {
    name: 'FXO: answering a ring gives current and sound both ways',
    run: async (subject) => {
      for (const { name } of portsOf(subject, 'fxo').slice(0, 1)) {
        await subject.outside.ring(name);
        await turn(subject, 100);
        await seize(subject, name);
        await turn(subject, 100);
        await hearFarEnd(subject, name);
        await beHeard(subject, name);
        await release(subject, name);
      }
    },
  },
];

/** All checks; each wants a card that was just opened. */
export const conformance: readonly Check[] = [...general, ...fxs, ...fxo];
