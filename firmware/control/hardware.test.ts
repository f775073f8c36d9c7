import assert from 'node:assert/strict';
import { test } from 'node:test';
import { GatewayError } from '../core/error.ts';
import { silentLog } from '../core/log.ts';
import type { AuditReply } from '../engine-protocol/messages.ts';
import { loadProfile } from '../profiles/profile.ts';
import type { Engine } from './engine/client-face.ts';
import { Hardware } from './hardware.ts';

const audit = {
  lines: [],
  contexts: [{ id: 'context/1', terminations: [{ id: 'line/1' }, { id: 'line/2' }] }],
} as unknown as AuditReply;

const tidied = async (failing: string, code: 'engine-request' | 'engine-away'): Promise<string[]> => {
  const asked: string[] = [];
  const subtract = async ({ termination }: { readonly termination: string }): Promise<void> => {
    asked.push(termination);
    if (termination === failing) throw new GatewayError(code, `no termination called ${termination} is in a context`);
  };
  const engine = { subtract } as unknown as Engine;
  const hardware = new Hardware({ engine, log: silentLog, profile: await loadProfile('us'), onFailed: () => {} });
  const done = hardware.tidy(audit, new Set(), new Set());
  assert.deepEqual(asked, ['line/1', 'line/2'], 'all is asked in the same instant');
  await done;
  return asked;
};

test('a call that ends while the engine is tidied keeps no line out of service', async () => {
  await tidied('line/1', 'engine-request');
});

test('an engine that is lost meanwhile is not taken for tidy', async () => {
  await assert.rejects(tidied('line/1', 'engine-away'));
});
