import type { PortView } from '../../firmware/control/status/view.ts';
import { t } from './t.ts';

const numberOf = (line: string): string => line.slice(line.indexOf('/') + 1);

/** The name of a port in a few letters: its extension, or the number at the end of its line id. */
export const nameOfPort = ({ kind, extension, line }: PortView): string => {
  const number = numberOf(line);
  if (kind === 'fxo') return t('port.line', { number });
  return extension === '' ? t('port.phone', { number }) : extension;
};

/** The same where it stands in a sentence. */
export const fullName = (port: PortView): string =>
  port.kind === 'fxs' && port.extension !== '' ? t('port.of', { extension: port.extension }) : nameOfPort(port);
