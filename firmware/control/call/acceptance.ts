import { after, type Instant } from '../../core/machine.ts';
import type { LegEvent, LegId } from '../leg/leg.ts';
import {
  type Alerting,
  type Asker,
  type Common,
  type Held,
  type HuntEffect,
  type Out,
  release,
  spentOf,
} from './hunt-state.ts';

/** So long an outside callee may take to press the key; a voicemail never does. */
const ACCEPT_MS = 15_000;
const ACCEPT_KEY = '1';

/** An outside callee has answered and is asked to press 1, beside which the caller goes on hearing that it rings (U14). */
export const askToAccept = (
  hunt: Common,
  held: Held,
  leg: LegId,
  { caller }: Asker,
  others: readonly HuntEffect[],
  now: Instant,
): Out => {
  const voice: LegId = `leg/${hunt.nextLeg}`;
  const target = held.attempt.targets[held.legs.indexOf(leg)] ?? held.attempt.targets[0];
  const losers = held.legs.filter((other) => other !== leg);
  const { queue, tried } = hunt;
  const state: Alerting = {
    ...{ ...spentOf(hunt), queue, tried, nextLeg: hunt.nextLeg + 1, phase: 'alerting', reached: 'alerting' },
    held: { legs: [leg], attempt: { ...held.attempt, targets: [target] } },
    asking: voice,
    noAnswerAt: after(now, ACCEPT_MS),
  };
  const prompt = { kind: 'sentence', id: 'acceptCall', number: '' } as const;
  const effects: readonly HuntEffect[] = [
    ...others,
    ...release(losers, 'answeredElsewhere'),
    { do: 'setup', leg: voice, target: prompt, caller, beside: leg },
  ];
  return { state, effects };
};

/** The key was pressed. */
export const isAccepted = (hunt: Alerting, event: LegEvent): boolean =>
  hunt.asking !== undefined &&
  event.type === 'digit' &&
  event.digit === ACCEPT_KEY &&
  hunt.held.legs.includes(event.leg);

/** The voice that asks falls silent. */
export const hushed = ({ asking }: { readonly asking?: LegId }): readonly HuntEffect[] =>
  asking === undefined ? [] : release([asking], 'answeredElsewhere');
