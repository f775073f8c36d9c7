import type { Described } from '../../config/describe.ts';
import type { Refusal } from '../../config/refusal.ts';

/** What a person can do, as page, fleet and command line show it. */
export type OperationInfo = {
  /** One verb, such as `test-call`. */
  readonly name: string;
  readonly title: string;
  readonly help: string;
  /** Drawn as a form: the same description as that of a setting. */
  readonly arguments: readonly Described[];
  readonly deadlineMs: number;
  /** It disturbs somebody: asked for once more before it is done. */
  readonly disturbs: boolean;
};

export type OperationOutcome =
  /** `sentence`: the result for a person; `result`: the same for a program. */
  | { readonly is: 'done'; readonly sentence: string; readonly result: unknown }
  /** Arguments that do not fit; nothing was done. */
  | { readonly is: 'refused'; readonly refused: readonly Refusal[] }
  | { readonly is: 'failed'; readonly sentence: string }
  | { readonly is: 'unknown' };

/** The one catalogue of verbs behind page, MQTT, USP and handset (`operation/catalogue.ts`). */
export interface Operations {
  readonly infos: readonly OperationInfo[];
  /** Never rejects; after the deadline of the verb it has failed with a sentence that says so. `by`: page, fleet … */
  run(name: string, args: unknown, by: string): Promise<OperationOutcome>;
}
