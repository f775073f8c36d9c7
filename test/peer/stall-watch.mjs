import { readFileSync } from 'node:fs';

// Says when a processor was taken away, in seconds since 1970: prints FROM and TO. Runs above everything else.
//
// Without an argument: when nothing ran on this processor. A bare clock that asks to be woken every 5 ms and is woken
// much too late, pinned to a processor, sees what the machine itself takes away.
//
// With the id of a process: when its main thread was ready to run and had to wait (schedstat). Asked of one that stands
// above everything else of its box (SCHED_FIFO), it tells of others of the same rank, which are of other boxes: one of
// them is not put aside for another.
const [pid] = process.argv.slice(2);
const EVERY_MS = 5;
const LATE_MS = 6;
const SCHED_FIFO = '1';

const now = () => performance.timeOrigin + performance.now();
/** Policy is the 41st field of proc(5) stat; the second, a name, may hold anything. */
const isRealTime = () => {
  const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
  return stat.slice(stat.lastIndexOf(')')).split(' ')[39] === SCHED_FIFO;
};
const waitedMs = () => Number(readFileSync(`/proc/${pid}/schedstat`, 'latin1').split(' ')[1]) / 1e6;

const clock = () => {
  let last = now();
  return () => {
    const [from, to] = [last, now()];
    last = to;
    return to - from > EVERY_MS + LATE_MS ? [from, to] : undefined;
  };
};

const waits = () => {
  let [last, waited] = [now(), waitedMs()];
  return () => {
    const [before, to, sum] = [last, now(), waitedMs()];
    const grown = sum - waited;
    [last, waited] = [to, sum];
    // it is counted when the wait is over
    return grown > LATE_MS ? [before - grown, to] : undefined;
  };
};

if (pid !== undefined && !isRealTime()) throw new Error(`process ${pid} is not above everything else of its box`);
const late = pid === undefined ? clock() : waits();
const look = () => {
  const stall = late();
  if (stall) console.log(`STALL ${stall[0] / 1000} ${stall[1] / 1000}`);
  setTimeout(look, EVERY_MS);
};
console.log('WATCHING');
look();
