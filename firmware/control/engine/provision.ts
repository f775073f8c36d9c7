import type { Configuration } from '../../config/schema.ts';
import type { Hardware, HardwareLine } from '../../engine-protocol/hardware.ts';
import type { LineId } from '../../engine-protocol/ids.ts';
import type { CountryProfile } from '../../profiles/profile.ts';

/** Settings and country as the engine wants them: tones, times, cards and the lines that are in use. */
export const provision = (configuration: Configuration, profile: CountryProfile): Hardware => ({
  cards: configuration.cards.map(({ id, driver, settings }) => ({ id, driver, settings })),
  lines: configuration.lines.filter((line) => line.enabled).map((line) => hardwareLine(line, profile)),
  tones: profile.tones,
  rings: profile.rings,
  rtpPorts: [configuration.network.rtpFirst, configuration.network.rtpLast],
});

const hardwareLine = (line: Configuration['lines'][number], profile: CountryProfile): HardwareLine => {
  const place = { id: line.id as LineId, card: line.card, port: line.port };
  return line.kind === 'fxs'
    ? { ...place, kind: 'fxs', timing: profile.fxs }
    : { ...place, kind: 'fxo', timing: profile.fxo };
};
