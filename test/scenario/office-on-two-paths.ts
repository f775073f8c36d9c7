import { gatewayConfiguration, type TrunkSettings } from '../peer/configuration.ts';
import { Gateway } from '../peer/gateway.ts';
import type { Site } from '../peer/site.ts';
import { boundTrunks, TwoPaths } from '../peer/two-paths.ts';
import { bound, farNumber, startFarEnd, startSoftswitches, trunkIs } from './office.ts';

/** `trunks`: how the two softswitches are reached; each over a path of its own where nothing is said. */
export type OnTwoPaths = {
  readonly phones: number;
  readonly trunks?: readonly TrunkSettings[];
  readonly farAnswers?: 'auto' | 'manual';
};

/** An office with phones alone, on two network paths, registered at both softswitches as the far end is. */
export const openOfficeOnTwoPaths = async (
  site: Site,
  { phones, trunks = boundTrunks(), farAnswers = 'auto' }: OnTwoPaths,
) => {
  const [two, { a, b }] = [await TwoPaths.lay(site), await startSoftswitches(site)];
  const far = await startFarEnd(site, farAnswers);
  const gateway = await Gateway.start(site, {
    configuration: gatewayConfiguration(
      { phones, exchangeLines: 0, trunks },
      { network: {}, routing: { digitMap: '1x|[2-9]xx' } },
    ),
    through: two.through,
  });
  await Promise.all(['a.test', 'b.test'].map((domain) => far.registered(5_000, `${farNumber}@${domain}`)));
  await Promise.all([bound(a, phones), bound(b, phones)]);
  await trunkIs(gateway, 'primary', /up/, 5_000);
  return { two, a, b, far, gateway };
};
