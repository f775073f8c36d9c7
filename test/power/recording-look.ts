import { readFile } from 'node:fs/promises';
import type { Message } from '../../firmware/control/mailbox/shelf.ts';
import { decodeWav } from '../../firmware/engine/sound/wav.ts';
import { openShelf } from './recording-shelf.ts';

/** A message as the writer has told it: seconds that were forced to disk, and how far it came. */
type Told = { synced: number; seconds?: number; is: 'reserved' | 'committed' | 'nothing' | 'deleting' | 'deleted' };

/** Who leaves all messages. */
export const CALLER = '0301234';

/** Each message says one sample all the time, by its id: what belongs to another is found. */
export const sampleOf = (message: string): number => 1000 + (Number.parseInt(message.slice(0, 4), 16) % 200) * 100;

/** What the lines of the progress file say. */
export const toldBy = (progress: string): ReadonlyMap<string, Told> => {
  const told = new Map<string, Told>();
  for (const line of progress.split('\n').slice(0, -1)) {
    const [what = '', id = '', seconds] = line.split(' ');
    const known = told.get(id) ?? { synced: 0, is: 'reserved' };
    if (what === 'second') known.synced++;
    else if (what === 'recorded') known.seconds = Number(seconds);
    else known.is = what as Told['is'];
    told.set(id, known);
  }
  return told;
};

/**
 * What is wrong after a cut in these mailboxes, and how many messages were made of unfinished recordings: a committed
 * message is there whole, an unfinished one but for its last second, a deleted one is not, and nothing else is.
 */
export const lookAtMessages = async (folder: string, told: ReadonlyMap<string, Told>) => {
  const faults: string[] = [];
  const shelf = await openShelf(folder, (fact) => {
    if (fact.fact === 'storeDamaged') faults.push(fact.why);
  });
  const before = shelf.state('line/1')!.messages.length;
  await shelf.adopt(new Set());
  const { messages } = shelf.state('line/1')!;
  for (const [id, each] of told) {
    const fault = faultOf(
      each,
      messages.find((message) => message.id === id),
    );
    if (fault) faults.push(`${id}: ${fault}`);
  }
  for (const { id, seconds, from } of messages) {
    if (from.number !== CALLER) faults.push(`${id}: its caller is not known`);
    // The reservation of a call may be on disk before its caller knows.
    if (!told.has(id)) faults.push(`${id}: nobody has left it`);
    const path = (await shelf.file('line/1', id))!;
    const samples = await samplesOf(path);
    if (Math.abs(samples.length / 8000 - seconds) > 0.01) faults.push(`${id}: its file has ${samples.length} samples`);
    if (!samples.every((sample) => Math.abs(sample - sampleOf(id)) < 1000))
      faults.push(`${id}: it says something else`);
  }
  await shelf.close();
  const again = await openShelf(folder);
  await again.adopt(new Set());
  await again.close();
  const later: readonly Message[] = again.state('line/1')!.messages;
  if (JSON.stringify(later) !== JSON.stringify(messages)) faults.push('the next start finds others');
  return { faults, mended: messages.length - before };
};

const faultOf = ({ is, synced, seconds }: Told, message: Message | undefined): string | undefined => {
  if (is === 'deleted' || is === 'nothing') return message && `it was ${is}, and is there`;
  if (is === 'deleting') return undefined;
  // The recorder has said that it has finished: nothing may be missing. Else no more than is not yet on disk.
  const [least, most] = seconds === undefined ? [synced, synced + 1] : [seconds, seconds];
  if (!message) return least >= 1 ? `${is} with ${least} s, and is not there` : undefined;
  return message.seconds < least || message.seconds > most
    ? `${message.seconds} s, not ${least} to ${most}`
    : undefined;
};

/** None where the file cannot be played. */
const samplesOf = async (path: string): Promise<Int16Array> => {
  const octets = await readFile(path);
  try {
    return decodeWav(octets, path);
  } catch {
    return new Int16Array();
  }
};
