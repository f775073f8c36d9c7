import { createSocket } from 'node:dgram';

// A 20 ms clock that does nothing but tick: what the machine and the runtime allow, beside the engine's clock.
// Words: host and port to which each tick sends its number.
const [host, port] = process.argv.slice(2);
const FRAME_MS = 20;
const socket = createSocket('udp4');
const now = () => Number(process.hrtime.bigint()) / 1e6;
const packet = Buffer.alloc(172);

socket.connect(Number(port), host, () => {
  let due = now() + FRAME_MS;
  let number = 0;
  const tick = () => {
    // timers of Node count whole milliseconds: what is nearly due is done
    for (; now() >= due - 0.6; due += FRAME_MS) {
      packet.writeUInt32BE(number++, 0);
      socket.send(packet);
    }
    const ms = due - now();
    setTimeout(tick, ms <= 1 ? 1 : Math.floor(ms));
  };
  tick();
});
// whoever receives may have ended before us
socket.on('error', () => {});
