/** Why something was chosen or left out, in words, for the record and the routing analysis. */
export type PlanReason = {
  readonly what: string;
  readonly why: string;
  /** A person or a lock keeps the call from this way (U19): the record says so. */
  readonly shut?: true;
};
