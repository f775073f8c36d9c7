import { useSignal } from '@preact/signals';
import type { StatusView } from '../../../firmware/control/status/view.ts';
import { sentenceOfCause } from '../cause.ts';
import { Button } from '../component/button.tsx';
import { Icon } from '../component/icon.tsx';
import { Notice } from '../component/notice.tsx';
import { Section } from '../component/page.tsx';
import { operateQuietly, sentenceOfOutcome } from '../operations.ts';
import { t } from '../t.ts';
import { lengthWords } from '../time.ts';

type Alarm = StatusView['alarms'][number];

const moods = { critical: 'bad', major: 'bad', warning: 'warn' } as const;

const AlarmCard = ({ alarm, view }: { readonly alarm: Alarm; readonly view: StatusView }) => {
  const busy = useSignal(false);
  const wrong = useSignal('');
  const acknowledge = async (): Promise<void> => {
    busy.value = true;
    const outcome = await operateQuietly('acknowledge-alarm', { alarm: alarm.id });
    busy.value = false;
    wrong.value = outcome.is === 'done' ? '' : sentenceOfOutcome(outcome);
  };
  const mood = moods[alarm.severity];
  return (
    <li class={`alarm ${mood}`}>
      <Icon name={mood} />
      <div class="alarm-text">
        <h3>
          <span class="unseen">{t(`alarm.${alarm.severity}`)}: </span>
          {alarm.text}
        </h3>
        {alarm.cause !== '' && <p class="quiet">{sentenceOfCause(alarm.cause, view)}</p>}
        <p>
          <span class="quiet">{t('alarm.remedy')}</span> {alarm.remedy}
        </p>
        <p class="quiet">{t('alarm.since', { length: lengthWords((view.at - alarm.since) / 1000) })}</p>
        <Notice mood="bad">{wrong.value}</Notice>
      </div>
      {alarm.happened && (
        <Button icon="good" busy={busy.value} onPress={() => void acknowledge()}>
          {t('alarm.acknowledge')}
        </Button>
      )}
    </li>
  );
};

/** What is wrong, why, and what to do; nothing where nothing is. */
export const Alarms = ({ view }: { readonly view: StatusView }) =>
  view.alarms.length === 0 ? null : (
    <Section title={t('overview.alarms')}>
      <ul class="alarms">
        {view.alarms.map((alarm) => (
          <AlarmCard key={alarm.id} alarm={alarm} view={view} />
        ))}
      </ul>
    </Section>
  );
