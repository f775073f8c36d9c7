/** How numbers are made up in a country (ITU-T E.164 and the national plan), as dialled from there. */
export type NumberPlan = {
  /** Numbers that must always get through, as dialled. */
  readonly emergency: readonly [string, ...string[]];
  /** Country code without prefix, such as 49. */
  readonly countryCode: string;
  /** Dialled before a number of another country; `+` means the same everywhere. */
  readonly international: readonly string[];
  /** Dialled before a number of another area; empty where there is none. */
  readonly national: string;
  /**
   * Beginnings of mobile and of premium-rate numbers, with the national prefix. Premium is also what hides the price of a
   * number, such as the code of another carrier.
   */
  readonly mobile: readonly string[];
  readonly premium: readonly string[];
  /** Fewest digits of a premium number: what is shorter and begins alike is an extension of somebody's PBX. */
  readonly premiumDigits: number;
};
