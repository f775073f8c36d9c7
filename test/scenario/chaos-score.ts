import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';
import type { Gateway } from '../peer/gateway.ts';
import { type FarLeg, isKept } from '../peer/losses.ts';
import { eventually } from '../peer/wait.ts';
import type { ChaosOffice, Fault, FaultName, Side } from './chaos-office.ts';
import { PATIENCE_MS, type Told } from './chaos-people.ts';
import { statusOf } from './office.ts';

/** So long after its fault a softswitch has to be probed well, and registered with anew where it has forgotten us. */
const SETTLED_MS: Readonly<Record<Told['kind'], number>> = { outgoing: 6000, incoming: 9000, internal: 0, exchange: 0 };
/** All copies of a BYE or a CANCEL (64·T1) and a margin. */
const TRANSACTION_MS = 34_000;
const LEFT_WITHIN_MS = 36_000;

/** What of ours stands open while nothing is going on. */
export type Holdings = { readonly engineFiles: number; readonly controlFiles: number; readonly ports: number };

const filesOf = (pid: number | undefined): string[] =>
  pid === undefined
    ? []
    : readdirSync(`/proc/${pid}/fd`).flatMap((fd) => {
        try {
          return [readlinkSync(`/proc/${pid}/fd/${fd}`)];
        } catch {
          return [];
        }
      });

/** UDP sockets of these processes. */
const portsOf = (files: readonly string[]): number => {
  const table = ['udp', 'udp6'].map((name) => readFileSync(`/proc/self/net/${name}`, 'utf8')).join('');
  const inodes = new Set(table.split('\n').map((line) => line.trim().split(/\s+/)[9]));
  return files.filter((file) => inodes.has(/^socket:\[(\d+)\]$/.exec(file)?.[1] ?? '-')).length;
};

export const holdingsOf = (gateway: Gateway): Holdings => {
  const { engine, control } = gateway.planes();
  const [engineFiles, controlFiles] = [filesOf(engine), filesOf(control)];
  return {
    engineFiles: engineFiles.length,
    controlFiles: controlFiles.length,
    ports: portsOf([...engineFiles, ...controlFiles]),
  };
};

/** Machines of calls that the control plane still keeps a state of. */
const machinesLeft = (gateway: Gateway): string[] => {
  const kept = new Set<string>();
  for (const line of readFileSync(join(gateway.run, 'adoption.ndjson'), 'utf8').split('\n')) {
    if (line === '') continue;
    const { states = {} } = JSON.parse(line) as { states?: Record<string, unknown> };
    for (const [id, state] of Object.entries(states)) {
      if (state === null) kept.delete(id);
      else kept.add(id);
    }
  }
  return [...kept].filter((id) => /^(?:call|leg|hunt|dialog|invite|arrival|record)\//.test(id));
};

const halfWritten = (gateway: Gateway): string[] =>
  [gateway.data, gateway.run].flatMap((folder) =>
    readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => /\.(?:part|tmp)$/.test(name)),
  );

/** Everything of ours that is left over after all calls, in words. */
export const leftOver = async ({ gateway, caller }: ChaosOffice, before: Holdings): Promise<string[]> => {
  const left = (): string[] => {
    const { calls, legs, audit } = statusOf(gateway);
    const now = holdingsOf(gateway);
    return [
      ...(calls.length > 0 ? [`calls in the status: ${JSON.stringify(calls)}`] : []),
      ...(legs.length > 0 ? [`legs: ${legs.join(', ')}`] : []),
      ...(audit.contexts.length > 0 ? [`contexts in the engine: ${JSON.stringify(audit.contexts)}`] : []),
      ...machinesLeft(gateway).map((id) => `the machine ${id}`),
      ...caller.openCalls().map((id) => `call ${id} at the caller outside`),
      ...halfWritten(gateway).map((name) => `the file ${name}`),
      ...(now.ports > before.ports ? [`${now.ports - before.ports} UDP ports more than before`] : []),
      ...(now.engineFiles > before.engineFiles ? [`${now.engineFiles - before.engineFiles} files of the engine`] : []),
      // a plane that was started again may have a connection of the page or of the clock more
      ...(now.controlFiles > before.controlFiles + 2
        ? [`${now.controlFiles - before.controlFiles} files of control`]
        : []),
    ];
  };
  await eventually('nothing to be left', LEFT_WITHIN_MS, () => left().length === 0).catch(() => {});
  return left();
};

const overlaps = ({ from, to }: Fault, begin: number, end: number): boolean => from <= end && to >= begin;

/** Whether there was a way on which the call had to come to an answer, whatever else went on. */
const couldTalk = (call: Told, faults: readonly Fault[]): boolean => {
  const end = call.talkedFrom ?? (call.dialled ?? call.begun) + PATIENCE_MS / 2;
  const begin = call.begun - SETTLED_MS[call.kind];
  const during = faults.filter((fault) => overlaps(fault, begin, end));
  // what is under way when control dies may be lost with it, and what begins before it is ready as well
  if (during.some(({ name }) => name === 'control killed')) return false;
  const well = (side: Side): boolean => !during.some(({ sides }) => sides.includes(side));
  if (call.kind === 'outgoing') return well('a') || well('b');
  return call.kind === 'incoming' ? well(call.through ?? 'a') : true;
};

/** How long after a call a fault can still have kept its end from getting through. */
const killedMeanwhile = (call: Told, faults: readonly Fault[]): boolean =>
  faults.some(
    (fault) =>
      (['killed', 'control killed'] as FaultName[]).includes(fault.name) &&
      overlaps(fault, call.begun, (call.hungUp ?? call.begun + PATIENCE_MS) + TRANSACTION_MS),
  );

/** What is wrong with one call by its people and the far end's own record. */
const wrongOf = (call: Told, faults: readonly Fault[], legs: readonly FarLeg[]): string[] => {
  const own = call.kind === 'outgoing' ? legs.filter(({ number }) => number === call.number) : [];
  const kept = own.filter(isKept);
  const open = own.filter(({ end }) => end === 'none');
  return [
    ...(call.wrong !== undefined && (call.talkedFrom !== undefined || couldTalk(call, faults)) ? [call.wrong] : []),
    ...(kept.length > 1 ? [`answered ${kept.length} times at the far end`] : []),
    ...(open.length > 0 && !killedMeanwhile(call, faults) ? [`${open.length} leg(s) left open at the far end`] : []),
  ];
};

type Recorded = {
  readonly id: string;
  readonly dialled: string;
  readonly attempts: readonly { readonly cause?: string }[];
};

/** Each call that was talked on has exactly one record, and none has two. */
const wrongRecords = (told: readonly Told[], records: readonly Recorded[]): string[] => {
  const wrong: string[] = [];
  const ids = new Set(records.map(({ id }) => id));
  if (ids.size < records.length) wrong.push(`${records.length - ids.size} records stand there twice`);
  for (const { kind, number, talkedFrom } of told) {
    if (kind !== 'outgoing' || number === '') continue;
    const own = records.filter(({ dialled }) => dialled === number);
    if (own.length > 1 || (own.length === 0 && talkedFrom !== undefined))
      wrong.push(`${number}: ${own.length} records`);
  }
  const others = told.filter(({ kind }) => kind !== 'outgoing');
  const recorded = records.filter(({ dialled }) => !dialled.startsWith('9')).length;
  const talked = others.filter(({ talkedFrom }) => talkedFrom !== undefined).length;
  if (recorded < talked) wrong.push(`${recorded} records of ${talked} calls that did not go out`);
  if (recorded > others.length) wrong.push(`${recorded} records of ${others.length} calls that did not go out`);
  return wrong;
};

export type Score = {
  readonly calls: number;
  readonly talked: number;
  /** Could not have ended well: no way stood, or control died while they were set up. */
  readonly excused: number;
  readonly percent: number;
  readonly misses: readonly string[];
  readonly faults: Readonly<Record<string, number>>;
};

const clockOf = (began: number, at: number): string => `${((at - began) / 1000).toFixed(1)} s`;

/** What was going wrong while a call was there. */
const meanwhile = (call: Told, faults: readonly Fault[], began: number): string =>
  faults
    .filter((fault) => overlaps(fault, call.begun - 9000, call.hungUp ?? call.begun + PATIENCE_MS))
    .map(({ name, sides, from, to }) => `${sides.join('+')} ${name} ${clockOf(began, from)}-${clockOf(began, to)}`)
    .join(', ');

export const scoreOf = (
  { far, gateway }: ChaosOffice,
  {
    told,
    faults,
    left,
    began,
  }: {
    readonly told: readonly Told[];
    readonly faults: readonly Fault[];
    readonly left: readonly string[];
    readonly began: number;
  },
): Score => {
  const legs = far.legs();
  const bad = told.flatMap((call) => {
    const wrong = wrongOf(call, faults, legs);
    if (wrong.length === 0) return [];
    const at = `${clockOf(began, call.begun)} to ${clockOf(began, call.hungUp ?? call.begun + PATIENCE_MS)}`;
    return [
      `${call.kind} ${call.number} of phone ${call.phone}, ${at}: ${wrong.join('; ')} (${meanwhile(call, faults, began)})`,
    ];
  });
  const records = wrongRecords(told, gateway.records() as unknown as Recorded[]);
  const counted: Record<string, number> = {};
  for (const { name } of faults) counted[name] = (counted[name] ?? 0) + 1;
  return {
    calls: told.length,
    talked: told.filter(({ talkedFrom }) => talkedFrom !== undefined).length,
    excused: told.filter((call) => call.wrong !== undefined && wrongOf(call, faults, legs).length === 0).length,
    percent: Math.round((1 - bad.length / Math.max(1, told.length)) * 1000) / 10,
    misses: [...bad, ...records, ...left.map((each) => `left over: ${each}`)],
    faults: counted,
  };
};
