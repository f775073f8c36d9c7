/**
 * What can be set of each driver: declarations only, so that the configuration can read it without loading a
 * driver. The engine loads `drivers/<name>/driver.ts` when a card asks for it.
 */

import type { DriverName } from './names.ts';
import { settings as simulated } from './simulated/settings.ts';

/** `settings` is the schema (valibot) of the driver's own settings; a name without a row, or a row without a name, is an error. */
export const catalogue = {
  simulated: { settings: simulated },
} as const satisfies Record<DriverName, { readonly settings: unknown }>;
