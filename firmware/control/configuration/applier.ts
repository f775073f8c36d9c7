import type { Configuration } from '../../config/schema.ts';
import { wordsOf } from '../../core/error.ts';
import { type Step, type StepName, wordsOfStep } from './steps.ts';

/** Does a step; gets the configuration that is wanted. Each room that runs brings its own (`control/main.ts` joins them). */
export type Executors = {
  readonly [Name in StepName]: (step: Extract<Step, { step: Name }>, wanted: Configuration) => void | Promise<void>;
};

export type FailedStep = { readonly step: string; readonly why: string };

/**
 * Does the steps one after the other. One that fails does not keep the others from being done: what is stored is
 * what is wanted, and the next start does all of it.
 */
export const applySteps = async (
  steps: readonly Step[],
  wanted: Configuration,
  executors: Executors,
): Promise<readonly FailedStep[]> => {
  const failed: FailedStep[] = [];
  for (const step of steps) {
    try {
      const execute = executors[step.step] as (step: Step, wanted: Configuration) => void | Promise<void>;
      await execute(step, wanted);
    } catch (error) {
      failed.push({ step: wordsOfStep(step), why: wordsOf(error) });
    }
  }
  return failed;
};
