import { isIP } from 'node:net';
import type { Refusal } from './refusal.ts';
import type { Configuration, Trunk } from './schema.ts';

/** It is asked for over the network, by whoever likes to guess. */
const SHORTEST_PASSWORD = 8;

const refusal = (path: string, limit: string, remedy: string): Refusal => ({ path, limit, remedy });

/** What the kind of a trunk asks of its other settings (U19). */
export const trunkRefusals = ({ trunks }: Configuration): readonly Refusal[] =>
  trunks.flatMap((trunk, index) => {
    const path = `trunks/${index}`;
    return trunk.kind === 'accepting' ? ofAccepting(trunk, path) : ofKnown(trunk, path);
  });

const ofKnown = (trunk: Trunk, path: string): readonly Refusal[] => {
  const kindOnly = 'is only for trunks of kind accepting';
  const empty = `must be empty for a trunk of kind ${trunk.kind}`;
  const strange = (['user', 'password', 'allowed'] as const).filter((name) => trunk[name].length > 0);
  return [
    ...(trunk.host === ''
      ? [refusal(`${path}/host`, 'must be given', 'Enter the name or address of the softswitch.')]
      : []),
    ...strange.map((name) => refusal(`${path}/${name}`, empty, 'Empty it, or choose the kind accepting.')),
    ...(trunk.callsOut ? [refusal(`${path}/callsOut`, kindOnly, 'Switch it off, or choose the kind accepting.')] : []),
  ];
};

const ofAccepting = ({ host, user, password, allowed }: Trunk, path: string): readonly Refusal[] => [
  ...(host === ''
    ? []
    : [refusal(`${path}/host`, 'must be empty for a trunk of kind accepting', 'Use "allowed" to name its address.')]),
  ...(user === '' ? [refusal(`${path}/user`, 'must be given', 'Enter the name under which the PBX registers.')] : []),
  ...(password.length >= SHORTEST_PASSWORD
    ? []
    : [
        refusal(
          `${path}/password`,
          `must have at least ${SHORTEST_PASSWORD} characters`,
          'Choose a longer one, and enter it in the PBX too.',
        ),
      ]),
  ...allowed.flatMap((each, at) =>
    isNetwork(each)
      ? []
      : [refusal(`${path}/allowed/${at}`, 'must be an address, or a network such as 192.168.1.0/24', 'Correct it.')],
  ),
];

const isNetwork = (text: string): boolean => {
  const [address = '', bits] = text.split('/');
  const family = isIP(address);
  return family !== 0 && (bits === undefined || Number(bits) <= (family === 4 ? 32 : 128));
};
