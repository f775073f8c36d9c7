import type { CallView, PortView, StatusView, TrunkView } from '../../firmware/control/status/view.ts';
import type { IconName } from './component/icon.tsx';
import type { Mood } from './headline.ts';
import { fullName } from './port-name.ts';
import { type Key, plural, t } from './t.ts';

/** How something is shown: colour, icon and word together. */
export type Look = { readonly mood: Mood | 'busy'; readonly icon: IconName; readonly text: Key };

const healths: Readonly<Record<TrunkView['health'], Look>> = {
  up: { mood: 'good', icon: 'good', text: 'trunk.up' },
  unproven: { mood: 'none', icon: 'wait', text: 'trunk.unproven' },
  suspect: { mood: 'warn', icon: 'warn', text: 'trunk.suspect' },
  down: { mood: 'bad', icon: 'bad', text: 'trunk.down' },
  returning: { mood: 'warn', icon: 'wait', text: 'trunk.returning' },
  held: { mood: 'warn', icon: 'wait', text: 'trunk.held' },
};
const blocked: Look = { mood: 'none', icon: 'off', text: 'trunk.blocked' };
const locked: Look = { mood: 'none', icon: 'off', text: 'trunk.locked' };

export const lookOfTrunk = (trunk: TrunkView): Look => {
  if (trunk.blocked) return blocked;
  return trunk.lock ? locked : healths[trunk.health];
};

const ports: Readonly<Record<PortView['is'], Look>> = {
  idle: { mood: 'good', icon: 'good', text: 'port.idle' },
  'off hook': { mood: 'busy', icon: 'handset', text: 'port.offHook' },
  ringing: { mood: 'busy', icon: 'ring', text: 'port.ringing' },
  'in a call': { mood: 'busy', icon: 'talk', text: 'port.inCall' },
  'out of service': { mood: 'bad', icon: 'bad', text: 'port.out' },
  'no line': { mood: 'warn', icon: 'warn', text: 'port.noLine' },
};

export const lookOfPort = ({ is }: PortView): Look => ports[is];

const known = (status: StatusView, id: string): string => {
  const port = status.ports.find(({ line }) => line === id);
  return port ? fullName(port) : id;
};

/** Who calls: name or number, else the port. */
export const callerOf = ({ from }: CallView, status: StatusView): string => {
  if (from.kind === 'gateway') return t('call.box');
  return from.name || from.number || (from.kind === 'trunk' ? t('call.withheld') : known(status, from.id));
};

const ways = {
  trunk: 'call.viaTrunk',
  phone: 'call.toPhone',
  line: 'call.viaLine',
  mailbox: 'call.toMailbox',
  mailboxMenu: 'call.toMailboxMenu',
  sentence: 'call.toSentence',
  attendant: 'call.toAttendant',
  announcement: 'call.toAnnouncement',
} as const satisfies Readonly<Record<string, Key>>;

/** The way a call goes now, in words; empty while none was tried. */
export const wayOf = ({ to }: CallView, status: StatusView): string =>
  to === undefined ? '' : t(ways[to.kind], { to: to.kind === 'trunk' ? to.id : known(status, to.id) });

/** Who is called: the number; where none was dialled, as by an exchange line that rings, the port it goes to. */
export const calleeOf = ({ dialled, to }: CallView, status: StatusView): string =>
  dialled || (to === undefined || to.kind === 'trunk' ? t('call.noNumber') : known(status, to.id));

/** How many of the accounts of a trunk are registered. */
export const registeredWords = ({ registrations }: TrunkView): string => {
  if (registrations.length === 0) return t('trunk.noAccounts');
  const up = registrations.filter(({ registered }) => registered).length;
  return up === registrations.length
    ? plural('trunk.registered', up)
    : t('trunk.partly', { up, all: registrations.length });
};
