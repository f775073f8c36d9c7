import { calendarRefusals } from './calendar-checks.ts';
import { NAMED_LISTS } from './named-lists.ts';
import { numberRefusals } from './number-checks.ts';
import { danglingReferences } from './references.ts';
import type { Refusal } from './refusal.ts';
import type { Configuration } from './schema.ts';
import { timeZone } from './section/calendar.ts';
import { clashingStarCodes } from './star-codes.ts';
import { trunkRefusals } from './trunk-checks.ts';

/** What fields demand of each other. `emergency` are the emergency numbers of the country. */
export const crossCheck = (whole: Configuration, emergency: readonly string[]): readonly Refusal[] => [
  ...names(whole),
  ...places(whole),
  ...references(whole),
  ...danglingReferences(whole),
  ...ownFailovers(whole),
  ...clashingStarCodes(whole),
  ...extensions(whole, emergency),
  ...audioPorts(whole),
  ...signallingPorts(whole),
  ...jitter(whole),
  ...pagePorts(whole),
  ...drillNumber(whole, emergency),
  ...noticeParts(whole),
  ...calendarRefusals(whole),
  ...numberRefusals(whole),
  ...trunkRefusals(whole),
];

const refusal = (path: string, limit: string, remedy: string): Refusal => ({ path, limit, remedy });

/** Indexes of the entries whose key has been seen before. */
const repeated = (keys: readonly (string | number)[]): number[] =>
  keys.flatMap((key, index) => (keys.indexOf(key) < index ? [index] : []));

const names = (whole: Configuration): Refusal[] =>
  NAMED_LISTS.flatMap((list) =>
    repeated(whole[list].map(({ id }: { readonly id: string }) => id)).map((index) =>
      refusal(`${list}/${index}/id`, 'must be unlike all others of the list', 'Choose another name.'),
    ),
  );

/** A call that comes back by the group that it came by would ring here for ever. */
const ownFailovers = ({ groups, dids, trunks }: Configuration): Refusal[] => {
  const own = (failover: string, group: string): boolean =>
    failover !== '' && failover === group && !trunks.some(({ id }) => id === failover);
  const refuse = (path: string) => [refusal(path, 'must be another group', 'Name another one, or the trunk of a PBX.')];
  return [
    ...groups.flatMap(({ id, failoverTrunk }, at) =>
      own(failoverTrunk, id) ? refuse(`groups/${at}/failoverTrunk`) : [],
    ),
    ...dids.flatMap(({ group, failoverTrunk }, at) =>
      own(failoverTrunk, group) ? refuse(`dids/${at}/failoverTrunk`) : [],
    ),
  ];
};

const places = ({ lines }: Configuration): Refusal[] =>
  repeated(lines.map(({ card, port }) => `${card} ${port}`)).map((index) =>
    refusal(`lines/${index}/port`, 'must belong to one line only', 'Name another port, or remove one of the lines.'),
  );

const references = ({ accounts, cards, lines, ringGroups, attendants }: Configuration): Refusal[] => {
  const phones = new Set(lines.filter(({ kind }) => kind === 'fxs').map(({ id }) => id));
  const cardIds = new Set(cards.map(({ id }) => id));
  const accountIds = new Set(accounts.map(({ id }) => id));
  const ringing = new Set([...phones, ...ringGroups.map(({ id }) => id), ...attendants.map(({ id }) => id)]);
  const whom = (path: string) =>
    refusal(path, 'must be a line of kind fxs, a ring group or an auto attendant', 'Name one that is in the settings.');
  const phone = (path: string) => refusal(path, 'must be a line of kind fxs', 'Name a phone port that is in the list.');
  return [
    ...accounts.flatMap(({ line }, index) => (phones.has(line) ? [] : [phone(`accounts/${index}/line`)])),
    ...lines.flatMap(({ card, account, rings, kind }, index) => [
      ...(cardIds.has(card) ? [] : [refusal(`lines/${index}/card`, 'must be a card of the list', 'Add the card.')]),
      ...(account === '' || accountIds.has(account)
        ? []
        : [refusal(`lines/${index}/account`, 'must be an account of the list', 'Add the account, or leave it empty.')]),
      ...(kind === 'fxs' || rings === '' || ringing.has(rings) ? [] : [whom(`lines/${index}/rings`)]),
    ]),
  ];
};

/**
 * An extension that begins with an emergency number, also as it is dialled behind the outside prefix, would delay or
 * swallow the emergency call.
 */
const extensions = (whole: Configuration, emergency: readonly string[]): Refusal[] => {
  const dialled = [...emergency, ...emergency.map((number) => whole.routing.outsidePrefix + number)];
  const inUse = (['lines', 'ringGroups', 'attendants'] as const).flatMap((list) =>
    whole[list].flatMap(({ extension }: { readonly extension: string }, index) =>
      extension === '' ? [] : [{ extension, path: `${list}/${index}/extension` }],
    ),
  );
  return [
    ...repeated(inUse.map(({ extension }) => extension)).map((at) =>
      refusal(inUse[at]!.path, 'must be unlike all others', 'Choose another extension.'),
    ),
    ...inUse.flatMap(({ extension, path }) => {
      const number = dialled.find((each) => extension.startsWith(each));
      if (number === undefined) return [];
      return [refusal(path, `must not begin with the emergency number ${number}`, 'Choose another extension.')];
    }),
  ];
};

/** Two calls a line (one of them waiting), each an RTP and an RTCP port. */
const PORTS_A_LINE = 4;

const audioPorts = ({ network, lines }: Configuration): Refusal[] => {
  const needed = PORTS_A_LINE * Math.max(1, lines.length);
  const refused: Refusal[] = [];
  if (network.rtpFirst % 2 === 1) {
    refused.push(refusal('network/rtpFirst', 'must be even', `Use ${network.rtpFirst + 1}.`));
  }
  if (network.rtpLast - network.rtpFirst + 1 < needed) {
    const least = network.rtpFirst + needed - 1;
    const limit = `must be at least ${least}, so that every line has ${PORTS_A_LINE} ports`;
    refused.push(refusal('network/rtpLast', limit, 'Make the range longer.'));
  }
  return refused;
};

const signallingPorts = ({ trunks, network }: Configuration): Refusal[] => [
  ...repeated(trunks.map(({ localPort }) => localPort)).map((index) =>
    refusal(`trunks/${index}/localPort`, 'must be unlike that of all other trunks', 'Choose another port.'),
  ),
  ...trunks.flatMap(({ localPort }, index) => {
    if (localPort < network.rtpFirst || localPort > network.rtpLast) return [];
    const limit = `must be outside the audio ports ${network.rtpFirst} to ${network.rtpLast}`;
    return [refusal(`trunks/${index}/localPort`, limit, 'Choose another port, or move the audio ports.')];
  }),
];

const jitter = ({ media }: Configuration): Refusal[] => {
  if (media.jitterMinMs > media.jitterMaxMs) {
    return [refusal('media/jitterMinMs', `must be at most jitterMaxMs (${media.jitterMaxMs})`, 'Lower it.')];
  }
  if (media.jitterInitialMs >= media.jitterMinMs && media.jitterInitialMs <= media.jitterMaxMs) return [];
  const limit = `must be from jitterMinMs (${media.jitterMinMs}) to jitterMaxMs (${media.jitterMaxMs})`;
  return [refusal('media/jitterInitialMs', limit, 'Choose a value between both.')];
};

/** A drill must never reach a dispatcher, whatever outside prefix stands before the number. */
const drillNumber = ({ drill, routing }: Configuration, emergency: readonly string[]): Refusal[] => {
  const number = drill.testNumber.replace(/^\+/, '');
  const mayReach = (each: string): boolean =>
    number === routing.outsidePrefix + each || (number.endsWith(each) && number.length <= each.length + 2);
  if (!emergency.some(mayReach)) return [];
  return [refusal('drill/testNumber', 'must not be an emergency number', 'Enter the test number of your provider.')];
};

const noticeParts = ({ notice }: Configuration): Refusal[] => {
  const refused: Refusal[] = [];
  if (notice.mailTo !== '' && notice.smtpHost === '') {
    refused.push(refusal('notice/smtpHost', 'must be set where mail is to be sent', 'Enter the mail server.'));
  }
  if (notice.smtpUser !== '' && notice.smtpSecurity === 'none') {
    const limit = 'must be starttls or tls where a password is sent';
    refused.push(refusal('notice/smtpSecurity', limit, 'Choose how the connection is protected.'));
  }
  if (notice.digestAt !== '' && notice.mailTo === '' && notice.webhook === '') {
    refused.push(
      refusal('notice/digestAt', 'must be empty where nobody is told', 'Enter a mail address or a webhook.'),
    );
  }
  if (notice.digestZone !== '' && !timeZone(notice.digestZone)) {
    const limit = 'must be a time zone that is known, such as Europe/Berlin';
    refused.push(refusal('notice/digestZone', limit, 'Correct it, or leave it empty.'));
  }
  return refused;
};

const pagePorts = ({ access }: Configuration): Refusal[] =>
  access.httpPort === access.httpsPort
    ? [refusal('access/httpPort', 'must be unlike access/httpsPort', 'Choose another port, or 0 for none.')]
    : [];
