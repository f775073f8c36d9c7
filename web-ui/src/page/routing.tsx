import '../i18n/routing.ts';
import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import '../kit.ts';
import type { OperationInfo, RouteAnalysis } from '../../../firmware/control/api/wire.ts';
import { sentenceOf } from '../client.ts';
import { Button } from '../component/button.tsx';
import { Icon, type IconName } from '../component/icon.tsx';
import { Notice } from '../component/notice.tsx';
import { Page, Section } from '../component/page.tsx';
import { Skeleton } from '../component/skeleton.tsx';
import { infoOf, loadOperations, operateQuietly } from '../operations.ts';
import { route, to } from '../route.ts';
import { t } from '../t.ts';
import { useVerb, VerbFields, whyNot } from '../verb.tsx';

const VERB = 'analyse-route';
type Way = RouteAnalysis['levels'][number]['ways'][number];

const icons: Readonly<Record<Way['kind'], IconName>> = {
  trunk: 'softswitch',
  line: 'exchange',
  phone: 'phone',
  mailbox: 'mailbox',
  mailboxMenu: 'mailbox',
  sentence: 'sound',
  attendant: 'talk',
  announcement: 'sound',
};

const WayItem = ({ way, at }: { readonly way: Way; readonly at: number }) => (
  <li class="way">
    <span class="order-place">{at}</span>
    <Icon name={icons[way.kind]} />
    <span class="row-main">
      <strong>{capital(way.to)}</strong>
      <span>{capital(way.why)}</span>
      {way.how.length > 0 && <span class="quiet">{capital(way.how.join(' · '))}</span>}
    </span>
  </li>
);

const Ways = ({ levels }: Pick<RouteAnalysis, 'levels'>) => {
  let before = 0;
  return (
    <>
      {levels.map(({ when, ways }, index) => {
        const first = before + 1;
        before += ways.length;
        return (
          <div class="level" key={`${index} ${when}`}>
            <h3>{when}</h3>
            <ol class="ways" start={first}>
              {ways.map((way, at) => (
                <WayItem key={`${at} ${way.to}`} way={way} at={first + at} />
              ))}
            </ol>
          </div>
        );
      })}
    </>
  );
};

const Reasons = ({ title, of }: { readonly title: string; readonly of: RouteAnalysis['rules'] }) =>
  of.length === 0 ? null : (
    <Section title={title}>
      <dl class="numbers reasons">
        {of.map(({ what, why }, index) => (
          <div key={`${index} ${what}`}>
            <dt>{what}</dt>
            <dd>{capital(why)}</dd>
          </div>
        ))}
      </dl>
    </Section>
  );

const Result = ({ analysis }: { readonly analysis: RouteAnalysis }) => (
  <div class="route-result">
    <div class={`headline ${analysis.is === 'planned' ? 'good' : 'bad'}`}>
      <span class="emblem">
        <Icon name={analysis.is === 'planned' ? 'way' : 'bad'} />
      </span>
      <p class="headline-text" role="status">
        {analysis.sentence}
      </p>
    </div>
    {analysis.levels.length > 0 && (
      <Section title={t('route.ways')}>
        <Ways levels={analysis.levels} />
      </Section>
    )}
    <Reasons title={t('route.leftOut')} of={analysis.leftOut} />
    <Reasons title={t('route.rules')} of={analysis.rules} />
  </div>
);

const Asking = ({ info }: { readonly info: OperationInfo }) => {
  const asked = useVerb(info, Object.fromEntries(route.value.words), (args) => operateQuietly(VERB, args));
  const outcome = asked.outcome.value;
  return (
    <>
      <form ref={asked.form} class="card" onSubmit={asked.submit}>
        <div class="drill-fields">
          <VerbFields asked={asked} />
        </div>
        <Notice mood="bad">{whyNot(outcome)}</Notice>
        <Button kind="primary" submits busy={asked.busy.value}>
          {t('route.ask')}
        </Button>
      </form>
      {outcome?.is === 'done' && <Result analysis={outcome.result as RouteAnalysis} />}
    </>
  );
};

const capital = (words: string): string => words.charAt(0).toUpperCase() + words.slice(1);

/** "What would happen if X dialled Y at time T?": the answer of the function that routes real calls (U16). */
export const RoutingPage = () => {
  const wrong = useSignal('');
  useEffect(() => {
    loadOperations().catch((error: unknown) => {
      wrong.value = sentenceOf(error);
    });
  }, []);
  const info = infoOf(VERB);
  return (
    <Page title={t('route.title')} lead={t('route.lead')} back={{ href: to('tools'), title: t('nav.tools') }}>
      <Notice mood="bad">{wrong.value}</Notice>
      {!info && wrong.value === '' && <Skeleton rows={4} />}
      {info && <Asking info={info} />}
    </Page>
  );
};
