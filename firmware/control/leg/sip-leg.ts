import type { Runner } from '../../core/runner.ts';
import type { Shown } from '../facts.ts';
import type { Cause } from '../failure.ts';
import { KEPT, type Kept } from '../sip/dialog/kept.ts';
import type { IncomingInvite, InviteAsk, InviteVerdict, SipSignal, UserAgent } from '../sip/face.ts';
import type { Caller, LegBook, LegCommand, LegId, LegMaker, Offer, Setup, Target } from './leg.ts';
import type { LegMedia } from './media.ts';
import type { MediaWay, Negotiator } from './negotiator.ts';
import { type SipLeg, type SipLegEffect, type SipLegEvent, sipLegMachine } from './sip-leg-machine.ts';

/** All of an INVITE but its session description. */
export type InviteHead = Omit<InviteAsk, 'sdp'>;
/** A SIP trunk as its legs see it (the trunk room makes it). */
export type SipWay = {
  readonly media: MediaWay;
  /** The request for this target by this caller, with what is shown of it; a cause if the trunk cannot place it. */
  invite(target: Target, caller: Caller, shows?: Shown): InviteHead | { readonly cause: Cause };
  hear(signal: SipSignal): void;
  occupy(leg: LegId): void;
  vacate(leg: LegId): void;
};
/** Where an INVITE that came in belongs (flow, contact token, then address), or why it is refused. */
export type Arrival =
  | ({ readonly trunk: string; readonly dialled: string } & Pick<Offer, 'to' | 'did'>)
  | { readonly refuse: number; readonly cause?: Cause };

export type SipLegsOptions = {
  readonly runner: Runner;
  readonly book: LegBook;
  readonly media: LegMedia;
  readonly userAgent: UserAgent;
  readonly negotiator: Negotiator;
  readonly way: (trunk: string) => SipWay | undefined;
  /** The trunk itself, whether there is a way to it or not. */
  readonly trunk: (trunk: string) => Pick<SipWay, 'hear' | 'occupy' | 'vacate'> | undefined;
  readonly arrival: (invite: IncomingInvite) => Arrival;
};

/** Makes SIP legs, placed and offered, and performs what their machine decides. */
export class SipLegs implements LegMaker {
  readonly #options: SipLegsOptions;

  constructor(options: SipLegsOptions) {
    this.#options = options;
    options.userAgent.onInvite((invite) => this.#invited(invite));
  }

  setup(command: Setup) {
    const { leg, target, caller, shows, thread, beside } = command;
    const way = this.#options.way(target.id);
    const head = way?.invite(target, caller, shows) ?? { cause: 'serverUnreachable' as const };
    if (!way || 'cause' in head) {
      const cause = 'cause' in head ? head.cause : 'serverUnreachable';
      return this.#options.book.report({ type: 'released', leg, cause });
    }
    const more = { ...(shows === undefined ? {} : { shows }), ...(thread === undefined ? {} : { thread }) };
    const asked = { target, caller, ...more };
    this.#host({ phase: 'opening', leg, trunk: target.id, way: way.media, asked });
    this.#open(leg, way.media, beside);
  }

  #invited(invite: IncomingInvite): InviteVerdict {
    const { book, way } = this.#options;
    const arrival = this.#options.arrival(invite);
    if ('refuse' in arrival) return arrival;
    const from = way(arrival.trunk);
    if (!from) return { refuse: 503, cause: 'serverUnreachable' };
    const { media } = from;
    const leg = book.newLeg();
    const offer = invite.sdp === undefined ? {} : { offer: invite.sdp };
    this.#host({ phase: 'arriving', leg, trunk: arrival.trunk, way: media, owed: 'nothing', ...offer });
    const came = offerOf(leg, invite, arrival);
    // The same call over another softswitch joins the context of the first: it may have to go on in its place.
    this.#open(leg, media, book.twinOf(came));
    book.offer(came);
    return { leg };
  }

  #host(leg: SipLeg): void {
    const { runner, book, negotiator, trunk } = this.#options;
    runner.host<SipLeg, SipLegEvent, SipLegEffect>(leg.leg, sipLegMachine(negotiator), leg, (effect) =>
      this.#perform(leg.leg, leg.trunk, effect),
    );
    trunk(leg.trunk)?.occupy(leg.leg);
    book.attach(leg.leg, (command: LegCommand) => runner.tell(leg.leg, { type: 'command', command }));
  }

  /** Goes on with the legs of a plane before us. One whose dialog was not left has ended with that plane. */
  adoptAll(states: ReadonlyMap<string, unknown>): void {
    const { runner, media, userAgent } = this.#options;
    for (const [id, state] of states) {
      if (!/^leg\/\d+$/.test(id)) continue;
      const leg = state as SipLeg;
      this.#host(leg);
      media.expect(leg.leg, (outcome) => runner.tell(leg.leg, outcome));
      const known = userAgent.adopt(leg.leg, keptOf(states, leg.leg));
      if (!known) for (const sip of lostSignals(leg)) runner.tell(leg.leg, sip);
      // a re-INVITE that waited its turn, or was about to leave, is made anew
      else if (states.get(`request/${leg.leg}`) === undefined) runner.tell(leg.leg, { sip: 'reofferDue' });
    }
  }

  /**
   * The flow of a trunk stands (again): calls over it that knew another address of ours are moved (U18), as far as the far
   * end can reach us there. An INVITE of ours that nobody has answered cannot be: the user agent says so.
   */
  moved(trunk: string): void {
    const { runner, way } = this.#options;
    const media = way(trunk)?.media;
    if (!media) return;
    runner.cascade(() => {
      for (const id of [...runner.ids()]) {
        if (!/^leg\/\d+$/.test(id)) continue;
        const leg = runner.state<SipLeg>(id);
        const moves = leg?.trunk === trunk && ['arriving', 'offered', 'confirmed'].includes(leg.phase);
        if (moves) runner.tell(id, { type: 'moved', way: media });
      }
    });
  }

  #open(leg: LegId, way: MediaWay, beside: LegId | undefined): void {
    const what = { kind: 'net', interface: way.address } as const;
    // Nothing is heard and nothing leaves before offer and answer have met.
    const ask = { what, mode: 'inactive', ...(beside === undefined ? {} : { beside }) } as const;
    this.#options.media.open(leg, ask, (outcome) => this.#options.runner.tell(leg, outcome));
  }

  #perform(leg: LegId, trunkId: string, effect: SipLegEffect) {
    const { runner, book, media, userAgent, trunk } = this.#options;
    if ('tell' in effect) {
      if (effect.tell.type === 'released') trunk(trunkId)?.vacate(leg);
      return book.report(effect.tell);
    }
    switch (effect.do) {
      case 'media':
        return media.modify(leg, { mode: effect.mode, media: effect.media });
      case 'bind':
        return media.bind(leg, effect.address, (outcome) => runner.tell(leg, outcome));
      case 'signal':
        return media.signal(leg, effect.play);
      case 'close':
        return media.close(leg);
      case 'invite':
        return this.#invite(leg, trunkId, effect);
      case 'reoffer':
        return userAgent.reoffer(leg, effect.sdp);
      case 'abandon':
        return userAgent.abandon(leg);
      case 'hear':
        return trunk(trunkId)?.hear(effect.signal);
      case 'cancel':
        return userAgent.cancel(leg, effect.cause);
      case 'bye':
        return userAgent.bye(leg, effect.cause);
      case 'info':
        return userAgent.info(leg, effect.contentType, effect.body);
      case 'respond': {
        const { do: _, ...answer } = effect;
        // An INVITE that is refused at once is taken in by the user agent only when its decision returns.
        if (effect.status >= 300) return runner.outward(() => userAgent.respond(leg, answer));
        return userAgent.respond(leg, answer);
      }
    }
  }

  /** The way may have gone while the net was opened. */
  #invite(leg: LegId, trunk: string, { sdp, asked }: Extract<SipLegEffect, { do: 'invite' }>): void {
    const { way, userAgent, runner } = this.#options;
    const { target, caller, shows, thread } = asked;
    const head = way(trunk)?.invite(target, caller, shows);
    if (head && !('cause' in head)) userAgent.invite(leg, { ...head, sdp, ...(thread ? { thread } : {}) });
    else runner.tell(leg, { sip: 'unanswered', why: 'transport', detail: 'the flow is closed' });
  }
}

/** What the user agent of a plane before us has left of a leg, by kind. */
export const keptOf = (states: ReadonlyMap<string, unknown>, leg: LegId): Kept => {
  const found = KEPT.flatMap((kind) => (states.has(`${kind}/${leg}`) ? [[kind, states.get(`${kind}/${leg}`)]] : []));
  return Object.fromEntries(found) as Kept;
};

/** What a leg hears whose dialog has ended: a leg that is only being opened has none. */
const lostSignals = (leg: SipLeg): SipSignal[] => {
  if (leg.phase === 'opening' || leg.phase === 'gone') return [];
  if (leg.phase === 'confirmed' || leg.phase === 'offered') return [{ sip: 'bye' }];
  if (leg.phase === 'arriving') return [{ sip: 'cancelled' }];
  if (leg.phase === 'calling') return [{ sip: 'unanswered', why: 'transport', detail: 'lost by a restart' }];
  return [{ sip: 'ended' }];
};

const offerOf = (leg: LegId, invite: IncomingInvite, arrival: Extract<Arrival, { trunk: string }>): Offer => {
  const { number, name, withheld } = invite.caller;
  const named = name === undefined ? {} : { name };
  return {
    leg,
    from: { kind: 'trunk', id: arrival.trunk, number, ...named },
    caller: { number, ...named, ...(withheld === undefined ? {} : { withheld }) },
    dialled: arrival.dialled,
    ...(arrival.to === undefined ? {} : { to: arrival.to }),
    ...(arrival.did === undefined ? {} : { did: arrival.did }),
    ...(invite.mark === undefined ? {} : { mark: invite.mark }),
    identity: {
      callId: invite.callId,
      ...(invite.sessionId === undefined ? {} : { sessionId: invite.sessionId }),
    },
  };
};
