/** What each command of the bench does to a phone or an exchange line. Requests have been checked before. */

import { readFile, stat, writeFile } from 'node:fs/promises';
import { SAMPLE_RATE } from '../contract/line-card.ts';
import { type BehaviourName, type BehaviourOptions, behaviourTable } from './behaviour.ts';
import type { Connection } from './bench-connection.ts';
import { BenchRefusal, commands } from './bench-protocol.ts';
import { waitFor } from './bench-wait.ts';
import type { Request, World } from './bench-world.ts';
import type { ExchangeToneName, NumberPlan } from './defaults.ts';
import type { Disconnect, ExchangeLine } from './exchange.ts';
import type { Phone } from './phone.ts';
import { analyse } from './spectrum.ts';
import { readWav, WavError, writeWav } from './wav.ts';

/** One hour of PCM; more is a mistake. */
const LARGEST_FILE_BYTES = 64 * 1024 * 1024;

type Action<T> = (on: T, request: Request, world: World, client: Connection) => object | Promise<object>;

const nothing = {};

async function voiceOf(file: string): Promise<Int16Array> {
  try {
    if ((await stat(file)).size > LARGEST_FILE_BYTES) throw new WavError('it is larger than 64 MiB: cut it');
    return readWav(await readFile(file));
  } catch (thrown) {
    throw new BenchRefusal('bad-file', `${file}: ${thrown instanceof Error ? thrown.message : String(thrown)}`);
  }
}

/** Loads the files that number plans name, before they are needed. */
export async function loadVoices(plans: readonly NumberPlan[], voices: Map<string, Int16Array>): Promise<void> {
  for (const { file } of plans) if (file !== undefined && !voices.has(file)) voices.set(file, await voiceOf(file));
}

const breathe = (): Promise<void> => new Promise((done) => setImmediate(done));

function mustHear(on: Phone | ExchangeLine): void {
  if (on.kind === 'phone' && !on.loop)
    throw new BenchRefusal('not-possible', `${on.end.name} is on hook or cut off: lift it first`);
  if (on.kind === 'exchange' && !on.flows)
    throw new BenchRefusal('not-possible', `${on.end.name} is not in use: its loop is open`);
}

// What it takes to be in a call is the caller's business: these act on both kinds of end.
const anyActions: Record<string, Action<Phone | ExchangeLine>> = {
  state: (on) => on.state(),
  press: async (on, { digits, onMs = 100, offMs = 100 }) => {
    mustHear(on);
    if (await on.press(digits, onMs, offMs)) return nothing;
    throw new BenchRefusal('not-possible', 'the keys were cut short by another sound or by hanging up');
  },
  speak: async (on, { file, repeat = false, wait = false }) => {
    const samples = await voiceOf(file);
    const seconds = samples.length / SAMPLE_RATE;
    await new Promise<void>((done) => {
      on.end.mouth.speak(samples, repeat, (why) => {
        on.end.news('spoke', { why });
        done();
      });
      if (!wait || repeat) done();
    });
    return { seconds };
  },
  tone: (on, { hertz, level = -10, ms = 0 }) => {
    on.end.mouth.play({ steps: [{ hertz, level, ms }] }, (why) => on.end.news('spoke', { why }));
    return nothing;
  },
  silence: (on) => {
    on.end.mouth.silence();
    return nothing;
  },
  hear: async (on, { ms = 1000 }) => ({ ...(await analyse(await on.end.ear.take(ms), breathe)) }),
  wait: (on, request, world) => waitFor(on, request, world),
  mark: (on, _request, world) => {
    mustHear(on);
    return new Promise((done) => on.end.mouth.mark(() => done({ at: world.now() })));
  },
  fault: (on, { name, on: active = true, ...options }) => {
    const fault = name as BehaviourName;
    if (!behaviourTable[fault].kinds.includes(on.kind))
      throw new BenchRefusal('bad-field', `${fault} is no fault of this kind of port (${on.kind})`);
    if (active) on.end.behaviours.put(fault, options as BehaviourOptions);
    else on.end.behaviours.remove(fault);
    on.behavioursChanged();
    return { faults: on.end.behaviours.names };
  },
  clearFaults: (on) => {
    on.end.behaviours.clear();
    on.behavioursChanged();
    return nothing;
  },
};

const recordings = new WeakMap<object, string>();
const listenActions: Record<string, Action<Phone | ExchangeLine>> = {
  listen: async (on, { file }) => {
    // Written once now, so that a bad path is refused before the call and not after it.
    await store(file, new Int16Array(0));
    recordings.set(on, file);
    on.end.ear.listen();
    return nothing;
  },
  stopListening: async (on) => {
    const samples = on.end.ear.stopListening();
    const file = recordings.get(on);
    if (samples === undefined || file === undefined)
      throw new BenchRefusal('not-possible', `${on.end.name} does not listen: use listen first`);
    await store(file, samples);
    return { file, seconds: samples.length / SAMPLE_RATE };
  },
};

async function store(file: string, samples: Int16Array): Promise<void> {
  try {
    await writeFile(file, writeWav(samples));
  } catch (thrown) {
    throw new BenchRefusal('bad-file', `${file} cannot be written: ${thrown instanceof Error ? thrown.message : ''}`);
  }
}

const phoneActions: Record<string, Action<Phone>> = {
  lift: (phone) => {
    phone.lift();
    return nothing;
  },
  hangUp: (phone) => {
    phone.hangUp();
    return nothing;
  },
  flash: async (phone, { ms = 250 }) => {
    mustHear(phone);
    await phone.flash(ms);
    return nothing;
  },
  attach: (phone, request, _world, { handsets }) => handsets.attach(phone, request),
  detach: (phone, _request, _world, { handsets }) => handsets.detach(phone),
  say: (phone, request, _world, { handsets }) => handsets.say(phone, request),
  pulse: async (phone, { digits }) => {
    mustHear(phone);
    await phone.pulse(digits);
    return nothing;
  },
};

const exchangeActions: Record<string, Action<ExchangeLine>> = {
  ring: (line, { callerId, callerName, cadence }, { settings }) => {
    if (line.lineState !== 'idle')
      throw new BenchRefusal('not-possible', `the line is not idle but ${line.lineState}: wait until it is`);
    const steps: readonly number[] = cadence ?? settings.ringCadence;
    if (steps.length % 2 === 1)
      throw new BenchRefusal('bad-field', 'cadence has an odd number of steps: give pairs of on and off');
    const known = callerId !== undefined || callerName !== undefined;
    line.ring(steps, known ? { number: callerId, name: callerName } : undefined);
    return nothing;
  },
  stopRinging: (line) => {
    line.stopRinging();
    return nothing;
  },
  answer: (line, { reversal }) => {
    if (!line.closed || line.lineState === 'talking')
      throw new BenchRefusal('not-possible', `there is no call to answer: the line is ${line.lineState}`);
    line.answer({ does: 'answers', reversal });
    return nothing;
  },
  farHangUp: (line, { by }) => {
    if (!line.closed) throw new BenchRefusal('not-possible', 'nobody is on the line: its loop is open');
    line.farHangUp(by as Disconnect | undefined);
    return nothing;
  },
  drop: (line, { ms = 800 }) => {
    line.drop(ms);
    return nothing;
  },
  polarity: (line, { reversed }) => {
    line.setPolarity(reversed);
    return nothing;
  },
  exchangeTone: (line, { tone }, { settings }) => {
    line.playTone(tone === 'none' ? undefined : settings.tones[tone as ExchangeToneName]);
    return nothing;
  },
  program: async (line, { number, do: _do, id: _id, port: _port, ...plan }, { voices }) => {
    await loadVoices([plan as NumberPlan], voices);
    line.numbers.set(number, plan as NumberPlan);
    return nothing;
  },
};

const worldActions: Record<string, (world: World, request: Request, client: Connection) => object> = {
  help: () => ({
    commands: Object.entries(commands).map(([name, { help, on, fields }]) => ({
      name,
      help,
      on,
      fields: Object.keys(fields),
    })),
  }),
  list: ({ ends }) => ({ ports: [...ends.values()].map((end) => ({ port: end.end.name, kind: end.kind })) }),
  subscribe: () => nothing,
  withoutFiles: (_world, _request, client) => {
    client.withoutFiles = true;
    return nothing;
  },
  card: (world, request) => {
    world.setCard(request['is'] === 'in');
    return nothing;
  },
};

/** Does what `client` asked; `on` is the port of commands that have one. */
export async function perform(
  world: World,
  request: Request,
  on: Phone | ExchangeLine | undefined,
  client: Connection,
): Promise<object> {
  const name = request.do;
  if (on === undefined) return worldActions[name]!(world, request, client);
  const common = anyActions[name] ?? listenActions[name];
  if (common !== undefined) return common(on, request, world, client);
  return on.kind === 'phone'
    ? phoneActions[name]!(on, request, world, client)
    : exchangeActions[name]!(on, request, world, client);
}
