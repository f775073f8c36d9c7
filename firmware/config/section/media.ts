import * as v from 'valibot';
import { choice, whole } from '../setting.ts';

export const media = v.strictObject({
  jitterKind: choice({
    title: 'Jitter buffer',
    help: 'Adaptive follows the network.',
    of: ['adaptive', 'fixed'],
    default: 'adaptive',
  }),
  jitterMinMs: whole({
    title: 'Shortest',
    help: 'Jitter buffer at least.',
    unit: 'ms',
    min: 20,
    max: 200,
    default: 20,
  }),
  jitterInitialMs: whole({
    title: 'At first',
    help: 'Jitter buffer at the start of a call.',
    unit: 'ms',
    min: 20,
    max: 400,
    default: 60,
  }),
  jitterMaxMs: whole({ title: 'Longest', help: 'Jitter buffer at most.', unit: 'ms', min: 40, max: 400, default: 200 }),
});
