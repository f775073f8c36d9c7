import type { Codec } from '../../engine-protocol/messages.ts';
import { aLaw, type G711, muLaw } from './g711.ts';

const laws: Readonly<Record<Codec['name'], G711>> = { PCMA: aLaw, PCMU: muLaw };

/** The tables of a codec of the engine protocol. */
export const lawOf = (codec: Codec): G711 => laws[codec.name];
