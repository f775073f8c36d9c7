import { signal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import { t } from '../t.ts';
import { Button } from './button.tsx';

type Question = {
  readonly title: string;
  readonly text: string;
  readonly yes: string;
  readonly danger?: boolean;
  readonly answer: (yes: boolean) => void;
};

const question = signal<Question | undefined>(undefined);

/** Asks before something is done that disturbs or cannot be taken back; true when it may be done. */
export const confirmed = (asked: Omit<Question, 'answer'>): Promise<boolean> =>
  new Promise((resolve) => {
    question.value?.answer(false);
    question.value = { ...asked, answer: resolve };
  });

const settle = (yes: boolean): void => {
  const asked = question.value;
  question.value = undefined;
  asked?.answer(yes);
};

/** The place of the question: once in the page, above everything. */
export const ConfirmPlace = () => {
  const dialog = useRef<HTMLDialogElement>(null);
  const asked = question.value;
  useEffect(() => {
    if (asked) dialog.current?.showModal();
    else dialog.current?.close();
  }, [asked]);
  return (
    <dialog ref={dialog} class="dialog" aria-labelledby="question" onCancel={() => settle(false)}>
      {asked && (
        <div class="dialog-inside">
          <h2 id="question">{asked.title}</h2>
          <p>{asked.text}</p>
          <div class="dialog-buttons">
            <Button onPress={() => settle(false)}>{t('cancel')}</Button>
            <Button kind={asked.danger ? 'danger' : 'primary'} onPress={() => settle(true)}>
              {asked.yes}
            </Button>
          </div>
        </div>
      )}
    </dialog>
  );
};
