/** Why something was chosen or left out, in words, for the record and the routing analysis. */
export type PlanReason = { readonly what: string; readonly why: string };
