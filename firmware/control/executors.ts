import type { Configuration } from '../config/schema.ts';
import { GatewayError } from '../core/error.ts';
import type { Executors } from './configuration/applier.ts';

/** What the rooms that run do when settings change. */
export type Reconfigure = {
  readonly trunks: (wanted: Configuration) => void;
  readonly address: (wanted: Configuration) => void;
  readonly lines: (wanted: Configuration) => void;
  readonly hardware: (wanted: Configuration) => Promise<void>;
  readonly page: () => Promise<void>;
  readonly mailboxes: (wanted: Configuration) => void;
};

/** Each typed step by the room that does it. Settings that are read at each call need nothing done. */
export const executorsOf = ({ trunks, address, lines, hardware, page, mailboxes }: Reconfigure): Executors => {
  const routes = (_step: unknown, wanted: Configuration): void => trunks(wanted);
  const ports = (_step: unknown, wanted: Configuration): void => {
    lines(wanted);
    mailboxes(wanted);
    trunks(wanted);
  };
  return {
    addTrunk: routes,
    removeTrunk: routes,
    reconfigureTrunk: routes,
    addAccount: routes,
    removeAccount: routes,
    reconfigureAccount: routes,
    addLine: ports,
    removeLine: ports,
    reconfigureLine: ports,
    provisionHardware: (_step, wanted) => hardware(wanted),
    reroute: (_step, wanted) => lines(wanted),
    reconfigureMailboxes: (_step, wanted) => mailboxes(wanted),
    revoice: (_step, wanted) => mailboxes(wanted),
    retuneMedia: () => {},
    rename: () => {},
    // read at the next alarm, and at the next look at the calendar
    retellAlarms: () => {},
    rehearse: () => {},
    readdressPage: page,
    readdress: (_step, wanted) => address(wanted),
    retime: () => {
      throw new GatewayError('setting-refused', 'the timing of SIP is stored and takes effect at the next start');
    },
  };
};
