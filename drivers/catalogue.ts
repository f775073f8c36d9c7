/**
 * The drivers there are, by name: declarations only, so that the configuration can read it without loading a
 * driver. The engine loads `drivers/<name>/driver.ts` when a card asks for it.
 */

import { settings as simulated } from './simulated/settings.ts';

/** `settings` is the schema (valibot) of the driver's own settings. */
export const catalogue = {
  simulated: { settings: simulated },
} as const;

export type DriverName = keyof typeof catalogue;
export const driverNames = Object.keys(catalogue) as readonly DriverName[];
