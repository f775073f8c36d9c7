import { signal } from '@preact/signals';
import type { OperationInfo, OperationOutcome } from '../../firmware/control/api/wire.ts';
import { client, sentenceOf } from './client.ts';
import { confirmed } from './component/confirm.tsx';
import { t } from './t.ts';

/** What this box can do; undefined until it was asked. */
export const operations = signal<readonly OperationInfo[] | undefined>(undefined);

let asked: Promise<void> | undefined;

/** Asks once; after a failure the next one who needs it asks again. */
export const loadOperations = (): Promise<void> => {
  asked ??= client.operations().then(
    (found) => {
      operations.value = found;
    },
    (error: unknown) => {
      asked = undefined;
      throw error;
    },
  );
  return asked;
};

export const infoOf = (name: string): OperationInfo | undefined => operations.value?.find((each) => each.name === name);

/**
 * Does it, after asking where it disturbs somebody; undefined when the person would rather not. `begun` is told once
 * the box is at it. Never rejects.
 */
export const operate = async (
  info: OperationInfo,
  args: unknown,
  begun: () => void = () => {},
): Promise<OperationOutcome | undefined> => {
  const question = { title: info.title, text: `${info.help} ${t('tools.disturbs')}`, yes: info.title };
  if (info.disturbs && !(await confirmed(question))) return undefined;
  begun();
  return operateQuietly(info.name, args);
};

/** Does it without a question. Never rejects. */
export const operateQuietly = (name: string, args: unknown): Promise<OperationOutcome> =>
  client.operate(name, args).catch((error: unknown) => ({ is: 'failed' as const, sentence: sentenceOf(error) }));

/** The result as a sentence; empty where fields are refused, as they speak for themselves. */
export const sentenceOfOutcome = (outcome: OperationOutcome): string => {
  if (outcome.is === 'done' || outcome.is === 'failed') return outcome.sentence;
  if (outcome.is === 'unknown') return t('tools.unknown');
  return outcome.refused.map(({ path, limit, remedy }) => `${path} ${limit}. ${remedy}`).join(' ');
};
