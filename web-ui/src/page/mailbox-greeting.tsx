import '../i18n/mailbox.ts';
import { useSignal } from '@preact/signals';
import { useRef } from 'preact/hooks';
import type { MailboxView } from '../../../firmware/control/api/wire.ts';
import { client, sentenceOf } from '../client.ts';
import { Button } from '../component/button.tsx';
import { Notice } from '../component/notice.tsx';
import { t } from '../t.ts';

type GreetingProps = { readonly box: MailboxView; readonly changed: () => Promise<void> };

/** What callers hear first: spoken by the box, or an own recording. */
export const Greeting = ({ box, changed }: GreetingProps) => {
  const file = useRef<HTMLInputElement>(null);
  const busy = useSignal(false);
  const said = useSignal('');
  const wrong = useSignal(false);
  const does = async (work: () => Promise<void>, done: string): Promise<void> => {
    busy.value = true;
    try {
      await work();
      [said.value, wrong.value] = [done, false];
      await changed();
    } catch (error) {
      [said.value, wrong.value] = [sentenceOf(error), true];
    }
    busy.value = false;
  };
  const upload = (wav: File | undefined): void => {
    if (wav) void does(() => client.setGreeting(box.mailbox, wav), t('mailbox.greetingSet'));
    if (file.current) file.current.value = '';
  };
  return (
    <div class="greeting">
      <p>
        <strong>{t('mailbox.greeting')}</strong>{' '}
        {box.greeting === 'own' ? t('mailbox.greetingOwn') : t('mailbox.greetingSpoken')}
      </p>
      <div class="card-verbs">
        <input
          ref={file}
          type="file"
          class="unseen"
          accept="audio/wav,.wav"
          tabIndex={-1}
          aria-label={t('mailbox.greetingFile')}
          onChange={(event) => upload(event.currentTarget.files?.[0])}
        />
        <Button icon="upload" busy={busy.value} onPress={() => file.current?.click()}>
          {t('mailbox.greetingUpload')}
        </Button>
        {box.greeting === 'own' && (
          <Button
            kind="quiet"
            icon="remove"
            onPress={() => void does(() => client.removeGreeting(box.mailbox), t('mailbox.greetingGone'))}
          >
            {t('mailbox.greetingRemove')}
          </Button>
        )}
      </div>
      <Notice mood={wrong.value ? 'bad' : 'good'}>{said.value}</Notice>
    </div>
  );
};
