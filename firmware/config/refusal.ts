/** One field that was refused: where, what is allowed there, and what to do. Never holds the refused value. */
export type Refusal = { readonly path: string; readonly limit: string; readonly remedy: string };

/** All refusals as one text for a log or an error. */
export const refusalWords = (refused: readonly Refusal[]): string =>
  refused.map(({ path, limit, remedy }) => `${path || 'the configuration'} ${limit}. ${remedy}`).join(' ');
