import { test } from 'node:test';
import { onSite } from '../peer/site.ts';
import { chaos } from './chaos-run.ts';

test(
  'softswitches, network and control plane fail by chance for 100 seconds: every call that can end well does, and nothing is left',
  onSite((site, context) => chaos(site, context, { seed: 20_261, lastsMs: 100_000 })),
);
