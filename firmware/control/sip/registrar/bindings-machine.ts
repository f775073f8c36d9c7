import { after, earliest, type Instant, type Lapse, type Machine, type Step } from '../../../core/machine.ts';
import type { Endpoint, UriText } from '../face.ts';

/** Where somebody who registered with us is reached (RFC 3261 §10.3). Plain data: it outlives the control plane. */
export type Binding = {
  readonly contact: UriText;
  /** Where the REGISTER came from: calls go back there, whatever the Contact says (RFC 3581). */
  readonly source: Endpoint;
  readonly callId: string;
  readonly cseq: number;
  readonly expiresAt: Instant;
  /** Preference in thousandths. */
  readonly q: number;
  readonly at: Instant;
};
/** The best one first. */
export type Bindings = { readonly bindings: readonly Binding[] };

/** One Contact of a REGISTER; `expiresS` and `q` as they were read. */
export type Wanted = { readonly contact: UriText; readonly key: string; readonly expiresS: number; readonly q: number };
export type BindingsEvent =
  | {
      readonly type: 'register';
      readonly ask: number;
      readonly source: Endpoint;
      readonly callId: string;
      readonly cseq: number;
      /** `all`: a Contact of `*` with an expiry of 0. */
      readonly wanted: readonly Wanted[] | 'all';
      readonly longestS: number;
      readonly shortestS: number;
    }
  /** A connection ended: what came over it cannot be reached any more. */
  | { readonly type: 'closed'; readonly source: Endpoint }
  | { readonly type: 'forget' };
export type BindingsEffect =
  | { readonly do: 'answer'; readonly ask: number; readonly status: 200 | 423 | 500 }
  | { readonly tell: 'changed' };

type Register = Extract<BindingsEvent, { type: 'register' }>;
type Result = Step<Bindings, BindingsEffect>;

/** A PBX that names another Contact each time it starts pushes its own old ones out. */
export const MOST_BINDINGS = 4;

export const nobody: Bindings = { bindings: [] };

const isSource = (a: Endpoint, b: Endpoint): boolean => a.port === b.port && a.address === b.address;

const inOrder = (a: Binding, b: Binding): number => b.q - a.q || b.at - a.at;

const answered = (state: Bindings, ask: number, status: 200 | 423 | 500): Result => ({
  state,
  effects: [{ do: 'answer', ask, status }],
});

/** An older request must not undo a younger one of the same Call-ID (§10.3 steps 6 and 7). */
const isLate = (binding: Binding, { callId, cseq }: Register): boolean =>
  binding.callId === callId && cseq <= binding.cseq;

const bindingOf = ({ contact, q, expiresS }: Wanted, event: Register, now: Instant): Binding => {
  const { source, callId, cseq, longestS } = event;
  const expiresAt = after(now, Math.min(expiresS, longestS) * 1000);
  return { contact, source, callId, cseq, expiresAt, q, at: now };
};

const registered = (state: Bindings, event: Register, now: Instant, keyOf: (uri: UriText) => string): Result => {
  const { wanted, ask, shortestS } = event;
  if (wanted === 'all') {
    if (state.bindings.some((each) => isLate(each, event))) return answered(state, ask, 500);
    return changed(state, nobody, { do: 'answer', ask, status: 200 });
  }
  if (wanted.length === 0) return answered(state, ask, 200);
  // §10.3 step 7: less than an hour and less than we want
  if (wanted.some(({ expiresS }) => expiresS > 0 && expiresS < shortestS)) return answered(state, ask, 423);
  const named = new Set(wanted.map(({ key }) => key));
  const touched = state.bindings.filter(({ contact }) => named.has(keyOf(contact)));
  if (touched.some((each) => isLate(each, event))) return answered(state, ask, 500);
  const kept = state.bindings.filter((each) => !touched.includes(each));
  const fresh = wanted.filter(({ expiresS }) => expiresS > 0).map((each) => bindingOf(each, event, now));
  // the youngest are kept: of an old Contact nobody may be left
  const bindings = [...fresh, ...kept.toSorted((a, b) => b.at - a.at)].slice(0, MOST_BINDINGS).sort(inOrder);
  return changed(state, { bindings }, { do: 'answer', ask, status: 200 });
};

const changed = (before: Bindings, state: Bindings, ...effects: readonly BindingsEffect[]): Result => ({
  state,
  effects: before.bindings.length === 0 && state.bindings.length === 0 ? effects : [...effects, { tell: 'changed' }],
});

/** Bindings of one address of record; pure. `keyOf` is the same for equal URIs (RFC 3261 §19.1.4). */
export const bindingsMachine = (keyOf: (uri: UriText) => string): Machine<Bindings, BindingsEvent, BindingsEffect> => ({
  step(state: Bindings, event: BindingsEvent | Lapse, now: Instant): Result {
    const bindings = state.bindings.filter(({ expiresAt }) => expiresAt > now);
    const current = bindings.length === state.bindings.length ? state : { bindings };
    switch (event.type) {
      case 'register':
        return registered(current, event, now, keyOf);
      case 'closed': {
        const left = current.bindings.filter(({ source }) => !isSource(source, event.source));
        return left.length === current.bindings.length
          ? { state: current, effects: [] }
          : changed(current, { bindings: left });
      }
      case 'forget':
        return changed(current, nobody);
      case 'lapse':
        return current === state ? { state, effects: [] } : changed(state, current);
    }
  },
  deadline: ({ bindings }) => earliest(...bindings.map(({ expiresAt }) => expiresAt)),
});

/** Bindings that a plane before us left, as far as they can be read and still hold. */
export const resumedBindings = (kept: unknown, now: Instant): Bindings => {
  const { bindings } = (kept ?? {}) as { readonly bindings?: unknown };
  if (!Array.isArray(bindings)) return nobody;
  return { bindings: (bindings as Binding[]).filter((each) => isBinding(each) && each.expiresAt > now) };
};

const isBinding = (value: Partial<Binding> | null): boolean =>
  typeof value?.contact === 'string' &&
  typeof value.source?.address === 'string' &&
  typeof value.source.port === 'number' &&
  typeof value.callId === 'string' &&
  typeof value.expiresAt === 'number';
