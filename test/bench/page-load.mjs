import { readFileSync } from 'node:fs';
import { Agent, request } from 'node:https';

// Keeps the page's door busy: signs in again and again with the right password, holds live streams open, and asks
// for everything that can be asked for, each as fast as it is answered, some over connections of their own.
// Prints one JSON line a second: {requests, logins, events, refused, cpuPercent}.
// Words: host, port, password, process id of the control plane.
const [host, port, password, pid] = process.argv.slice(2);
/** Fewer than the door takes from one source, so that nobody is turned away. */
const [STREAMS, ASKERS, FRESH_ASKERS, LOGINS] = [4, 4, 1, 1];
const paths = ['/api/settings', '/api/openapi.json', '/api/calls?limit=100', '/api/operations', '/api/messages', '/'];
const PAUSE_AFTER_REFUSAL_MS = 100;
const MOST_OF_A_CONNECTION = 400;

let [requests, logins, events, refused] = [0, 0, 0, 0];
let cookie;
const pause = (ms) => new Promise((done) => setTimeout(done, ms));

const ask = (agent, path, json) =>
  new Promise((resolve, reject) => {
    const body = json === undefined ? undefined : JSON.stringify(json);
    const headers = {
      origin: `https://${host}:${port}`,
      // whoever signs in with a session changes it for a new one, and the old one ends
      ...(cookie === undefined || body !== undefined ? {} : { cookie }),
      ...(body === undefined ? {} : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) }),
    };
    const method = body === undefined ? 'GET' : 'POST';
    request({ host, port, path, method, headers, agent, rejectUnauthorized: false }, resolve)
      .on('error', reject)
      .end(body);
  });

const read = async (response) => {
  for await (const _ of response);
  return response.statusCode;
};

/** Does one thing for ever; what is refused is counted, and tried again after a moment. */
const forEver = async (work) => {
  for (;;) {
    const done = await work().catch(() => false);
    if (done) continue;
    refused++;
    await pause(PAUSE_AFTER_REFUSAL_MS);
  }
};

const signIn = async (agent) => {
  const response = await ask(agent, '/api/session', { password });
  const status = await read(response);
  const given = response.headers['set-cookie']?.[0]?.split(';')[0];
  if (status !== 200 || given === undefined) return false;
  cookie = given;
  logins++;
  return true;
};

const asker = (isFresh) => {
  let [agent, made, at] = [undefined, 0, 0];
  return async () => {
    if (agent === undefined || isFresh || ++made > MOST_OF_A_CONNECTION) {
      agent?.destroy();
      [agent, made] = [new Agent({ keepAlive: true, maxSockets: 1 }), 0];
    }
    const status = await read(await ask(agent, paths[at++ % paths.length]));
    requests++;
    return status === 200;
  };
};

const stream = async () => {
  const agent = new Agent({ maxSockets: 1 });
  const response = await ask(agent, '/api/live');
  if (response.statusCode !== 200) {
    await read(response);
    return false;
  }
  response.setEncoding('utf8');
  for await (const part of response)
    events += part.split('\nevent: ').length - 1 + (part.startsWith('event: ') ? 1 : 0);
  // its session made room for newer ones
  return true;
};

/** CPU time of the control plane so far in ms (fields 14 and 15 of proc(5) stat, in 10 ms ticks). */
const cpuMs = () => {
  const fields = readFileSync(`/proc/${pid}/stat`, 'latin1').split(') ')[1].split(' ');
  return (Number(fields[11]) + Number(fields[12])) * 10;
};

let [lastCpu, lastLook] = [cpuMs(), performance.now()];
const look = () => {
  const [cpu, now] = [cpuMs(), performance.now()];
  const cpuPercent = Math.round(((cpu - lastCpu) / (now - lastLook)) * 100);
  [lastCpu, lastLook] = [cpu, now];
  console.log(JSON.stringify({ requests, logins, events, refused, cpuPercent }));
  [requests, logins, events, refused] = [0, 0, 0, 0];
};

const loginAgent = new Agent();
while (!(await signIn(loginAgent).catch(() => false))) await pause(PAUSE_AFTER_REFUSAL_MS);
setInterval(look, 1000);
const times = (count, work) => Array.from({ length: count }, work);
await Promise.all([
  ...times(STREAMS, () => forEver(stream)),
  ...times(ASKERS, () => forEver(asker(false))),
  ...times(FRESH_ASKERS, () => forEver(asker(true))),
  ...times(LOGINS, () => forEver(() => signIn(loginAgent))),
]);
