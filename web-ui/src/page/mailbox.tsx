import '../i18n/mailbox.ts';
import { signal, useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import '../kit.ts';
import type { Mailboxes, MailboxView } from '../../../firmware/control/api/wire.ts';
import { audioOf, client, sentenceOf } from '../client.ts';
import { Button } from '../component/button.tsx';
import { confirmed } from '../component/confirm.tsx';
import { Icon } from '../component/icon.tsx';
import { Mark } from '../component/mark.tsx';
import { Notice } from '../component/notice.tsx';
import { Empty, Page } from '../component/page.tsx';
import { Skeleton } from '../component/skeleton.tsx';
import { ageMs, status } from '../live.ts';
import { operateQuietly, sentenceOfOutcome } from '../operations.ts';
import { plural, t } from '../t.ts';
import { clockOf, lengthWords, momentWords } from '../time.ts';
import { Greeting } from './mailbox-greeting.tsx';
import { Player, stopPlaying } from './mailbox-player.tsx';

type Message = MailboxView['messages'][number];

const boxes = signal<Mailboxes | undefined>(undefined);
const wrong = signal('');

const load = async (): Promise<void> => {
  try {
    boxes.value = await client.mailboxes();
    wrong.value = '';
  } catch (error) {
    wrong.value = sentenceOf(error);
  }
};

/** Does something to a mailbox; what was refused is said over the page. */
const does = async (name: string, args: Readonly<Record<string, string>>): Promise<void> => {
  const outcome = await operateQuietly(name, args);
  wrong.value = outcome.is === 'done' ? '' : sentenceOfOutcome(outcome);
  if (outcome.is === 'done') await load();
};

const callerOf = ({ from }: Message): string => from.name || from.number || t('call.withheld');

type MessageProps = { readonly box: MailboxView; readonly message: Message; readonly now: number };

const remove = async ({ box, message }: MessageProps): Promise<void> => {
  const text = t('mailbox.deleteText', { from: callerOf(message) });
  if (!(await confirmed({ title: t('mailbox.deleteTitle'), text, yes: t('mailbox.delete'), danger: true }))) return;
  stopPlaying();
  await does('delete-message', { mailbox: box.mailbox, message: message.id });
};

const MessageRow = (props: MessageProps) => {
  const { box, message, now } = props;
  const from = callerOf(message);
  return (
    <li class={`message ${message.is}`}>
      <Player src={audioOf(box.mailbox, message.id)} seconds={message.seconds} label={t('mailbox.play', { from })} />
      <div class="row-main">
        <p class="row-title">
          {from}
          {message.is === 'new' && (
            <Mark mood="busy" icon="mailboxSmall">
              {t('mailbox.new')}
            </Mark>
          )}
        </p>
        <p class="quiet">
          {message.from.name && message.from.number ? `${message.from.number} · ` : ''}
          {momentWords(message.at, now)} · <span class="clock">{clockOf(message.seconds)}</span>
        </p>
      </div>
      <div class="message-verbs">
        {message.is === 'new' && (
          <Button
            icon="keep"
            label={t('mailbox.keepFrom', { from })}
            onPress={() => void does('keep-message', { mailbox: box.mailbox, message: message.id })}
          >
            {t('mailbox.keep')}
          </Button>
        )}
        <Button
          kind="quiet"
          icon="remove"
          label={t('mailbox.deleteFrom', { from })}
          onPress={() => void remove(props)}
        />
      </div>
    </li>
  );
};

const Room = ({ box }: { readonly box: MailboxView }) => {
  const full = box.usedS >= box.quotaS;
  const id = `room-${box.mailbox}`;
  return (
    <div class={full ? 'room full' : 'room'}>
      <label for={id}>
        {full ? t('mailbox.full') : t('mailbox.room', { used: lengthWords(box.usedS), all: lengthWords(box.quotaS) })}
      </label>
      <progress id={id} max={box.quotaS} value={Math.min(box.usedS, box.quotaS)} />
    </div>
  );
};

const Locked = ({ box }: { readonly box: MailboxView }) => {
  const busy = useSignal(false);
  const unlock = async (): Promise<void> => {
    busy.value = true;
    await does('unlock-mailbox', { mailbox: box.mailbox });
    busy.value = false;
  };
  return (
    <div class="notice warn">
      <Icon name="lock" />
      <div class="notice-text">{t('mailbox.locked')}</div>
      <Button busy={busy.value} onPress={() => void unlock()}>
        {t('mailbox.unlock')}
      </Button>
    </div>
  );
};

const Box = ({ box, now }: { readonly box: MailboxView; readonly now: number }) => {
  const fresh = box.messages.filter((each) => each.is === 'new').length;
  return (
    <section class="card mailbox" aria-label={t('mailbox.of', { extension: box.extension || box.mailbox })}>
      <div class="card-head">
        <div>
          <h2>{t('mailbox.of', { extension: box.extension || box.mailbox })}</h2>
          <p class="quiet">{t(`mailbox.${box.mode}`)}</p>
        </div>
        {fresh > 0 && (
          <Mark mood="busy" icon="mailboxSmall">
            {plural('port.waiting', fresh)}
          </Mark>
        )}
      </div>
      {box.locked && <Locked box={box} />}
      {box.messages.length === 0 ? (
        <p class="nothing">{t('mailbox.none')}</p>
      ) : (
        <ul class="messages">
          {box.messages.map((message) => (
            <MessageRow key={message.id} box={box} message={message} now={now} />
          ))}
        </ul>
      )}
      <div class="mailbox-foot">
        <Room box={box} />
        <Greeting box={box} changed={load} />
      </div>
    </section>
  );
};

const withMessagesFirst = (one: MailboxView, other: MailboxView): number =>
  Number(other.messages.length > 0) - Number(one.messages.length > 0);

/** The messages of every phone. */
export const MailboxPage = () => {
  const waiting = status.value?.ports.map((port) => port.waiting).join();
  useEffect(() => void load(), [waiting]);
  useEffect(() => stopPlaying, []);
  const now = status.value ? status.value.at + ageMs() : Date.now();
  const all = boxes.value?.mailboxes;
  return (
    <Page title={t('nav.mailbox')} lead={t('mailbox.lead')}>
      <Notice mood="bad">{wrong.value}</Notice>
      {!all && wrong.value === '' && <Skeleton rows={4} tall />}
      {all?.length === 0 && (
        <Empty icon="mailbox" title={t('mailbox.noBoxes')}>
          <p>{t('mailbox.noBoxesText')}</p>
        </Empty>
      )}
      <div class="mailboxes">
        {all && [...all].sort(withMessagesFirst).map((box) => <Box key={box.mailbox} box={box} now={now} />)}
      </div>
    </Page>
  );
};
