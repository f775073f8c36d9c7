import { spawn, spawnSync } from 'node:child_process';
import { readdirSync, readlinkSync } from 'node:fs';

/**
 * Runs a command in a network namespace of its own: only loopback, with the addresses of `test/peer/site.ts` on it
 * and everything routed to it. The namespace has no name; it ends with its last process.
 */
const layout = `
set -e
ip link set lo up
for last in 1 2 10 11 20 21 22 30 31 66; do ip address add 198.18.0.$last/32 dev lo; done
ip route add default dev lo src 198.18.0.1
exec "$@"
`;

/** True when this process may make network namespaces. */
export const mayMakeNamespaces = () => spawnSync('unshare', ['--net', 'true'], { stdio: 'ignore' }).status === 0;

const namespaceOf = (pid) => {
  try {
    return readlinkSync(`/proc/${pid}/ns/net`);
  } catch {
    return undefined;
  }
};

/** Ends whatever a test left running in its namespace; gives how many processes that were. */
const endLeftovers = (namespace) => {
  let ended = 0;
  if (namespace === undefined || namespace === namespaceOf('self')) return ended;
  for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    if (namespaceOf(pid) !== namespace) continue;
    try {
      process.kill(Number(pid), 'SIGKILL');
      ended++;
    } catch {
      // gone meanwhile
    }
  }
  return ended;
};

/**
 * Runs `command` inside; resolves with its exit code, its output and the number of processes it left behind. After `withinMs` everything in the namespace is killed.
 */
export const runInNamespace = (command, args, { withinMs, env }) =>
  new Promise((resolve, reject) => {
    const stdio = ['ignore', 'pipe', 'pipe'];
    const child = spawn('unshare', ['--net', 'sh', '-c', layout, 'sh', command, ...args], { stdio, env });
    let namespace;
    let output = '';
    let late = false;
    const look = setInterval(() => {
      const seen = namespaceOf(child.pid);
      if (seen !== undefined && seen !== namespaceOf('self')) namespace = seen;
    }, 20);
    const limit = setTimeout(() => {
      late = true;
      endLeftovers(namespace);
      child.kill('SIGKILL');
    }, withinMs);
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += chunk));
    child.once('error', reject);
    child.once('exit', () => {
      clearInterval(look);
      clearTimeout(limit);
      const leftovers = endLeftovers(namespace);
      child.once('close', (code) => resolve({ code, output, leftovers, late }));
    });
  });
