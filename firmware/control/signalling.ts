import type { Configuration } from '../config/schema.ts';
import type { Clock } from '../core/clock.ts';
import type { Log } from '../core/log.ts';
import type { Ground } from './ground.ts';
import { momentOf } from './routing/local-time.ts';
import type { FlowId } from './sip/face.ts';
import { Resolver } from './sip/resolver/resolver.ts';
import { carriersWith } from './sip/transport/carriers.ts';
import { FormerPorts } from './sip/transport/former-ports.ts';
import type { UdpSockets } from './sip/transport/udp-sockets.ts';
import { SipUserAgent } from './sip/user-agent.ts';
import { watchLinks } from './system/link-watch.ts';
import { PolicyRoutes } from './system/policy-routes.ts';
import { timeIsKnown } from './system/time-known.ts';
import type { LockTime } from './trunk/locks.ts';
import { interfacesNow, type Links } from './trunk/paths.ts';
import { Trunks } from './trunk/trunks.ts';

type SignallingOptions = {
  readonly clock: Clock;
  readonly log: Log;
  readonly build: string;
  /** Left out: sockets of our own. */
  readonly udpSockets?: UdpSockets;
};

/** SIP as the settings want it. `trunks`: asked when there are some. */
export const makeUserAgent = (
  { clock, log, build, udpSockets }: SignallingOptions,
  { runner, document, adoption }: Ground,
  trunks: () => Trunks,
): SipUserAgent =>
  new SipUserAgent({
    runner,
    clock,
    log,
    t1Ms: document.configuration.network.sipT1Ms,
    userAgentName: `Holdfast ${build}`,
    tell: (leg, signal) => runner.tell(leg, signal),
    credentialsOf: (flow, user) => trunks().credentialsOf(flow, user),
    openCarrier: carriersWith(udpSockets, new FormerPorts({ runner, clock, before: adoption.states })),
  });

/** Links, addresses and routes of the system. */
const linksOf = ({ clock, log }: Pick<SignallingOptions, 'clock' | 'log'>): Links => {
  const routes = new PolicyRoutes(log);
  const both = (changed: () => void) => () => {
    // first, so that whoever moves to a new address can wait for its route
    routes.changed();
    changed();
  };
  return {
    now: interfacesNow,
    watch: (changed) => watchLinks({ clock, log, changed: both(changed) }),
    bind: (names) => routes.bind(names),
    laid: () => routes.settled(),
  };
};

/** Locks end by the clocks of the first calendar, or of the system where there is none. */
const lockTimeOf = (clock: Clock, configuration: () => Configuration): LockTime => ({
  now: () => ({ ms: clock.wall(), sure: timeIsKnown(clock.wall()) }),
  momentOf: (text) =>
    momentOf(configuration().calendars[0]?.timeZone ?? Intl.DateTimeFormat().resolvedOptions().timeZone, text),
});

/** The trunks, not configured yet. */
export const makeTrunks = (
  { clock, log }: SignallingOptions,
  { runner, adoption, document }: Ground,
  agent: SipUserAgent,
  flowOpened: (flow: FlowId) => void,
): Trunks => {
  const { network } = document.configuration;
  return new Trunks({
    runner,
    clock,
    agent,
    registrar: agent.registrar,
    lockTime: lockTimeOf(clock, () => document.configuration),
    names: new Resolver(clock),
    log,
    address: network.address,
    t1Ms: network.sipT1Ms,
    kept: adoption.states,
    links: linksOf({ clock, log }),
    flowOpened,
    renewFlow: (flow) => agent.renewFlow(flow),
  });
};
