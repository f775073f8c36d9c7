import type { StatusView } from '../../firmware/control/status/view.ts';

/**
 * What the box says in the middle of its sentences, as one of its own: a capital first, a full stop last. A softswitch
 * of `status` that it begins with keeps its name.
 */
export const sentenceOfCause = (cause: string, { trunks }: Pick<StatusView, 'trunks'> = { trunks: [] }): string => {
  const [first = '', ...rest] = cause;
  const named = trunks.some(({ id }) => cause.startsWith(`${id} `));
  const said = named ? cause : first.toUpperCase() + rest.join('');
  return said === '' || /[.!?]$/.test(said) ? said : `${said}.`;
};

/** An attempt of a call where its place in a list already says which it was: without its number. */
export const sentenceOfAttempt = (attempt: string): string => sentenceOfCause(attempt.replace(/^\d+\. /, ''));
