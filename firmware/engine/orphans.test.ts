import assert from 'node:assert/strict';
import { beforeEach, describe, it } from 'node:test';
import type { Drive, LineCard } from '../../drivers/contract/line-card.ts';
import { TestClock } from '../core/test-clock.ts';
import type { Hardware, HardwareLine } from '../engine-protocol/hardware.ts';
import type { LineId } from '../engine-protocol/ids.ts';
import { profile } from '../profiles/countries/us.ts';
import { EventLog } from './event-log.ts';
import { MediaGateway } from './media-gateway.ts';
import { CONTROL_AWAY_MS, type HeldLine, orphansAmong } from './orphans.ts';
import { LineTermination } from './termination/line.ts';

const lifted: HeldLine = { id: 'line/1', kind: 'fxs', offHook: true, alone: false };
const seized: HeldLine = { id: 'line/9', kind: 'fxo', offHook: true, alone: false };

describe('orphans', () => {
  const rows: [string, HeldLine[], number, LineId[]][] = [
    ['none while control is there', [{ ...lifted, offHook: false }], 0, []],
    ['none while control may still come back', [{ ...lifted, offHook: false }], CONTROL_AWAY_MS, []],
    ['a phone that was hung up', [lifted, { ...lifted, id: 'line/2', offHook: false }], 60_001, ['line/2']],
    ['a call of two goes on', [lifted, seized], 3_600_000, []],
    ['a lifted phone stays, even alone', [{ ...lifted, alone: true }], 60_001, []],
    ['an exchange line held for nobody', [{ ...seized, alone: true }], 60_001, ['line/9']],
    ['an exchange line that the exchange released', [{ ...seized, offHook: false }], 60_001, ['line/9']],
  ];
  for (const [name, lines, awayMs, orphans] of rows) {
    it(name, () => assert.deepEqual(orphansAmong(lines, awayMs), orphans));
  }
});

const { fxo, fxs, tones, rings } = profile;
const phone: HardwareLine = { id: 'line/1', card: 'c', port: 'phone/1', kind: 'fxs', timing: fxs };
const exchange: HardwareLine = { id: 'line/9', card: 'c', port: 'exchange/1', kind: 'fxo', timing: fxo };
const hardware: Hardware = { cards: [], lines: [phone, exchange], tones, rings, rtpPorts: [21_000, 21_099] };

describe('a call whose control plane stays away', () => {
  let clock: TestClock;
  let gateway: MediaGateway;
  let drives: Drive[];

  const loop = (closed: boolean): void =>
    gateway.lines.get('line/1')!.edge({ at: clock.now(), is: 'loop', closed }, clock.now());
  /** A second at a time, with the frames that let hook times run out. */
  const seconds = (count: number, attended: boolean): void => {
    for (let second = 0; second < count; second++) {
      for (let frame = 0; frame < 50; frame++) {
        clock.turn(20);
        gateway.frame(clock.now());
      }
      gateway.tend(attended);
    }
  };
  const inContexts = (): string[] =>
    gateway.audit().contexts.flatMap(({ terminations }) => terminations.map(({ id }) => id));

  beforeEach(async () => {
    clock = new TestClock();
    drives = [];
    gateway = new MediaGateway(clock, new EventLog(), 'test@holdfast');
    gateway.retune(hardware);
    const card: LineCard = {
      ports: [],
      read: (_, frame) => void frame.fill(0),
      write: () => {},
      drive: (port, drive) => void (port === exchange.port && drives.push(drive)),
      close: async () => {},
    };
    for (const line of hardware.lines) gateway.lines.set(line.id, new LineTermination(line, hardware, card, gateway));
    loop(true);
    seconds(1, true);
    const add = { do: 'add', id: 1, mode: 'sendReceive' } as const;
    const { context } = await gateway.add({ ...add, context: 'new', what: 'line/1' });
    await gateway.add({ ...add, context, what: 'line/9' });
    gateway.signal({ do: 'signal', id: 1, termination: 'line/9', play: { loop: 'seize', dial: '1' } });
  });

  it('goes on until the phone is hung up; then both lines are idle and the exchange is let go', () => {
    const line = gateway.lines.get('line/9')!;
    line.edge({ at: clock.now(), is: 'ringing', on: true }, clock.now());
    seconds(300, false);
    assert.deepEqual(inContexts(), ['line/1', 'line/9']);
    loop(false);
    seconds(3, false);
    assert.deepEqual(inContexts(), []);
    assert.deepEqual(drives.at(-1), { loop: 'open' });
  });

  it('leaves the hang-up to a control plane that is back within a minute', () => {
    gateway.lines.get('line/9')!.edge({ at: clock.now(), is: 'ringing', on: true }, clock.now());
    loop(false);
    seconds(59, false);
    seconds(1, true);
    seconds(59, false);
    assert.deepEqual(inContexts(), ['line/1', 'line/9']);
    seconds(4, false);
    assert.deepEqual(inContexts(), []);
  });
});
