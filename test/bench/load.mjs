import { createSocket } from 'node:dgram';
import { readFileSync } from 'node:fs';

// Keeps a process busy by SIP requests from a peer that it knows: raises the rate until the process takes `wanted`
// percent of a core or leaves requests in its socket, never above `most` requests a second. Prints one JSON line a
// second: {rate, cpuPercent, notTaken}.
// Words: target host, target port, own host, own port, process id, wanted percent, most.
const [host, port, ownHost, ownPort, pid, wantedPercent, most] = process.argv.slice(2);
const STEP_MS = 5;
/** Only so many transactions are new each second; the rest are repetitions of them, as from a client that hears nothing. */
const NEW_A_SECOND = 100;
const INVITES_A_SECOND = 10;
const KEPT = 1000;
/** Headers that real softswitches add in such numbers: reading them is work. */
const padding = Array.from(
  { length: 24 },
  (_, i) => `P-Load-${i}: <sip:load-${i}@example.com;transport=udp>;cause=${i}`,
);

const socket = createSocket({ type: 'udp4', recvBufferSize: 1 << 20 });
const run = `${process.pid.toString(36)}${Date.now().toString(36)}`;
const requests = [];
let made = 0;

const head = (method, id, more = []) =>
  [
    `${method} sip:${method === 'INVITE' ? 'nobody' : host}@${host}:${port} SIP/2.0`.replace(`${host}@${host}`, host),
    `Via: SIP/2.0/UDP ${ownHost}:${ownPort};branch=z9hG4bK${run}${id};rport`,
    `From: <sip:load@${ownHost}>;tag=${id}`,
    `To: <sip:${method === 'INVITE' ? 'nobody@' : ''}${host}>`,
    `Call-ID: ${run}${id}`,
    `CSeq: 1 ${method}`,
    `Contact: <sip:load@${ownHost}:${ownPort}>`,
    'Max-Forwards: 70',
    'Accept: application/sdp',
    'Allow: INVITE, ACK, CANCEL, BYE, OPTIONS, INFO, PRACK, UPDATE',
    'Supported: timer, replaces, path',
    'User-Agent: load',
    ...padding,
    ...more,
    'Content-Length: 0',
    '',
    '',
  ].join('\r\n');

/** ACK of a refused INVITE (RFC 3261 §17.1.1.3), so that it is not repeated for 32 s. */
const acknowledge = (answer) => {
  const id = /^Call-ID: (\S+)/im.exec(answer)?.[1]?.slice(run.length);
  const to = /^To:.*$/im.exec(answer)?.[0];
  if (!id || !to) return;
  socket.send(head('ACK', id).replace(/^To:.*$/m, to), Number(port), host);
};
/** The target probes its peers as well; who does not answer is taken for dead. */
const answerProbe = (probe, { address, port: from }) => {
  const copied = probe.split('\r\n').filter((line) => /^(?:Via|From|To|Call-ID|CSeq):/i.test(line));
  socket.send(['SIP/2.0 200 OK', ...copied, 'Content-Length: 0', '', ''].join('\r\n'), from, address);
};
socket.on('message', (message, from) => {
  const text = message.toString('latin1', 0, 1500);
  if (text.startsWith('OPTIONS ')) answerProbe(text, from);
  if (/^SIP\/2\.0 [3-6]/.test(text) && /^CSeq: 1 INVITE/im.test(text)) acknowledge(text);
});
socket.on('error', () => {});

const fresh = (method) => {
  const request = Buffer.from(head(method, String(++made)));
  if (method === 'OPTIONS') requests[made % KEPT] = request;
  return request;
};

/** CPU time of the process so far in ms (user and system, fields 14 and 15 of proc(5) stat, in 10 ms ticks). */
const cpuMs = () => {
  const fields = readFileSync(`/proc/${pid}/stat`, 'latin1').split(') ')[1].split(' ');
  return (Number(fields[11]) + Number(fields[12])) * 10;
};

let rate = 500;
let owed = 0;
let fractionNew = 0;
let fractionInvite = 0;
let lastStep = performance.now();
const step = () => {
  const now = performance.now();
  const share = Math.min(50, now - lastStep) / 1000;
  lastStep = now;
  owed += rate * share;
  fractionNew += NEW_A_SECOND * share;
  fractionInvite += INVITES_A_SECOND * share;
  for (; owed >= 1; owed--) {
    let request;
    if (fractionInvite >= 1) {
      fractionInvite--;
      request = fresh('INVITE');
    } else if (fractionNew >= 1 || requests.length === 0) {
      fractionNew--;
      request = fresh('OPTIONS');
    } else request = requests[Math.floor(Math.random() * requests.length)] ?? fresh('OPTIONS');
    socket.send(request, Number(port), host);
  }
};

/** Requests that found the target's socket full: it has more to do than it can, whatever share of a core it gets. */
const refused = () => {
  const local = `:${Number(port).toString(16).toUpperCase().padStart(4, '0')}`;
  const rows = readFileSync('/proc/self/net/udp', 'latin1')
    .split('\n')
    .map((row) => row.trim().split(/\s+/));
  return rows.filter((fields) => fields[1]?.endsWith(local)).reduce((sum, fields) => sum + Number(fields.at(-1)), 0);
};

let lastCpu = cpuMs();
let lastRefused = refused();
let lastLook = performance.now();
const look = () => {
  const cpu = cpuMs();
  const now = performance.now();
  const cpuPercent = ((cpu - lastCpu) / (now - lastLook)) * 100;
  [lastCpu, lastLook] = [cpu, now];
  const notTaken = refused() - lastRefused;
  lastRefused += notTaken;
  console.log(JSON.stringify({ rate: Math.round(rate), cpuPercent: Math.round(cpuPercent), notTaken }));
  if (notTaken > rate / 5) rate *= 0.8;
  else if (notTaken === 0 && cpuPercent < Number(wantedPercent)) rate = Math.min(Number(most), rate * 1.3);
};

socket.bind(Number(ownPort), ownHost, () => {
  setInterval(step, STEP_MS);
  setInterval(look, 1000);
});
