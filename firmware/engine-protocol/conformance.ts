import assert from 'node:assert/strict';
import { access, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { encodeMessage, MessageDecoder } from './codec.ts';
import type { Hardware } from './hardware.ts';
import type {
  AddReply,
  AuditReply,
  EngineReport,
  HelloReply,
  ModifyReply,
  Notify,
  ProvisionReply,
  Reply,
  Service,
  SubtractReply,
} from './messages.ts';
import { PROTOCOL } from './messages.ts';

const PATIENCE_MS = 5000;

type Replied = { readonly [name: string]: unknown };
type Waiter = { readonly wanted: (report: EngineReport) => boolean; readonly done: (report: EngineReport) => void };

/** The control side of the engine protocol with nothing behind it, for tests. */
export class EngineConnection {
  readonly #socket: Socket;
  readonly #decoder = new MessageDecoder();
  readonly #waiters = new Set<Waiter>();
  #lastId = 0;
  /** All that came, in order. */
  readonly reports: EngineReport[] = [];
  readonly closed: Promise<void>;

  constructor(socket: Socket) {
    this.#socket = socket;
    socket.on('data', (octets) => {
      for (const report of this.#decoder.push(octets)) this.#received(report as EngineReport);
    });
    socket.on('error', () => {});
    this.closed = new Promise((resolve) => socket.once('close', () => resolve()));
  }

  static connect(path: string): Promise<EngineConnection> {
    return new Promise((resolve, reject) => {
      const socket = connect(path, () => resolve(new EngineConnection(socket)));
      socket.once('error', reject);
    });
  }

  send(message: object): void {
    this.#socket.write(encodeMessage(message));
  }

  raw(octets: Buffer): void {
    this.#socket.write(octets);
  }

  /** Sends a request and returns what stands under `ok`; an error reply is thrown as `code: detail`. */
  async request<T = Replied>(name: string, fields: object = {}): Promise<T> {
    const id = ++this.#lastId;
    const reply = this.report((report): report is Reply => report.to === 'reply' && report.id === id);
    this.send({ do: name, id, ...fields });
    const answer = await reply;
    if ('error' in answer) throw new Error(`${answer.error.code}: ${answer.error.detail}`);
    return answer.ok as T;
  }

  hello(heardUpTo = 0, protocol = `${PROTOCOL.major}.${PROTOCOL.minor}`): Promise<HelloReply> {
    return this.request('hello', { protocol, build: 'test', control: 'conformance', heardUpTo });
  }

  /** The next report that fits. */
  report<T extends EngineReport>(wanted: (report: EngineReport) => report is T, withinMs = PATIENCE_MS): Promise<T> {
    const { promise, resolve, reject } = withResolvers<T>();
    const late = setTimeout(() => {
      this.#waiters.delete(waiter);
      reject(new Error(`the engine did not report ${wanted.toString()} within ${withinMs} ms`));
    }, withinMs);
    const waiter: Waiter = {
      wanted,
      done: (report) => {
        clearTimeout(late);
        resolve(report as T);
      },
    };
    this.#waiters.add(waiter);
    return promise;
  }

  /** The next event of a termination by its name, such as `offHook`. */
  event(termination: string, is: string, withinMs = PATIENCE_MS): Promise<Notify> {
    const wanted = (report: EngineReport): report is Notify =>
      report.to === 'event' && report.termination === termination && report.event.is === is;
    return this.report(wanted, withinMs);
  }

  /** The numbered reports that came so far. */
  numbered(): (Notify | Service)[] {
    return this.reports.filter(
      (report): report is Notify | Service => report.to === 'event' || report.to === 'service',
    );
  }

  close(): Promise<void> {
    this.#socket.end();
    return this.closed;
  }

  #received(report: EngineReport): void {
    this.reports.push(report);
    for (const waiter of [...this.#waiters]) {
      if (!waiter.wanted(report)) continue;
      this.#waiters.delete(waiter);
      waiter.done(report);
    }
  }
}

const withResolvers = <T>() => {
  let resolve!: (value: T) => void;
  let reject!: (error: Error) => void;
  const promise = new Promise<T>((done, fail) => {
    resolve = done;
    reject = fail;
  });
  return { promise, resolve, reject };
};

/** The engine under test, freshly started and not provisioned. */
export type EngineUnderTest = {
  connect(): Promise<EngineConnection>;
  /** A hardware with at least two phone lines that work. */
  readonly hardware: Hardware;
  /** Lifts the phone of a line of `hardware`, and puts it back. */
  lift(line: string): Promise<void>;
  hangUp(line: string): Promise<void>;
  stop(): Promise<void>;
};

const greet = async (engine: EngineUnderTest, heardUpTo = 0): Promise<EngineConnection> => {
  const control = await engine.connect();
  await control.hello(heardUpTo);
  return control;
};

const provision = (control: EngineConnection, hardware: Hardware, revision = 'r1'): Promise<ProvisionReply> =>
  control.request('provision', { revision, hardware });

const NET = { kind: 'net', interface: '127.0.0.1' };

const addTo = (control: EngineConnection, context: string, what: unknown): Promise<AddReply> =>
  control.request('add', { context, mode: 'sendReceive', what });

const media = (remotePort: number) => ({
  remote: ['127.0.0.1', remotePort],
  dscp: 46,
  as: 'audio',
  send: { name: 'PCMA', payloadType: 8 },
  receive: [{ name: 'PCMA', payloadType: 8 }],
  ptimeMs: 20,
  jitter: { kind: 'adaptive', minMs: 20, initialMs: 40, maxMs: 200 },
  digits: { by: 'event', payloadType: 101 },
  lostAfterMs: 0,
});

type Check = (engine: EngineUnderTest) => Promise<void>;

/** A linear 8 kHz WAV file of a steady sound. */
const soundFile = (seconds: number): Buffer => {
  const samples = Int16Array.from({ length: seconds * 8000 }, (_, index) => (index % 8 < 4 ? 6000 : -6000));
  const header = Buffer.alloc(44);
  header.write('RIFF', 0, 'latin1');
  header.writeUInt32LE(36 + samples.length * 2, 4);
  header.write('WAVEfmt ', 8, 'latin1');
  header.writeUInt32LE(16, 16);
  for (const [at, value] of [
    [20, 1],
    [22, 1],
    [32, 2],
    [34, 16],
  ] as const)
    header.writeUInt16LE(value, at);
  header.writeUInt32LE(8000, 24);
  header.writeUInt32LE(16_000, 28);
  header.write('data', 36, 'latin1');
  header.writeUInt32LE(samples.length * 2, 40);
  return Buffer.concat([header, Buffer.from(samples.buffer)]);
};

/** Seconds of a u-law file by its `data` chunk, which must be all that is there. */
const secondsIn = (octets: Buffer): number => {
  const said = octets.readUInt32LE(octets.indexOf('data', 0, 'latin1') + 4);
  assert.equal(octets.length, octets.indexOf('data', 0, 'latin1') + 8 + said, 'the header is not true');
  return said / 8000;
};

/** Which samples of a u-law file are not silence. */
const loudIn = (octets: Buffer): number[] => {
  const samples = octets.subarray(-secondsIn(octets) * 8000);
  return [...samples.keys()].filter((at) => samples[at] !== 0xff && samples[at] !== 0x7f);
};

/** A player of a second's sound and a recorder in one context; `at` is the folder of their files. */
const playAndRecord = async (control: EngineConnection, at: string, limits: object = {}) => {
  const sound = join(at, 'sound.wav');
  await writeFile(sound, soundFile(1));
  const file = join(at, 'recorded.wav');
  const what = { kind: 'recorder', file, longestS: 60, silenceEndsS: 0, ...limits };
  const { context, termination: recorder } = await control.request<AddReply>('add', {
    context: 'new',
    mode: 'sendOnly',
    what,
  });
  const player = { kind: 'player', files: [sound], repeat: false };
  const playing = await control.request<AddReply>('add', { context, mode: 'receiveOnly', what: player });
  return { context, recorder, player: playing.termination, file, sound };
};

const inFolder = async (work: (folder: string) => Promise<void>): Promise<void> => {
  const folder = await mkdtemp(join(tmpdir(), 'conformance-'));
  try {
    await work(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
};

/** What every engine does, one promise a row. */
const promises: Readonly<Record<string, Check>> = {
  'greets with its protocol, build and epoch': async (engine) => {
    const control = await engine.connect();
    const reply = await control.hello();
    assert.equal(reply.protocol, `${PROTOCOL.major}.${PROTOCOL.minor}`);
    assert.ok(reply.epoch.length > 0 && reply.build.length > 0);
    assert.equal(reply.revision, undefined);
  },

  'refuses another major version with a sentence, and ends the connection': async (engine) => {
    const control = await engine.connect();
    await assert.rejects(control.hello(0, `${PROTOCOL.major + 1}.0`), /protocol-mismatch: .*speaks.*restart/);
    await control.closed;
    await (await engine.connect()).hello();
  },

  'asks for hello first': async (engine) => {
    const control = await engine.connect();
    await assert.rejects(control.request('audit'), /engine-request: .*hello/);
    await control.hello();
    await control.request('audit');
  },

  'is provisioned, and again without touching what is there': async (engine) => {
    const control = await greet(engine);
    const first = await provision(control, engine.hardware);
    assert.deepEqual(
      first.lines,
      engine.hardware.lines.map(({ id }) => ({ id, state: 'ready' })),
    );
    const line = engine.hardware.lines[0]!.id;
    const { context } = await addTo(control, 'new', line);
    assert.deepEqual(await provision(control, engine.hardware, 'r2'), first);
    const audit = await control.request<AuditReply>('audit');
    assert.deepEqual(audit.contexts, [{ id: context, terminations: [{ id: line, mode: 'sendReceive' }] }]);
    assert.equal((await (await engine.connect()).hello()).revision, 'r2');
  },

  'says which line failed and why': async (engine) => {
    const control = await greet(engine);
    const [line, ...others] = engine.hardware.lines;
    const hardware = { ...engine.hardware, lines: [{ ...line!, port: 'no-such-port' }, ...others] } as Hardware;
    const [failed, good] = (await provision(control, hardware)).lines;
    assert.equal(failed?.state, 'failed');
    assert.match(failed?.cause ?? '', /no-such-port/);
    assert.equal(good?.state, 'ready');
  },

  'names the drivers that exist when one does not': async (engine) => {
    const control = await greet(engine);
    const cards = engine.hardware.cards.map((card) => ({ ...card, driver: 'no-such-driver' }));
    const { lines } = await provision(control, { ...engine.hardware, cards });
    assert.match(lines[0]?.cause ?? '', new RegExp(`no-such-driver.*${engine.hardware.cards[0]!.driver}`));
  },

  'adds, modifies, moves and subtracts, and the audit agrees': async (engine) => {
    const control = await greet(engine);
    await provision(control, engine.hardware);
    const line = engine.hardware.lines[0]!.id;
    const call = await addTo(control, 'new', NET);
    assert.equal(call.local?.[0], '127.0.0.1');
    assert.equal((call.local?.[1] ?? 1) % 2, 0, 'RTP has an even port');
    await addTo(control, call.context, line);
    await control.request('modify', { termination: call.termination, media: media(9), mode: 'inactive' });
    const members = async () => (await control.request<AuditReply>('audit')).contexts;
    assert.deepEqual(await members(), [
      {
        id: call.context,
        terminations: [
          { id: call.termination, mode: 'inactive' },
          { id: line, mode: 'sendReceive' },
        ],
      },
    ]);
    const moved = await control.request<{ context: string }>('move', { termination: line, to: 'new' });
    assert.notEqual(moved.context, call.context);
    await control.request('move', { termination: line, to: call.context });
    assert.equal((await members()).length, 1);
    await control.request('subtract', { termination: line });
    const { statistics } = await control.request<SubtractReply>('subtract', { termination: call.termination });
    assert.equal(statistics?.net, call.termination);
    assert.deepEqual(await members(), []);
  },

  'binds a net anew at another address, and says where it listens': async (engine) => {
    const control = await greet(engine);
    await provision(control, engine.hardware);
    const { termination, local } = await addTo(control, 'new', NET);
    const bind = (at: string) => control.request<ModifyReply>('modify', { termination, interface: at });
    const moved = await bind('127.0.0.2');
    assert.equal(moved.local?.[0], '127.0.0.2');
    assert.deepEqual(await bind('127.0.0.2'), moved, 'where it stands already it stays');
    assert.notDeepEqual(moved.local, local);
    await assert.rejects(bind('192.0.2.1'), /192\.0\.2\.1/);
    await assert.rejects(
      control.request('modify', { termination: engine.hardware.lines[0]!.id, interface: 'x' }),
      /bind/,
    );
    await control.request('subtract', { termination });
  },

  'refuses names that nothing has, and keeps the connection': async (engine) => {
    const control = await greet(engine);
    await provision(control, engine.hardware);
    await assert.rejects(control.request('dance'), /engine-request: .*dance/);
    await assert.rejects(addTo(control, 'context/999', NET), /context\/999/);
    await assert.rejects(addTo(control, 'new', 'line/none'), /line\/none/);
    await assert.rejects(control.request('subtract', { termination: 'net/999' }), /net\/999/);
    await assert.rejects(control.request('modify', { termination: 'net/999', mode: 'inactive' }), /net\/999/);
    const line = engine.hardware.lines[0]!.id;
    await assert.rejects(control.request('signal', { termination: line, play: { ring: 'waltz' } }), /waltz/);
    await assert.rejects(control.request('signal', { termination: line, play: { tone: 'waltz' } }), /waltz/);
    await assert.rejects(control.request('add', { context: 'new', mode: 'waltz', what: NET }), /waltz/);
    await control.request('audit');
  },

  'numbers its events and stamps them': async (engine) => {
    const control = await greet(engine);
    await provision(control, engine.hardware);
    const line = engine.hardware.lines[0]!.id;
    const lifted = control.event(line, 'offHook');
    await engine.lift(line);
    const first = await lifted;
    const put = control.event(line, 'onHook');
    await engine.hangUp(line);
    const second = await put;
    assert.ok(second.seq > first.seq);
    assert.ok(second.at > first.at);
    assert.equal((await control.request<AuditReply>('audit')).lastSeq, control.numbered().at(-1)?.seq);
  },

  'keeps what happens while nobody listens, and sends it after what was heard': async (engine) => {
    const control = await greet(engine);
    await provision(control, engine.hardware);
    const line = engine.hardware.lines[0]!.id;
    const lifted = control.event(line, 'offHook');
    await engine.lift(line);
    const heard = (await lifted).seq;
    await control.close();
    await engine.hangUp(line);
    const next = await engine.connect();
    const put = next.event(line, 'onHook');
    await next.hello(heard);
    await put;
    const all = await greet(engine, 0);
    const again = await all.request<AuditReply>('audit');
    assert.deepEqual(
      all.numbered().map(({ seq }) => seq),
      Array.from({ length: again.lastSeq }, (_, index) => index + 1),
    );
    assert.ok(next.numbered().every(({ seq }) => seq > heard));
  },

  'forgets what is acknowledged': async (engine) => {
    const control = await greet(engine);
    await provision(control, engine.hardware);
    const line = engine.hardware.lines[0]!.id;
    const lifted = control.event(line, 'offHook');
    await engine.lift(line);
    const { seq } = await lifted;
    control.send({ do: 'acknowledge', upTo: seq });
    await control.request('audit');
    const next = await greet(engine, 0);
    await next.request('audit');
    assert.ok(next.numbered().every((report) => report.seq > seq));
  },

  'leaves a control plane for a newer one': async (engine) => {
    const older = await greet(engine);
    const newer = await greet(engine);
    await older.closed;
    await newer.request('audit');
  },

  'ends a connection that sends nonsense, and serves the next': async (engine) => {
    const control = await greet(engine);
    control.raw(Buffer.from([0xff, 0xff, 0xff, 0xff, 1, 2, 3]));
    await control.closed;
    const other = await greet(engine);
    other.raw(Buffer.from([0, 0, 0, 3, 0x7b, 0x7b, 0x7b]));
    await other.closed;
    await (await greet(engine)).request('audit');
  },

  'plays a file to its end and says so, and records what it played': (engine) =>
    inFolder(async (folder) => {
      const control = await greet(engine);
      const { recorder, player, file } = await playAndRecord(control, folder);
      const { event } = await control.event(player, 'finished');
      assert.deepEqual(event, { is: 'finished', seconds: 1, why: 'end' });
      await access(`${file}.part`);
      const { seconds = 0 } = await control.request<SubtractReply>('subtract', { termination: recorder });
      assert.ok(seconds >= 1 && seconds < 2, `recorded ${seconds} s`);
      const octets = await readFile(file);
      assert.equal(secondsIn(octets), seconds);
      await assert.rejects(access(`${file}.part`));
      const loud = octets.subarray(-seconds * 8000).filter((octet) => octet !== 0xff && octet !== 0x7f);
      assert.equal(loud.length, 8000, 'all of it, and only it');
    }),

  'takes off the end of a recording what control says': (engine) =>
    inFolder(async (folder) => {
      const control = await greet(engine);
      const { recorder, player, file } = await playAndRecord(control, folder);
      await control.event(player, 'finished');
      const cut = { termination: recorder, cutMs: 600 };
      const { seconds = 0 } = await control.request<SubtractReply>('subtract', cut);
      assert.ok(seconds >= 0.4 && seconds < 1.4, `${seconds} s are left`);
      assert.equal(secondsIn(await readFile(file)), seconds);
    }),

  'ends a recording after silence and cuts it to half a second': (engine) =>
    inFolder(async (folder) => {
      const control = await greet(engine);
      const { recorder, file } = await playAndRecord(control, folder, { silenceEndsS: 1 });
      const { event } = await control.event(recorder, 'finished');
      assert.ok(event.is === 'finished' && event.why === 'silence', JSON.stringify(event));
      const octets = await readFile(file);
      assert.equal(secondsIn(octets), event.seconds);
      // how long the player let the recorder wait for it is the machine's doing
      const loud = loudIn(octets);
      assert.equal(loud.length, 8000, 'all that was played');
      const quietS = event.seconds - (loud.at(-1)! + 1) / 8000;
      assert.ok(quietS >= 0.48 && quietS <= 0.52, `${quietS} s of silence are kept`);
      const late = { termination: recorder, cutMs: 1000 };
      assert.deepEqual(await control.request('subtract', late), { seconds: event.seconds });
    }),

  'breaks a player off for the next one': (engine) =>
    inFolder(async (folder) => {
      const control = await greet(engine);
      const { context, recorder, player, sound, file } = await playAndRecord(control, folder);
      await control.event(recorder, 'none', 300).catch(() => {});
      const { seconds: played = 0 } = await control.request<SubtractReply>('subtract', { termination: player });
      assert.ok(played > 0.1 && played < 1, `${played} s were played`);
      const what = { kind: 'player', files: [sound], repeat: false };
      const next = await control.request<AddReply>('add', { context, mode: 'receiveOnly', what });
      await control.event(next.termination, 'finished');
      await control.request('subtract', { termination: recorder });
      const octets = await readFile(file);
      const loud = loudIn(octets);
      assert.equal(loud.length, (played + 1) * 8000, 'so much of the first, and all of the next');
      const values = new Set(loud.map((at) => octets.at(at - secondsIn(octets) * 8000)));
      assert.equal(values.size, 2, 'one after the other, not both at once');
      const gapMs = (loud.at(-1)! - loud[0]! + 1 - loud.length) / 8;
      assert.ok(gapMs <= 200, `${gapMs} ms of silence between them`);
    }),

  'goes on recording without control, and ends it when the phone is put back': (engine) =>
    inFolder(async (folder) => {
      const control = await greet(engine);
      await provision(control, engine.hardware);
      const line = engine.hardware.lines[0]!.id;
      const lifted = control.event(line, 'offHook');
      await engine.lift(line);
      await lifted;
      const { recorder, file, context } = await playAndRecord(control, folder);
      await addTo(control, context, line);
      await control.close();
      await new Promise((resolve) => setTimeout(resolve, 1500));
      await engine.hangUp(line);
      const next = await engine.connect();
      const ended = next.event(recorder, 'finished');
      await next.hello(0);
      const { event } = await ended;
      assert.ok(event.is === 'finished' && event.why === 'hangUp', JSON.stringify(event));
      assert.ok(event.seconds >= 1.4 && event.seconds < 2.5, `${event.seconds} s`);
      assert.equal(secondsIn(await readFile(file)), event.seconds);
      assert.deepEqual(await next.request('subtract', { termination: recorder }), { seconds: event.seconds });
    }),

  'shows its work each second': async (engine) => {
    const control = await greet(engine);
    const pulse = () => control.report((report): report is EngineReport & { to: 'pulse' } => report.to === 'pulse');
    const first = await pulse();
    const second = await pulse();
    assert.equal(second.frames - first.frames, 50);
  },
};

/** Registers the suite with `node:test`; each promise gets an engine of its own from `start`. */
export const engineConformance = (name: string, start: () => Promise<EngineUnderTest>): void => {
  // a few at a time: they mostly wait, for processes to start and seconds to pass
  describe(`${name} as an engine`, { concurrency: 4 }, () => {
    for (const [promise, check] of Object.entries(promises)) {
      it(promise, async () => {
        const engine = await start();
        try {
          await check(engine);
        } finally {
          await engine.stop();
        }
      });
    }
  });
};
