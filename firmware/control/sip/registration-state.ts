import { after, earliest, type Instant } from '../../core/machine.ts';
import type { RequestOutcome } from './face.ts';
import type { RegistrationCause } from './registration-cause.ts';

export type Binding = {
  readonly since: Instant;
  readonly expiresAt: Instant;
  readonly serviceRoute: readonly string[];
  /** Our Contact as it was said. */
  readonly contact?: string;
};
export type Failed = { readonly cause: RegistrationCause; readonly detail: string };
type Phase =
  | { readonly is: 'starting'; readonly binding?: Binding; readonly registerAt: Instant }
  | {
      readonly is: 'asking';
      readonly binding?: Binding;
      readonly askedAt: Instant;
      readonly expiresS: number;
      readonly failures: number;
      readonly failed?: Failed;
    }
  | { readonly is: 'bound'; readonly binding: Binding; readonly refreshAt: Instant }
  | {
      readonly is: 'waiting';
      readonly binding?: Binding;
      readonly retryAt: Instant;
      readonly failedAt: Instant;
      readonly failures: number;
      readonly failed: Failed;
      /** End of the softswitch's own Retry-After (RFC 3261 §20.33): no nudge goes before it. */
      readonly notBefore?: Instant;
      /** A SIP answer refused us, in contrast to silence: the softswitch lives, so nudges are paced. */
      readonly answered: boolean;
    }
  | { readonly is: 'standby'; readonly retryAt: Instant }
  | { readonly is: 'unbinding'; readonly giveUpAt: Instant }
  | { readonly is: 'off' };
/** What stays the same over all REGISTERs: §10.2.4 wants one Call-ID; the token in our contact names account and trunk. */
export type RegistrationIdentity = { readonly callId: string; readonly token: string };
export type Registration = Phase & {
  readonly identity: RegistrationIdentity;
  /** Number of the last ask: the answer to an older one is not heard. */
  readonly asks: number;
  /** Min-Expires of a 423 (§10.2.8), 0 if there was none. */
  readonly leastExpiresS: number;
};

export type RegistrationEvent =
  | { readonly type: 'start'; readonly withinMs: number }
  /** `contact`: ours, as that REGISTER said it. */
  | { readonly type: 'outcome'; readonly ask: number; readonly outcome: RequestOutcome; readonly contact?: string }
  /** Good probe after a doubt, or link up: register within this time, whatever the back-off says. */
  | { readonly type: 'nudge'; readonly withinMs: number }
  | { readonly type: 'settingsChanged' }
  /** There is no flow to ask over. */
  | { readonly type: 'noFlow'; readonly cause: 'nameNotFound' | 'unreachable'; readonly detail: string }
  /** The other trunk that had the one binding of the account lost it. */
  | { readonly type: 'siblingLost' }
  /** It keeps one binding an account, and another trunk is to have it. */
  | { readonly type: 'oneBinding' }
  | { readonly type: 'stop' };

export type RegistrationEffect =
  | { readonly do: 'register'; readonly ask: number; readonly expiresS: number }
  /** This Contact of ours is no more: our address has changed (RFC 3261 §10.2.2). */
  | { readonly do: 'remove'; readonly contact: string }
  | { readonly fact: 'registered'; readonly expiresS: number }
  | ({ readonly fact: 'registrationFailed' } & Failed);

/** A registration waits for `start`, which comes when the flow is open; this only guards against none. */
const START_GUARD_MS = 5000;

export const firstRegistration = (identity: RegistrationIdentity, now: Instant): Registration => ({
  is: 'starting',
  registerAt: after(now, START_GUARD_MS),
  identity,
  asks: 0,
  leastExpiresS: 0,
});

/** The kept state of a plane that died: the answer to its REGISTER will not come here, its binding still stands. */
export const resumedRegistration = (state: Registration, now: Instant): Registration => {
  if (state.is === 'off' || state.is === 'unbinding') return { ...common(state), is: 'off' };
  return { ...common(state), ...bindingOf(state, now), is: 'starting', registerAt: after(now, START_GUARD_MS) };
};

/** Timer F (RFC 3261 §17.1.2.2) has ended the transaction long before; this only guards against an ask that is lost. */
export const ASK_GUARD_MS = 45_000;

/** When a state is left by itself: `off` stays as it is. */
export const deadlineOf = (state: Registration): Instant | undefined => {
  const expiresAt = 'binding' in state ? state.binding?.expiresAt : undefined;
  switch (state.is) {
    case 'starting':
      return earliest(state.registerAt, expiresAt);
    case 'asking':
      return earliest(after(state.askedAt, ASK_GUARD_MS), expiresAt);
    case 'bound':
      return state.refreshAt;
    case 'waiting':
      return earliest(state.retryAt, expiresAt);
    case 'standby':
      return state.retryAt;
    case 'unbinding':
      return state.giveUpAt;
    case 'off':
      return undefined;
  }
};

/** What stays through every phase. */
export const common = ({ identity, asks, leastExpiresS }: Registration) => ({ identity, asks, leastExpiresS });

/** The binding that still stands, as a property to spread. */
export const bindingOf = (state: Registration, now: Instant): { readonly binding?: Binding } =>
  'binding' in state && state.binding !== undefined && state.binding.expiresAt > now ? { binding: state.binding } : {};

export const failuresOf = (state: Registration): number => ('failures' in state ? state.failures : 0);

/** The token in a contact of ours, the user part of `sip:user@host`; empty if there is none. No regular expression. */
export const contactToken = (uri: string): string => {
  const from = uri.indexOf(':') + 1;
  const to = uri.indexOf('@', from);
  return to < 0 ? '' : uri.slice(from, to);
};
