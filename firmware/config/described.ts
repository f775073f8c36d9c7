import { catalogue } from '../../drivers/catalogue.ts';
import { type Described, describe } from './describe.ts';
import { configuration } from './schema.ts';

/** Every setting of the box, and those of each driver's cards, for forms. */
export const describedSettings = (): {
  readonly described: readonly Described[];
  readonly drivers: Readonly<Record<string, readonly Described[]>>;
} => ({
  described: describe(configuration).filter(({ path }) => path !== 'version'),
  drivers: Object.fromEntries(Object.entries(catalogue).map(([name, { settings }]) => [name, describe(settings)])),
});
