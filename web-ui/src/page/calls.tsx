import '../i18n/calls.ts';
import { signal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import '../kit.ts';
import type { CallInWords, Calls } from '../../../firmware/control/api/wire.ts';
import { sentenceOfAttempt } from '../cause.ts';
import { client, sentenceOf } from '../client.ts';
import { Button } from '../component/button.tsx';
import { Icon } from '../component/icon.tsx';
import { Mark } from '../component/mark.tsx';
import { Notice } from '../component/notice.tsx';
import { Empty, Page } from '../component/page.tsx';
import { Skeleton } from '../component/skeleton.tsx';
import { ageMs, status } from '../live.ts';
import { t } from '../t.ts';
import { clockOf, dayWords, timeOfDay } from '../time.ts';

const PAGE = 30;
/** A pause in typing after which is searched. */
const TYPING_MS = 300;

const found = signal<Calls | undefined>(undefined);
const number = signal('');
const wrong = signal('');
const loading = signal(false);
let latest = 0;

/** Loads the newest calls, or more of the older ones; an answer that is overtaken by a newer question is dropped. */
const load = async (older: boolean): Promise<void> => {
  const mine = ++latest;
  const before = older ? found.value?.calls.at(-1)?.record.id : undefined;
  loading.value = true;
  try {
    const answer = await client.calls({ limit: PAGE, number: number.value.trim(), ...(before ? { before } : {}) });
    if (mine !== latest) return;
    const calls = older ? [...(found.value?.calls ?? []), ...answer.calls] : answer.calls;
    found.value = { calls, more: answer.more };
    wrong.value = '';
  } catch (error) {
    if (mine === latest) wrong.value = sentenceOf(error);
  }
  if (mine === latest) loading.value = false;
};

let typing: ReturnType<typeof setTimeout> | undefined;
const search = (text: string): void => {
  number.value = text;
  clearTimeout(typing);
  typing = setTimeout(() => void load(false), TYPING_MS);
};

const OutcomeMark = ({ call: { record } }: { readonly call: CallInWords }) => {
  if (record.answeredAfterMs !== undefined) {
    return (
      <Mark mood="good" icon="calls">
        <span class="clock">{clockOf((record.talkedMs ?? 0) / 1000)}</span>
      </Mark>
    );
  }
  const missed = record.endedBy === 'caller' || record.cause === 'noAnswer' || record.cause === 'busy';
  return <Mark mood={missed ? 'warn' : 'bad'}>{missed ? t('calls.unanswered') : t('calls.failed')}</Mark>;
};

/** One call: a line, and opened every attempt in order. */
const CallItem = ({ call }: { readonly call: CallInWords }) => (
  <li>
    <details class="call">
      <summary>
        <span class="call-time clock">{timeOfDay(call.record.at)}</span>
        <span class="call-title">{call.title}</span>
        <OutcomeMark call={call} />
        <Icon name="down" />
      </summary>
      <div class="call-inside">
        <ol class="attempts">
          {call.attempts.map((attempt, index) => (
            <li
              key={`${index} ${attempt}`}
              class={call.record.attempts[index]?.cause === 'answered' ? 'went' : 'ended'}
            >
              {sentenceOfAttempt(attempt)}
            </li>
          ))}
          <li class="end">{call.end}</li>
        </ol>
      </div>
    </details>
  </li>
);

/** Calls by day, newest first. */
const Days = ({ calls, now }: { readonly calls: readonly CallInWords[]; readonly now: number }) => {
  const days = new Map<string, CallInWords[]>();
  for (const call of calls) {
    const day = dayWords(call.record.at, now);
    days.set(day, [...(days.get(day) ?? []), call]);
  }
  return (
    <>
      {[...days].map(([day, those]) => (
        <section key={day} class="day" aria-label={day}>
          <h2 class="day-name">{day}</h2>
          <ul class="rows">
            {those.map((call) => (
              <CallItem key={call.record.id} call={call} />
            ))}
          </ul>
        </section>
      ))}
    </>
  );
};

const Nothing = () =>
  number.value.trim() === '' ? (
    <Empty icon="calls" title={t('calls.none')}>
      <p>{t('calls.noneText')}</p>
    </Empty>
  ) : (
    <Empty icon="search" title={t('calls.noneFound', { number: number.value })}>
      <Button onPress={() => search('')}>{t('calls.all')}</Button>
    </Empty>
  );

/** Calls that ended, with what was tried and why. */
export const CallsPage = () => {
  const running = status.value?.calls.length;
  // a call that has ended is a record by now
  useEffect(() => void load(false), [running]);
  const now = status.value ? status.value.at + ageMs() : Date.now();
  const answer = found.value;
  return (
    <Page title={t('nav.calls')} lead={t('calls.lead')}>
      <div class="search">
        <Icon name="search" />
        <input
          type="search"
          inputMode="tel"
          aria-label={t('calls.filter')}
          placeholder={t('calls.filter')}
          value={number.value}
          onInput={(event) => search(event.currentTarget.value)}
        />
      </div>
      <Notice mood="bad">{wrong.value}</Notice>
      {answer === undefined && wrong.value === '' && <Skeleton rows={6} />}
      {answer && (answer.calls.length === 0 ? <Nothing /> : <Days calls={answer.calls} now={now} />)}
      {answer?.more && (
        <div class="more-button">
          <Button busy={loading.value} onPress={() => void load(true)}>
            {t('calls.older')}
          </Button>
        </div>
      )}
    </Page>
  );
};
