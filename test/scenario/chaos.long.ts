import { test } from 'node:test';
import { onSite } from '../peer/site.ts';
import { chaos } from './chaos-run.ts';

const HOUR_MS = 3_600_000;

test(
  'an hour of faults by chance, 20 calls a minute: every call that can end well does, and nothing is left',
  onSite((site, context) => chaos(site, context, { seed: 4, lastsMs: HOUR_MS })),
);
