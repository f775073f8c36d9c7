// Says when nothing ran on this processor: a bare clock that asks to be woken every 5 ms, and prints FROM and TO in
// seconds since 1970 whenever it was woken much too late. Pinned to a processor and above everything else, it sees what
// the machine itself takes away.
const EVERY_MS = 5;
const LATE_MS = 12;
let last = performance.timeOrigin + performance.now();
const look = () => {
  const now = performance.timeOrigin + performance.now();
  if (now - last > EVERY_MS + LATE_MS) console.log(`STALL ${last / 1000} ${now / 1000}`);
  last = now;
  setTimeout(look, EVERY_MS);
};
console.log('WATCHING');
look();
