import type { Arguments } from '../../config/arguments.ts';
import type { Refusal } from '../../config/refusal.ts';
import type { OperationInfo } from './operation.ts';

/** What became of an operation whose arguments fit. A verb may still refuse one that only it can judge. */
export type Ended =
  | { readonly is: 'done'; readonly sentence: string; readonly result: unknown }
  | { readonly is: 'refused'; readonly refused: readonly Refusal[] }
  | { readonly is: 'failed'; readonly sentence: string };

/** One thing that a person can do: a file each, and the rooms that it needs handed in. */
export type Verb<A> = Omit<OperationInfo, 'arguments'> & {
  readonly arguments: Arguments<A>;
  /** `by`: page, fleet, handset … What is thrown is told as a failure. */
  run(args: A, by: string): Ended | Promise<Ended>;
};

export const done = (sentence: string, result: unknown = {}): Ended => ({ is: 'done', sentence, result });
export const failed = (sentence: string): Ended => ({ is: 'failed', sentence });
export const refusedAt = (path: string, limit: string, remedy: string): Ended => ({
  is: 'refused',
  refused: [{ path, limit, remedy }],
});

/** "1 call", "2 calls". */
export const counted = (count: number, what: string): string => `${count} ${what}${count === 1 ? '' : 's'}`;
