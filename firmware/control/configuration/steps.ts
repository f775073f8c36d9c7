import { ROUTED_LISTS } from '../../config/named-lists.ts';
import type { Configuration } from '../../config/schema.ts';

type Kind = 'Account' | 'Trunk' | 'Line';

/**
 * What a change means to the rooms that run: a closed set. What no step names is not touched.
 *
 * `readdress`: own address. `retime`: times and marking of signalling. `provisionHardware`: cards, ports, country or
 * audio ports. `retuneMedia`: jitter buffer and marking of audio, for calls from now on. `reroute`: extensions and
 * the routing section. `readdressPage`: where the page answers. `reconfigureMailboxes`: their limits, and each
 * phone's mode and PIN. `revoice`: language and set of the sentences, from the next one on. `retellAlarms`: by which
 * ways the office is told. `rehearse`: when the box drills by itself.
 */
export type Step =
  | { readonly step: `${'add' | 'remove' | 'reconfigure'}${Kind}`; readonly id: string }
  | {
      readonly step:
        | 'readdress'
        | 'retime'
        | 'provisionHardware'
        | 'retuneMedia'
        | 'reroute'
        | 'rename'
        | 'readdressPage'
        | 'reconfigureMailboxes'
        | 'revoice'
        | 'retellAlarms'
        | 'rehearse';
    };
export type StepName = Step['step'];

/** A step as a person reads it in a record or a dry run. */
export const wordsOfStep = (step: Step): string => ('id' in step ? `${step.step} ${step.id}` : step.step);

const same = (one: unknown, other: unknown): boolean => JSON.stringify(one) === JSON.stringify(other);

type Listed = { readonly id: string };
type Differences = { readonly gone: Step[]; readonly fresh: Step[]; readonly changed: Step[] };

const differences = (kind: Kind, before: readonly Listed[], after: readonly Listed[]): Differences => {
  const old = new Map(before.map((each) => [each.id, each]));
  const ids = new Set(after.map(({ id }) => id));
  return {
    gone: before.flatMap(({ id }) => (ids.has(id) ? [] : [{ step: `remove${kind}`, id } as const])),
    fresh: after.flatMap(({ id }) => (old.has(id) ? [] : [{ step: `add${kind}`, id } as const])),
    changed: after.flatMap((each) =>
      old.has(each.id) && !same(old.get(each.id), each) ? [{ step: `reconfigure${kind}`, id: each.id } as const] : [],
    ),
  };
};

type Single = Exclude<Step, { readonly id: string }>['step'];

/** What is read for each call; changing it needs nothing done but new digit maps. */
const ROUTED = [...ROUTED_LISTS, 'tollGuard'] as const;

/** What each single step depends on. A setting of a section that no row names cannot be changed at run time. */
const dependsOn: Readonly<Record<Single, (whole: Configuration) => unknown>> = {
  readdress: ({ network }) => network.address,
  retime: ({ network }) => [network.sipT1Ms, network.dscpSignalling],
  provisionHardware: ({ cards, lines, network, system }) => [
    cards,
    lines.map(({ id, kind, card, port, enabled }) => [id, kind, card, port, enabled]),
    network.rtpFirst,
    network.rtpLast,
    system.country,
  ],
  retuneMedia: ({ media, network }) => [media, network.dscpMedia],
  reroute: ({ routing, lines, system, mailbox, ...whole }) => [
    routing,
    lines.map(({ id, extension, enabled }) => [id, extension, enabled]),
    system.country,
    mailbox.accessCode,
    ROUTED.map((name) => whole[name]),
  ],
  retellAlarms: ({ notice }) => notice,
  rehearse: ({ drill }) => drill,
  reconfigureMailboxes: ({ mailbox, lines }) => [
    mailbox,
    lines.filter(({ kind }) => kind === 'fxs').map((line) => [line.id, line.mailbox, line.mailboxPin]),
  ],
  revoice: ({ system }) => [system.language, system.sentences],
  rename: ({ system }) => system.name,
  readdressPage: ({ access }) => access,
};

/**
 * From what runs to what is wanted, in the order in which it is done: what goes first makes room (ports, names) for
 * what comes; routing is last, when everything that it can name is there.
 */
export const stepsBetween = (before: Configuration, after: Configuration): readonly Step[] => {
  const single = (step: Single): Step[] => (same(dependsOn[step](before), dependsOn[step](after)) ? [] : [{ step }]);
  const trunks = differences('Trunk', before.trunks, after.trunks);
  const accounts = differences('Account', before.accounts, after.accounts);
  const lines = differences('Line', before.lines, after.lines);
  return [
    ...accounts.gone,
    ...trunks.gone,
    ...lines.gone,
    ...single('readdress'),
    ...single('retime'),
    ...single('provisionHardware'),
    ...single('retuneMedia'),
    ...trunks.changed,
    ...trunks.fresh,
    ...lines.changed,
    ...lines.fresh,
    ...accounts.changed,
    ...accounts.fresh,
    ...single('reconfigureMailboxes'),
    ...single('revoice'),
    ...single('reroute'),
    ...single('retellAlarms'),
    ...single('rehearse'),
    ...single('rename'),
    ...single('readdressPage'),
  ];
};
