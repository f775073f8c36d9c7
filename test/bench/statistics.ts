/** The value below which `share` (0..1) of the values lie, by nearest rank; NaN of none. */
export const quantile = (values: readonly number[], share: number): number => {
  const sorted = Float64Array.from(values).sort();
  return sorted[Math.min(sorted.length - 1, Math.max(0, Math.ceil(share * sorted.length) - 1))] ?? Number.NaN;
};

/** The middle value; of an even count the mean of the two in the middle. */
export const median = (values: readonly number[]): number => {
  const sorted = Float64Array.from(values).sort();
  const half = sorted.length >> 1;
  return sorted.length % 2 === 1
    ? sorted[half]!
    : ((sorted[half - 1] ?? Number.NaN) + (sorted[half] ?? Number.NaN)) / 2;
};

/** `value` with so many decimals, as a number. */
export const rounded = (value: number, decimals = 2): number => Number(value.toFixed(decimals));
