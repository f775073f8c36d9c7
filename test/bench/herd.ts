import { type Draws, Fleet } from './fleet.ts';
import type { Bench, Measured } from './limit.ts';
import { rounded } from './statistics.ts';

/** The fleet: each box has so many accounts at the one softswitch. */
const [BOXES, ACCOUNTS] = [1000, 2];
const CALM_MS = 60_000;
const OUTAGE_MS = 120_000;
/** A softswitch that can serve only so much: what comes beyond in a second is lost. */
const WEAK_PER_SECOND = 800;
const LONGEST_MS = 600_000;

type Herd = { readonly peak: number; readonly registers: number; readonly allBoundMs: number };

/** Power comes for all boxes in one moment. */
const powerCut = async (draws: Draws, perSecond?: number): Promise<Herd> => {
  const fleet = new Fleet({ boxes: BOXES, accounts: ACCOUNTS, draws, ...(perSecond ? { perSecond } : {}) });
  const began = fleet.clock.now();
  await fleet.powerUp();
  const allBoundMs = await fleet.allBound(LONGEST_MS);
  await fleet.run(1000);
  const { softswitch } = fleet;
  return { peak: softswitch.peak(began), registers: softswitch.peak(began, 'REGISTER'), allBoundMs };
};

/** The softswitch is away for two minutes and comes back having forgotten everything. */
const restart = async (draws: Draws, perSecond?: number): Promise<Herd & { readonly whileDown: number }> => {
  const fleet = new Fleet({ boxes: BOXES, accounts: ACCOUNTS, draws, ...(perSecond ? { perSecond } : {}) });
  await fleet.powerUp();
  await fleet.run(CALM_MS);
  const { softswitch } = fleet;
  const stopped = fleet.clock.now();
  softswitch.stop();
  await fleet.run(OUTAGE_MS);
  const whileDown = softswitch.peak(stopped);
  softswitch.running = true;
  const back = fleet.clock.now();
  const allBoundMs = await fleet.allBound(LONGEST_MS);
  await fleet.run(1000);
  return { peak: softswitch.peak(back), registers: softswitch.peak(back, 'REGISTER'), allBoundMs, whileDown };
};

const before = 'the same without any draw of chance';

const peakOf = (spread: Herd, none: Herd, detail: object = {}): Measured => ({
  value: spread.peak,
  peer: { is: before, value: none.peak },
  detail: { registersAtPeak: spread.registers, registersAtPeakBefore: none.registers, ...detail },
});

const timeOf = (spread: Herd, none: Herd): Measured => ({
  value: rounded(spread.allBoundMs / 1000),
  peer: { is: before, value: rounded(none.allBoundMs / 1000) },
});

const what = (when: string): string => `${BOXES} boxes of ${ACCOUNTS} accounts, ${when}`;

export const bench: Bench = {
  limits: [
    {
      name: 'herd-power-cut-peak',
      what: `${what('power back for all at once')}: most requests at the softswitch in a second`,
      unit: '1/s',
      goal: 3000,
    },
    {
      name: 'herd-power-cut-time',
      what: `${what('power back for all at once')}: until all are registered`,
      unit: 's',
      goal: 5,
    },
    {
      name: 'herd-restart-peak',
      what: `${what('softswitch back empty after 2 min')}: most requests in a second`,
      unit: '1/s',
      goal: 3000,
    },
    {
      name: 'herd-restart-time',
      what: `${what('softswitch back empty after 2 min')}: until all are registered`,
      unit: 's',
      goal: 8,
    },
    {
      name: 'herd-outage-peak',
      what: `${what('while the softswitch is away')}: most requests in a second`,
      unit: '1/s',
      goal: 2000,
    },
    {
      name: 'herd-weak-power-cut-time',
      what: `${what(`power back, a softswitch of ${WEAK_PER_SECOND} requests a second`)}: until all are registered`,
      unit: 's',
      goal: 30,
    },
    {
      name: 'herd-weak-restart-time',
      what: `${what(`restart of a softswitch of ${WEAK_PER_SECOND} requests a second`)}: until all are registered`,
      unit: 's',
      goal: 30,
    },
  ],
  async run() {
    const [cut, cutNone] = [await powerCut('spread'), await powerCut('none')];
    const [back, backNone] = [await restart('spread'), await restart('none')];
    const [weakCut, weakCutNone] = [await powerCut('spread', WEAK_PER_SECOND), await powerCut('none', WEAK_PER_SECOND)];
    const [weakBack, weakBackNone] = [await restart('spread', WEAK_PER_SECOND), await restart('none', WEAK_PER_SECOND)];
    return {
      'herd-power-cut-peak': peakOf(cut, cutNone),
      'herd-power-cut-time': timeOf(cut, cutNone),
      'herd-restart-peak': peakOf(back, backNone),
      'herd-restart-time': timeOf(back, backNone),
      'herd-outage-peak': { value: back.whileDown, peer: { is: before, value: backNone.whileDown } },
      'herd-weak-power-cut-time': timeOf(weakCut, weakCutNone),
      'herd-weak-restart-time': timeOf(weakBack, weakBackNone),
    };
  },
};
