import type { Runner } from '../../core/runner.ts';
import type { Shown } from '../facts.ts';
import type { Cause } from '../failure.ts';
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
  | { readonly trunk: string; readonly to: { readonly kind: 'phone'; readonly id: string }; readonly dialled: string }
  | { readonly refuse: number; readonly cause?: Cause };

export type SipLegsOptions = {
  readonly runner: Runner;
  readonly book: LegBook;
  readonly media: LegMedia;
  readonly userAgent: UserAgent;
  readonly negotiator: Negotiator;
  readonly way: (trunk: string) => SipWay | undefined;
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
    const { leg, target, caller, shows, beside } = command;
    const way = this.#options.way(target.id);
    const head = way?.invite(target, caller, shows) ?? { cause: 'serverUnreachable' as const };
    if (!way || 'cause' in head) {
      const cause = 'cause' in head ? head.cause : 'serverUnreachable';
      return this.#options.book.report({ type: 'released', leg, cause });
    }
    this.#host({ phase: 'opening', leg, way: way.media }, way, head);
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
    this.#host({ phase: 'arriving', leg, way: media, owed: 'nothing', ...offer }, from, undefined);
    const came = offerOf(leg, invite, arrival);
    // The same call over another softswitch joins the context of the first: it may have to go on in its place.
    this.#open(leg, media, book.twinOf(came));
    book.offer(came);
    return { leg };
  }

  #host(leg: SipLeg, way: SipWay, head: InviteHead | undefined): void {
    const { runner, book, negotiator } = this.#options;
    runner.host<SipLeg, SipLegEvent, SipLegEffect>(leg.leg, sipLegMachine(negotiator), leg, (effect) =>
      this.#perform(leg.leg, effect, way, head),
    );
    way.occupy(leg.leg);
    book.attach(leg.leg, (command: LegCommand) => runner.tell(leg.leg, { type: 'command', command }));
  }

  #open(leg: LegId, way: MediaWay, beside: LegId | undefined): void {
    const what = { kind: 'net', interface: way.address } as const;
    // Nothing is heard and nothing leaves before offer and answer have met.
    const ask = { what, mode: 'inactive', ...(beside === undefined ? {} : { beside }) } as const;
    this.#options.media.open(leg, ask, (outcome) => this.#options.runner.tell(leg, outcome));
  }

  #perform(leg: LegId, effect: SipLegEffect, way: SipWay, head: InviteHead | undefined) {
    const { runner, book, media, userAgent } = this.#options;
    if ('tell' in effect) {
      if (effect.tell.type === 'released') way.vacate(leg);
      return book.report(effect.tell);
    }
    switch (effect.do) {
      case 'media':
        return media.modify(leg, { mode: effect.mode, media: effect.media });
      case 'signal':
        return media.signal(leg, effect.play);
      case 'close':
        return media.close(leg);
      case 'invite':
        return head ? userAgent.invite(leg, { ...head, sdp: effect.sdp }) : undefined;
      case 'reoffer':
        return userAgent.reoffer(leg, effect.sdp);
      case 'abandon':
        return userAgent.abandon(leg);
      case 'hear':
        return way.hear(effect.signal);
      case 'cancel':
        return userAgent.cancel(leg, effect.cause);
      case 'bye':
        return userAgent.bye(leg, effect.cause);
      case 'info':
        return userAgent.info(leg, effect.contentType, effect.body);
      case 'respond': {
        const { do: _, ...answer } = effect;
        // The INVITE that this answers is taken in by the user agent when its decision returns.
        return runner.outward(() => userAgent.respond(leg, answer));
      }
    }
  }
}

const offerOf = (leg: LegId, invite: IncomingInvite, arrival: Extract<Arrival, { trunk: string }>): Offer => {
  const { number, name } = invite.caller;
  const named = name === undefined ? {} : { name };
  return {
    leg,
    from: { kind: 'trunk', id: arrival.trunk, number, ...named },
    caller: { number, ...named },
    dialled: arrival.dialled,
    to: arrival.to,
    identity: {
      callId: invite.callId,
      ...(invite.sessionId === undefined ? {} : { sessionId: invite.sessionId }),
    },
  };
};
