import assert from 'node:assert/strict';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { it } from 'node:test';
import { silentLog } from '../core/log.ts';
import { EngineConnection } from '../engine-protocol/conformance.ts';
import { EventLog } from './event-log.ts';
import type { MediaGateway } from './media-gateway.ts';
import type { Provisioner } from './provisioner.ts';
import { EngineServer } from './server.ts';

it('serves others while a recording waits for a slow disk, and answers when it is there', async () => {
  let diskIsDone = () => {};
  const left: string[] = [];
  const gateway = {
    subtract: ({ termination }: { termination: string }) => {
      left.push(termination);
      return new Promise((resolve) => {
        diskIsDone = () => resolve({ seconds: 3 });
      });
    },
    audit: () => ({ left: [...left] }),
  } as unknown as MediaGateway;
  const provisioner = { revision: undefined } as Provisioner;
  const path = join(await mkdtemp(join(tmpdir(), 'server-')), 'engine.sock');
  const server = new EngineServer(gateway, provisioner, new EventLog(), { build: 'b', epoch: 'e' }, silentLog);
  await server.listen(path);
  const control = await EngineConnection.connect(path);
  await control.hello();
  const ended = control.request('subtract', { termination: 'recorder/1' });
  assert.deepEqual(await control.request('audit'), { left: ['recorder/1'] });
  diskIsDone();
  assert.deepEqual(await ended, { seconds: 3 });
  await control.close();
  server.close();
});
