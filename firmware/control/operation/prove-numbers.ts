import { operationArguments } from '../../config/arguments.ts';
import type { InboundProof } from './inbound-proof.ts';
import { counted, done, failed, type Verb } from './verb.ts';

export type ProofRooms = { readonly proof: Pick<InboundProof, 'run'> };

/** Each number rings a minute at most; an office has some dozens at most, and the calendar does not wait. */
const DEADLINE_MS = 600_000;

/** Calls our own numbers and looks whether they arrive (U21). */
export const proveNumbers = ({ proof }: ProofRooms): Verb<Record<string, never>> => ({
  name: 'prove-numbers',
  title: 'Prove our numbers',
  help: 'The box calls each of its own numbers over another way and looks whether the call arrives here. It is recognised before anybody answers.',
  arguments: operationArguments({}),
  deadlineMs: DEADLINE_MS,
  disturbs: true,
  async run() {
    const sheet = await proof.run();
    const lost = sheet.rows.filter(({ arrives }) => !arrives);
    if (lost.length > 0) return failed(lost.map(({ sentence }) => sentence).join(' '));
    return done(
      `${counted(sheet.rows.length, 'number')} proved: ${sheet.rows.map(({ sentence }) => sentence).join(' ')}`,
      sheet,
    );
  },
});
