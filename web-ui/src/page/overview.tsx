import { useSignal } from '@preact/signals';
import type { OperationOutcome } from '../../../firmware/control/api/wire.ts';
import type { CallView, PortView, StatusView, TrunkView } from '../../../firmware/control/status/view.ts';
import { sentenceOfCause } from '../cause.ts';
import { sentenceOf } from '../client.ts';
import { Button } from '../component/button.tsx';
import { Icon, type IconName } from '../component/icon.tsx';
import { Mark } from '../component/mark.tsx';
import { Notice } from '../component/notice.tsx';
import { Empty, Page, Section } from '../component/page.tsx';
import { Skeleton } from '../component/skeleton.tsx';
import { headlineOf, type Mood } from '../headline.ts';
import { ageMs, seconds, status } from '../live.ts';
import { infoOf, loadOperations, operate, sentenceOfOutcome } from '../operations.ts';
import { nameOfPort } from '../port-name.ts';
import { go, to } from '../route.ts';
import { plural, t } from '../t.ts';
import { clockOf, lengthWords } from '../time.ts';
import { calleeOf, callerOf, lookOfPort, lookOfTrunk, registeredWords, wayOf } from '../words.ts';
import { Alarms } from './alarms.tsx';

const emblems: Readonly<Record<Mood, IconName>> = { good: 'good', warn: 'warn', bad: 'bad', none: 'none' };

/** The one sentence over everything. */
const Headline = ({ view }: { readonly view: StatusView }) => {
  const { mood, text, words } = headlineOf(view);
  const facts = [
    ...(view.scenario === undefined ? [] : [t('overview.scenario', { title: view.scenario.title })]),
    plural('overview.calls', view.calls.length),
    t('overview.up', { length: lengthWords(view.box.upS + ageMs() / 1000) }),
  ];
  return (
    <div class={`headline ${mood}`}>
      <span class="emblem">
        <Icon name={emblems[mood]} />
      </span>
      <div>
        <p class="headline-text" role="status">
          {t(text, words)}
        </p>
        <p class="headline-facts">{facts.join(' · ')}</p>
      </div>
    </div>
  );
};

const blockWords = ({ blocked }: TrunkView): string => {
  if (!blocked) return '';
  if (blocked.minutesLeft === 0) return t('trunk.blockedBy', { by: blocked.by });
  return plural('trunk.blockedFor', blocked.minutesLeft, { by: blocked.by });
};

const lockWords = ({ lock }: TrunkView): string => {
  if (!lock) return '';
  const what = t(`trunk.lock.${lock.is}`);
  return lock.until === '' ? what : `${what} ${t('trunk.lockUntil', { until: lock.until })}`;
};

/** Why it is as it is, then each account that is not registered. */
const Causes = ({ trunk }: { readonly trunk: TrunkView }) => {
  const missing = trunk.registrations.filter(({ registered }) => !registered);
  return (
    <div class="causes">
      {trunk.blocked && <p>{blockWords(trunk)}</p>}
      {trunk.lock && <p>{lockWords(trunk)}</p>}
      {trunk.why !== '' && <p>{sentenceOfCause(trunk.why)}</p>}
      {missing.map(({ account, sentence }) => (
        <p key={account} class={sentence === '' ? 'cause' : 'cause cause-bad'}>
          <strong>{account}</strong>{' '}
          {sentence === '' ? t('trunk.registering') : sentenceOfCause(sentence, { trunks: [trunk] })}
        </p>
      ))}
    </div>
  );
};

/** Does a verb, once the box has said what it disturbs; gives what became of it, undefined if the person would not. */
const done = async (verb: string, args: unknown): Promise<OperationOutcome | undefined> => {
  try {
    await loadOperations();
    return await operate(infoOf(verb)!, args);
  } catch (error) {
    return { is: 'failed', sentence: sentenceOf(error) };
  }
};

/** Verbs for a softswitch; a result is said in place. */
const TrunkVerbs = ({ trunk }: { readonly trunk: TrunkView }) => {
  const busy = useSignal(false);
  const said = useSignal('');
  const bad = useSignal(false);
  const toggle = async (): Promise<void> => {
    busy.value = true;
    const outcome = await done(trunk.blocked ? 'unblock-trunk' : 'block-trunk', { trunk: trunk.id });
    busy.value = false;
    bad.value = outcome !== undefined && outcome.is !== 'done';
    said.value = outcome ? sentenceOfOutcome(outcome) : '';
  };
  const opens = (name: string, text: 'trunk.test' | 'trunk.analyse') => (
    <Button label={`${t(text)}: ${trunk.id}`} onPress={() => go(['tools', name], { trunk: trunk.id })}>
      {t(text)}
    </Button>
  );
  const toggles = t(trunk.blocked ? 'trunk.unblock' : 'trunk.block');
  return (
    <>
      <div class="card-verbs">
        {opens('test-call', 'trunk.test')}
        {opens('analyse-registration', 'trunk.analyse')}
        <Button label={`${toggles}: ${trunk.id}`} busy={busy.value} onPress={() => void toggle()}>
          {toggles}
        </Button>
      </div>
      <Notice mood={bad.value ? 'bad' : 'good'}>{said.value}</Notice>
    </>
  );
};

/** How the last hundred calls went: the answer-seizure ratio, the average duration, the post-dial delay. */
const Figures = ({ figures: { recent } }: { readonly figures: NonNullable<TrunkView['figures']> }) => (
  <dl class="facts figures">
    <div>
      <dt>{t('trunk.asr')}</dt>
      <dd>{t('trunk.asrOf', { percent: Math.round(recent.asr * 100), attempts: recent.attempts })}</dd>
    </div>
    {recent.acdS !== undefined && (
      <div>
        <dt>{t('trunk.acd')}</dt>
        <dd>{clockOf(recent.acdS)}</dd>
      </div>
    )}
    {recent.pddMs !== undefined && (
      <div>
        <dt>{t('trunk.pdd')}</dt>
        <dd>{t('trunk.pddS', { seconds: (recent.pddMs / 1000).toFixed(1) })}</dd>
      </div>
    )}
  </dl>
);

const TrunkCard = ({ trunk }: { readonly trunk: TrunkView }) => {
  const look = lookOfTrunk(trunk);
  const limit = trunk.callLimit === 0 ? '' : t('trunk.limit', { limit: trunk.callLimit });
  return (
    <li class={`card trunk ${look.mood}`}>
      <div class="card-head">
        <h3>{trunk.id}</h3>
        <Mark mood={look.mood} icon={look.icon}>
          {t(look.text)}
        </Mark>
      </div>
      <p class="quiet">
        {trunk.host} · {trunk.transport.toUpperCase()}
      </p>
      <dl class="facts">
        <div>
          <dt>{t('trunk.registrations')}</dt>
          <dd>{registeredWords(trunk)}</dd>
        </div>
        <div>
          <dt>{t('trunk.callsUp')}</dt>
          <dd>
            {trunk.callsUp} {limit}
          </dd>
        </div>
        <div>
          <dt>{t('trunk.priority')}</dt>
          <dd>{trunk.priority}</dd>
        </div>
      </dl>
      {trunk.figures && <Figures figures={trunk.figures} />}
      <Causes trunk={trunk} />
      <TrunkVerbs trunk={trunk} />
    </li>
  );
};

const Trunks = ({ view }: { readonly view: StatusView }) => {
  const trunks = [...view.trunks].sort((one, other) => one.priority - other.priority);
  return (
    <Section title={t('overview.trunks')}>
      {trunks.length === 0 ? (
        <Empty icon="softswitch" title={t('overview.noTrunks')}>
          <p>{t('overview.noTrunksText')}</p>
          <a class="button primary" href={to('settings', 'trunks')}>
            <Icon name="add" />
            <span>{t('overview.addTrunk')}</span>
          </a>
        </Empty>
      ) : (
        <ul class="cards">
          {trunks.map((trunk) => (
            <TrunkCard key={trunk.id} trunk={trunk} />
          ))}
        </ul>
      )}
    </Section>
  );
};

/** A socket as it is in the wall: what is plugged in, its number, and what it does. */
const Jack = ({ port }: { readonly port: PortView }) => {
  const look = lookOfPort(port);
  return (
    <li class={`jack ${look.mood}`}>
      <span class="jack-socket">
        <Icon name={port.kind === 'fxs' ? 'phone' : 'exchange'} />
      </span>
      <strong class="jack-name">{nameOfPort(port)}</strong>
      <span class="jack-place">{port.port}</span>
      <Mark mood={look.mood} icon={look.icon}>
        {t(look.text)}
      </Mark>
      {port.cause !== '' && <span class="jack-cause">{sentenceOfCause(port.cause)}</span>}
      {port.waiting > 0 && (
        <a class="jack-waiting" href={to('mailbox')}>
          <Icon name="mailbox" />
          {plural('port.waiting', port.waiting)}
        </a>
      )}
    </li>
  );
};

const Ports = ({ view }: { readonly view: StatusView }) => (
  <Section title={t('overview.ports')}>
    {view.ports.length === 0 ? (
      <Empty icon="phone" title={t('overview.noPorts')}>
        <p>{t('overview.noPortsText')}</p>
      </Empty>
    ) : (
      <ul class="jacks">
        {view.ports.map((port) => (
          <Jack key={port.line} port={port} />
        ))}
      </ul>
    )}
  </Section>
);

const callLooks = {
  calling: { mood: 'none', icon: 'wait', text: 'call.calling' },
  alerting: { mood: 'busy', icon: 'ring', text: 'call.alerting' },
  talking: { mood: 'good', icon: 'talk', text: 'call.talking' },
} as const;

const CallRow = ({ call, view }: { readonly call: CallView; readonly view: StatusView }) => {
  // read, so that the length runs
  seconds.value;
  const look = callLooks[call.is];
  return (
    <li class="row call-now">
      <div class="row-main">
        <p class="row-title">
          {callerOf(call, view)}
          <Icon name="arrow" />
          <span class="unseen">{t('call.calls')}</span>
          {calleeOf(call, view)}
        </p>
        {call.dialled !== '' && <p class="quiet">{wayOf(call, view)}</p>}
      </div>
      <Mark mood={look.mood} icon={look.icon}>
        {t(look.text)}
      </Mark>
      <span class="clock">{clockOf(call.forS + ageMs() / 1000)}</span>
    </li>
  );
};

const Calls = ({ view }: { readonly view: StatusView }) => (
  <Section title={t('overview.running')} aside={<a href={to('calls')}>{t('overview.allCalls')}</a>}>
    {view.calls.length === 0 ? (
      <p class="nothing">{t('overview.noCalls')}</p>
    ) : (
      <ul class="rows">
        {view.calls.map((call) => (
          <CallRow key={call.call} call={call} view={view} />
        ))}
      </ul>
    )}
  </Section>
);

/** What is, live: does it work, what does not, and every trunk, port and call. */
export const OverviewPage = () => {
  const view = status.value;
  return (
    <Page title={t('nav.overview')}>
      {view ? (
        <>
          <Headline view={view} />
          <Alarms view={view} />
          <Calls view={view} />
          <Trunks view={view} />
          <Ports view={view} />
          <p class="build quiet">{t('overview.build', { build: view.box.build })}</p>
        </>
      ) : (
        <Skeleton rows={4} tall />
      )}
    </Page>
  );
};
