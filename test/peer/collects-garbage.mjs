// Makes garbage for a while as the engine does, a little at a time, and says what share of a processor it takes then,
// when it has nothing more to do.
const MAKES_MS = 1_500;
const RESTS_MS = 1_000;
const kept = [];
const began = performance.now();
const rest = () => {
  const [before, from] = [process.cpuUsage(), performance.now()];
  setTimeout(() => {
    const { user, system } = process.cpuUsage(before);
    console.log(`SHARE ${((user + system) / 1_000 / (performance.now() - from)).toFixed(2)}`);
    process.exit();
  }, RESTS_MS);
};
const step = () => {
  for (let i = 0; i < 2_000; i++) kept[i] = new Array(20).fill(i);
  if (performance.now() - began < MAKES_MS) setTimeout(step, 5);
  else rest();
};
step();
