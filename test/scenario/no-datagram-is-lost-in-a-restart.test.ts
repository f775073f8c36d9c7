import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { Capture, type SipMessage } from '../peer/capture.ts';
import { gatewayConfiguration, primary } from '../peer/configuration.ts';
import { Gateway } from '../peer/gateway.ts';
import { PageClient } from '../peer/page-client.ts';
import { Sipp } from '../peer/sipp.ts';
import { address, onSite } from '../peer/site.ts';
import { eventually, sleep } from '../peer/wait.ts';

const REQUESTS = 300;
const A_SECOND = 50;
/** Far longer than a restart: a datagram that is sent twice was lost, or was in the hands of the plane that died. */
const RESENT_AFTER_MS = 5_000;

const head = (method: string, branch: string) => `
${method} sip:[service]@[remote_ip]:[remote_port] SIP/2.0
Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=${branch}
From: <sip:far@[local_ip]:[local_port]>;tag=[call_number]
To: <sip:[service]@[remote_ip]>[peer_tag_param]
Call-ID: [call_id]
Contact: <sip:far@[local_ip]:[local_port]>
Max-Forwards: 70`;

const probes = `<?xml version="1.0"?><scenario name="probes">
<send retrans="${RESENT_AFTER_MS}"><![CDATA[${head('OPTIONS', '[branch]')}
CSeq: 1 OPTIONS
Content-Length: 0

]]></send>
<recv response="200"/>
</scenario>`;

/** Calls to a number that nobody has: a final answer at once, and no phone that rings. */
const calls = `<?xml version="1.0"?><scenario name="calls">
<send retrans="${RESENT_AFTER_MS}"><![CDATA[${head('INVITE', '[branch]')}
CSeq: 1 INVITE
Content-Length: 0

]]></send>
<recv response="100" optional="true"/>
<recv response="404"/>
<send><![CDATA[${head('ACK', '[branch-3]')}
CSeq: 1 ACK
Content-Length: 0

]]></send>
</scenario>`;

const words = ['-s', '999', '-r', String(A_SECOND), '-aa'];

/** Requests of SIPp by their Call-ID, with how often each was sent. */
const sent = (sip: readonly SipMessage[], method: string): Map<string, number> => {
  const counts = new Map<string, number>();
  for (const message of sip)
    if (message.method === method && message.to === `${address.gateway}:5060`)
      counts.set(message.callId, (counts.get(message.callId) ?? 0) + 1);
  return counts;
};

const finallyAnswered = (sip: readonly SipMessage[], method: string): Set<string> =>
  new Set(
    sip
      .filter(
        ({ status = 0, cseq, from }) => status >= 200 && cseq.endsWith(method) && from.startsWith(address.gateway),
      )
      .map(({ callId }) => callId),
  );

for (const { method, scenario } of [
  { method: 'OPTIONS', scenario: probes },
  { method: 'INVITE', scenario: calls },
])
  test(
    `${method} after ${method} while the control plane is killed: each is answered, the kernel tells nobody that the port is closed`,
    onSite(async (site) => {
      const far = { kind: 'peer', host: address.farEnd, port: 5060 } as const;
      const gateway = await Gateway.start(site, {
        configuration: gatewayConfiguration({ phones: 1, trunks: [primary(far)] }),
      });
      const capture = await Capture.start(site, 'capture', { filter: 'udp or icmp' });
      const sipp = new Sipp(site, {
        ...{ name: 'requests', scenario, host: address.farEnd, target: `${address.gateway}:5060` },
        ...{ calls: REQUESTS, withinMs: 30_000, words },
      });
      await sleep(1_500);
      const former = await gateway.signalPlane('control');
      await gateway.planeReplaced('control', former, 2_000);
      await gateway.ready(5_000);
      const result = await sipp.done();

      const { sip } = await capture.stop();
      const [requests, answered] = [sent(sip, method), finallyAnswered(sip, method)];
      assert.equal(requests.size, REQUESTS);
      assert.deepEqual(
        [...requests.keys()].filter((callId) => !answered.has(callId)),
        [],
        'requests without an answer',
      );
      assert.deepEqual([result.successful, result.failed], [REQUESTS, 0]);
      const resent = [...requests.values()].filter((count) => count > 1).length;
      assert.ok(resent <= 1, `${resent} requests were sent twice; the plane that died can have held one`);
      assert.equal(await capture.count('icmp'), 0, 'ICMP was seen');
    }),
  );

type Settings = {
  readonly revision: string;
  readonly settings: { readonly trunks: readonly { readonly id: string; readonly localPort: number }[] };
};

/** Local ports of UDP sockets that are bound to the gateway's address. */
const boundPorts = (): number[] =>
  readFileSync('/proc/net/udp', 'utf8')
    .split('\n')
    .flatMap((line) => /: 020012C6:([0-9A-F]{4}) /.exec(line)?.[1] ?? [])
    .map((port) => Number.parseInt(port, 16));

test(
  'a port that the settings no longer name is free again, and the new one is held',
  onSite(async (site) => {
    const gateway = await Gateway.start(site, { configuration: gatewayConfiguration({ phones: 1 }) });
    await eventually('both sockets', 3_000, () => [5060, 5070].every((port) => boundPorts().includes(port)));
    const page = await PageClient.signIn(gateway);
    const { revision, settings } = await page.get<Settings>('/api/settings');
    const trunks = settings.trunks.map((trunk) => (trunk.id === 'secondary' ? { ...trunk, localPort: 5080 } : trunk));
    await page.post('/api/settings', { base: revision, change: { trunks } });
    await eventually('the new port', 5_000, () => boundPorts().includes(5080) && !boundPorts().includes(5070));

    const former = await gateway.signalPlane('control', 'SIGSTOP');
    process.kill(former, 'SIGKILL');
    await gateway.planeReplaced('control', former, 2_000);
    await gateway.ready(5_000);
    assert.deepEqual(
      boundPorts()
        .filter((port) => port < 6_000)
        .sort(),
      [5060, 5080],
    );
  }),
);
