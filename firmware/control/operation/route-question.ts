import type { Configuration, Line } from '../../config/schema.ts';
import { accountOfLine } from '../routing/inside.ts';
import type { PlanQuestion, Routed } from '../routing/question.ts';

/** "What would happen if …": what is unlike now. Empty words change nothing. */
export type WhatIf = {
  /** Extension or line of a phone, or the number of an outside caller. */
  readonly from: string;
  readonly number: string;
  /** The softswitch or exchange line that brings the call; empty: a phone of the box calls. */
  readonly over: string;
  /** Wall time in ms since 1970; undefined: now. */
  readonly atMs: number | undefined;
  /** The trunk or line that is out. */
  readonly down: string;
  readonly scenario: string;
};

/** The call that is asked about; undefined: no phone of the box is meant. */
export const offerOf = (configuration: Configuration, { from, number, over }: WhatIf): Routed | undefined => {
  if (over !== '') return arriving(configuration, from, number, over);
  const phone = phoneOf(configuration, from);
  if (phone === undefined) return undefined;
  const account = accountOfLine(configuration, phone);
  const own = phone.extension || account?.user || '';
  return {
    from: { kind: 'phone', id: phone.id, number: own },
    caller: { number: own, ...(account ? { account: account.id } : {}) },
    dialled: number,
  };
};

/** As the way in would bring it: the line it rings, or the number that was called. */
const arriving = (configuration: Configuration, from: string, number: string, over: string): Routed => {
  const line = configuration.lines.find(({ id, kind }) => id === over && kind === 'fxo');
  if (line) {
    const to = line.rings === '' ? {} : { to: { kind: 'phone', id: line.rings } as const };
    return { from: { kind: 'line', id: over, number: from }, caller: { number: from }, dialled: number, ...to };
  }
  const account = configuration.accounts.find(({ user }) => user === number);
  const rings =
    account?.line ?? configuration.lines.find(({ kind, extension }) => kind === 'fxs' && extension === number)?.id;
  const to = rings === undefined || rings === '' ? {} : { to: { kind: 'phone', id: rings } as const };
  return {
    ...{ from: { kind: 'trunk', id: over, number: from }, caller: { number: from }, dialled: number, did: number },
    ...to,
  };
};

const phoneOf = ({ lines }: Configuration, from: string): Line | undefined => {
  const phones = lines.filter(({ kind, enabled }) => kind === 'fxs' && enabled);
  return from === '' ? phones[0] : phones.find(({ id, extension }) => id === from || extension === from);
};

/** The same question with what is unlike now. Whoever is out is as one that does not answer: known to be down, unbound. */
export const changedBy = (question: PlanQuestion, { atMs, down, scenario }: WhatIf): PlanQuestion => ({
  ...question,
  trunks: question.trunks.map((way) => (way.id === down ? { ...way, health: 'down', bound: [] } : way)),
  lines: question.lines.map((line) => (line.id === down ? { id: line.id, is: 'out' } : line)),
  now: atMs === undefined ? question.now : { ms: atMs, sure: true },
  memory: scenario === '' ? question.memory : { ...question.memory, scenario },
});
