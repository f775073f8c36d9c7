import { test } from 'node:test';
import { onSite } from '../peer/site.ts';
import { eventually } from '../peer/wait.ts';
import { echoIsHeard, echoSetUpMs, hangUp, openLab } from './lab-office.ts';
import { trunkIs } from './office.ts';

test(
  'A is frozen, and calls go through B; thawed, A is used again once it has proven itself, and no call is left anywhere',
  onSite(async (site) => {
    const { lab, gateway } = await openLab(site);
    await lab.act('a', 'freeze');
    await echoSetUpMs(lab, gateway, 'b');
    await echoIsHeard(gateway, 620);
    await hangUp(gateway);

    await lab.act('a', 'thaw');
    await trunkIs(gateway, 'a', /^up$/, 60_000);
    await echoSetUpMs(lab, gateway, 'a');
    await echoIsHeard(gateway, 440);
    await hangUp(gateway);
    await eventually('no call anywhere', 10_000, async () =>
      (await lab.view()).softswitches.every(({ calls }) => calls === 0),
    );
  }),
);
