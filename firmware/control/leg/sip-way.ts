import type { Configuration } from '../../config/schema.ts';
import type { IncomingInvite } from '../sip/face.ts';
import { isUri, parseUri } from '../sip/message/uri.ts';
import { emergencyBasis } from '../trunk/emergency-basis.ts';
import type { SipTrunk } from '../trunk/sip-trunk.ts';
import type { MediaWay } from './negotiator.ts';
import type { Arrival, SipWay } from './sip-leg.ts';

/** A call without a packet for this long is over (not while it is held). */
const MEDIA_LOST_MS = 30_000;

/** A SIP trunk as its legs see it; `undefined` while its flow is not open. */
export const sipWay = (configuration: Configuration, trunk: SipTrunk): SipWay | undefined => {
  const address = ownAddress(trunk);
  const media = address === undefined ? undefined : mediaWay(configuration, trunk.id, address);
  if (!media) return undefined;
  return {
    media,
    invite: (target, caller, shows) => {
      // A caller from outside leaves by the first account: the softswitch knows no other.
      const account = caller.account ?? configuration.accounts[0]?.id ?? '';
      const basis = trunk.outgoing(account, target, shows);
      if (!basis) return { cause: 'serverUnreachable' };
      if (target.emergencyOf !== undefined) return emergencyBasis(configuration, basis, target.emergencyOf);
      return caller.mark === undefined ? basis : { ...basis, headers: [...basis.headers, ...markHeaders(caller.mark)] };
    },
    hear: (signal) => trunk.hear(signal),
    occupy: (leg) => trunk.occupy(leg),
    vacate: (leg) => trunk.vacate(leg),
  };
};

/**
 * A call of the box to itself (U21) says so by a header of our own and by its Session-ID, which what lies between is to
 * pass on even where it makes a new call of it (RFC 7989 §7).
 */
const markHeaders = (mark: string) =>
  [
    ['X-Test-Call', mark],
    ['Session-ID', `${mark};remote=${'0'.repeat(32)}`],
  ] as const;

/** The address that the trunk's contact names: where its audio is to come too. */
const ownAddress = (trunk: SipTrunk): string | undefined => {
  const contact = trunk.contactOf('gateway');
  const uri = contact === undefined ? undefined : parseUri(contact);
  return uri !== undefined && isUri(uri) ? uri.host : undefined;
};

const mediaWay = (configuration: Configuration, id: string, address: string): MediaWay | undefined => {
  const settings = configuration.trunks.find((trunk) => trunk.id === id);
  if (!settings) return undefined;
  const { media, network } = configuration;
  return {
    address,
    codecs: settings.codecs,
    digits: settings.digits,
    dscp: network.dscpMedia,
    jitter: {
      kind: media.jitterKind,
      minMs: media.jitterMinMs,
      initialMs: media.jitterInitialMs,
      maxMs: media.jitterMaxMs,
    },
    lostAfterMs: MEDIA_LOST_MS,
  };
};

/**
 * Where an INVITE belongs: the contact token names the account, its account the phone; a peer names a number. A PBX
 * that registers with us (U19) may ask for any number: the plan says which it gets.
 */
export const sipArrival = (
  configuration: Configuration,
  trunk: SipTrunk | undefined,
  invite: IncomingInvite,
): Arrival => {
  if (!trunk) return { refuse: 404, cause: 'unknownNumber' };
  const account =
    trunk.accountOfToken(invite.requestUser) ??
    configuration.accounts.find((each) => each.user === invite.requestUser || each.user === invite.called);
  const line =
    account?.line ??
    configuration.lines.find((each) => each.kind === 'fxs' && each.extension === invite.requestUser)?.id;
  const did = [invite.called, invite.requestUser].find((each) =>
    configuration.dids.some(({ number }) => number === each),
  );
  const rings = line === undefined || line === '' ? {} : { to: { kind: 'phone', id: line } as const };
  const accepts = configuration.trunks.some(({ id, kind }) => id === trunk.id && kind === 'accepting');
  if (did === undefined && !('to' in rings)) {
    return accepts ? { trunk: trunk.id, dialled: invite.requestUser } : { refuse: 404, cause: 'unknownNumber' };
  }
  return { trunk: trunk.id, dialled: invite.called, ...rings, ...(did === undefined ? {} : { did }) };
};
