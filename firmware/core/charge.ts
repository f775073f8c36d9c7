/** What a minute costs in millionths of the currency, the least that is charged, and in what parts. */
export type Charge = { readonly perMinute: number; readonly minimumS: number; readonly stepS: number };

/** The price of a call that was up for `talkedMs`, in millionths, rounded up; a call that was not answered costs nothing. */
export const priceOf = ({ perMinute, minimumS, stepS }: Charge, talkedMs: number): number => {
  if (talkedMs <= 0) return 0;
  const seconds = Math.max(minimumS, Math.ceil(talkedMs / 1000));
  const charged = Math.ceil(seconds / Math.max(1, stepS)) * Math.max(1, stepS);
  return Math.ceil((charged * perMinute) / 60);
};
