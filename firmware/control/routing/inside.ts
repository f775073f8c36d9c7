import type { Configuration, Line } from '../../config/schema.ts';
import type { Some } from '../../core/machine.ts';
import type { Target } from '../facts.ts';
import type { Attempt } from './attempt.ts';

// Ways to the phones of this box, which need no softswitch (S1).

/** A phone of ours says at once whether it rings. */
const PHONE_SILENCE_MS = 3_000;
const PHONE_PROGRESS_MS = 6_000;

/** Phones that ring together as one attempt, `ringMs` long; `id` names it in the record. */
export const phonesAttempt = (id: string, lines: Some<Line>, ringMs: number, why: string): Attempt => {
  const [first, ...others] = lines.map((line): Target => ({ kind: 'phone', id: line.id, number: line.extension }));
  return {
    id,
    targets: [first as Target, ...others],
    start: 'hedged',
    silenceMs: PHONE_SILENCE_MS,
    progressMs: PHONE_PROGRESS_MS,
    ringMs,
    verdicts: {},
    bound: true,
    why,
  };
};

/** The phone on this line; undefined where there is none or it is not in use. */
export const phoneLine = (configuration: Configuration, id: string): Line | undefined =>
  configuration.lines.find((line) => line.id === id && line.kind === 'fxs' && line.enabled);

/** The phone with this extension, if one is in use. */
export const extensionLine = (configuration: Configuration, dialled: string): Line | undefined =>
  configuration.lines.find((line) => line.kind === 'fxs' && line.enabled && line.extension === dialled);
