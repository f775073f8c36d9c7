import '../i18n/drill.ts';
import { signal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import '../kit.ts';
import type { DrillSheets, OperationInfo } from '../../../firmware/control/api/wire.ts';
import type { DrillView } from '../../../firmware/control/status/view.ts';
import { client, sentenceOf } from '../client.ts';
import { Button } from '../component/button.tsx';
import { Icon, type IconName } from '../component/icon.tsx';
import { Notice } from '../component/notice.tsx';
import { Page, Section } from '../component/page.tsx';
import { Skeleton } from '../component/skeleton.tsx';
import { ageMs, seconds, status } from '../live.ts';
import { infoOf, loadOperations, operate } from '../operations.ts';
import { route, to } from '../route.ts';
import { t } from '../t.ts';
import { clockOf, momentWords } from '../time.ts';
import { useVerb, VerbFields, whyNot } from '../verb.tsx';
import { Sheet } from './drill-sheet.tsx';

const VERB = 'failover-drill';
const kept = signal<DrillSheets | undefined>(undefined);
const wrong = signal('');

const load = async (): Promise<void> => {
  try {
    kept.value = await client.drills();
    wrong.value = '';
  } catch (error) {
    wrong.value = sentenceOf(error);
  }
};

type Step = { readonly icon: IconName; readonly is: 'done' | 'waits'; readonly words: string };

const stepsOf = ({ trunk, steps }: DrillView): readonly Step[] => {
  const freed = steps.some(({ is }) => is === 'freed');
  const seen = steps.map(({ words }): Step => ({ icon: 'good', is: 'done', words }));
  const waits = freed ? t('drill.waitsForReturn', { trunk }) : t('drill.waitsForMore');
  return [
    { icon: 'good', is: 'done', words: t('drill.silent', { trunk }) },
    ...seen,
    { icon: 'wait', is: 'waits', words: waits },
  ];
};

/** What is seen of the drill that is under way. */
const Watch = ({ drill }: { readonly drill: DrillView }) => {
  // read, so that the length runs
  seconds.value;
  return (
    <section class="card drill-watch" aria-label={t('drill.underWay', { trunk: drill.trunk })}>
      <div class="card-head">
        <h2>{t('drill.underWay', { trunk: drill.trunk })}</h2>
        <span class="clock">{clockOf(drill.forS + ageMs() / 1000)}</span>
      </div>
      <div role="status">
        <ol class="drill-steps">
          {stepsOf(drill).map(({ icon, is, words }) => (
            <li key={words} class={is}>
              <Icon name={icon} />
              <span>{words}</span>
            </li>
          ))}
        </ol>
      </div>
      <p class="quiet">{t('drill.safe')}</p>
    </section>
  );
};

/** Asks what is to be drilled, and begins; what has left a sheet is said by that. */
const Start = ({ info }: { readonly info: OperationInfo }) => {
  const asked = useVerb(info, Object.fromEntries(route.value.words), async (args) => {
    const outcome = await operate(info, args);
    await load();
    return outcome;
  });
  const why = whyNot(asked.outcome.value);
  return (
    <form ref={asked.form} class="card drill-start" onSubmit={asked.submit}>
      <p>{info.help}</p>
      <div class="drill-fields">
        <VerbFields asked={asked} />
      </div>
      <Notice mood="bad">{why === kept.value?.sheets[0]?.sentence ? '' : why}</Notice>
      <Button kind="primary" submits busy={asked.busy.value}>
        {t('drill.start')}
      </Button>
    </form>
  );
};

const Older = ({ sheets }: DrillSheets) => (
  <Section title={t('drill.sheets')}>
    <ul class="rows">
      {sheets.map(({ id, at, trunk, passed, by }) => (
        <li key={id}>
          <a class="row" href={to('tools', VERB, id)}>
            <span class="row-main">
              <strong>{t('drill.of', { trunk })}</strong>
              <span class="quiet">
                {momentWords(at, Date.now())} · {t(by === 'calendar' ? 'drill.byCalendar' : 'drill.byHand')}
              </span>
            </span>
            <span class={`mark ${passed ? 'good' : 'bad'}`}>
              <Icon name={passed ? 'good' : 'bad'} />
              {t(passed ? 'drill.passed' : 'drill.failed')}
            </span>
            <Icon name="next" />
          </a>
        </li>
      ))}
    </ul>
  </Section>
);

const up = { href: to('tools', VERB), title: t('drill.title') };

/** A failover drill: what it does, watching it, and the sheets that it left (U17). */
export const DrillPage = () => {
  const running = status.value?.drill;
  useEffect(() => {
    loadOperations().catch((error: unknown) => {
      wrong.value = sentenceOf(error);
    });
  }, []);
  // when one ends its sheet is there
  useEffect(() => {
    if (!running) void load();
  }, [running === undefined]);
  const info = infoOf(VERB);
  const asked = route.value.parts[2];
  const sheets = kept.value?.sheets;
  const sheet = asked === undefined ? sheets?.[0] : sheets?.find(({ id }) => id === asked);
  const older = running ? sheets : sheets?.slice(1);
  const opened = asked === undefined ? { href: to('tools'), title: t('nav.tools') } : up;
  return (
    <Page title={asked === undefined ? t('drill.title') : t('drill.sheet')} lead={t('drill.lead')} back={opened}>
      <Notice mood="bad">{wrong.value}</Notice>
      {running && <Watch drill={running} />}
      {!running && asked === undefined && info && <Start info={info} />}
      {!sheets && wrong.value === '' && <Skeleton rows={4} />}
      {sheets && asked !== undefined && !sheet && <Notice mood="bad">{t('drill.noSheet')}</Notice>}
      {!running && sheets?.length === 0 && <p class="nothing">{t('drill.none')}</p>}
      {sheet && !running && <Sheet sheet={sheet} proof={kept.value?.proof} />}
      {older && older.length > 0 && asked === undefined && <Older sheets={older} />}
    </Page>
  );
};
