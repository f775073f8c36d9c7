import '../i18n/tools.ts';
import { useSignal } from '@preact/signals';
import type { FunctionComponent } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import '../kit.ts';
import type { OperationInfo } from '../../../firmware/control/api/wire.ts';
import { sentenceOf } from '../client.ts';
import { Button } from '../component/button.tsx';
import { Icon, type IconName } from '../component/icon.tsx';
import { Notice } from '../component/notice.tsx';
import { Empty, Page } from '../component/page.tsx';
import { Skeleton } from '../component/skeleton.tsx';
import { lazy } from '../lazy.tsx';
import { loadOperations, operate, operations, sentenceOfOutcome } from '../operations.ts';
import { go, route, to } from '../route.ts';
import { t } from '../t.ts';
import { lengthWords } from '../time.ts';
import { useVerb, VerbFields, whyNot } from '../verb.tsx';

/** Done where they belong, on the page of the messages or beside an alarm. */
const elsewhere = new Set([
  'analyse-route',
  'failover-drill',
  'keep-message',
  'delete-message',
  'unlock-mailbox',
  'acknowledge-alarm',
]);

type FormProps = { readonly info: OperationInfo; readonly begins: Readonly<Record<string, unknown>> };

const Waiting = ({ info }: { readonly info: OperationInfo }) => (
  <p class="waiting" role="status">
    <span class="spinner" aria-hidden="true" />
    {t('tools.waits', { length: lengthWords(info.deadlineMs / 1000) })}
  </p>
);

/** One verb as a form, and its result. */
const VerbForm = ({ info, begins }: FormProps) => {
  const waits = useSignal(false);
  const asked = useVerb(info, begins, async (args) => {
    const outcome = await operate(info, args, () => {
      waits.value = true;
    });
    waits.value = false;
    return outcome;
  });
  const outcome = asked.outcome.value;
  const isDone = outcome === undefined || outcome.is === 'done';
  return (
    <form ref={asked.form} class="verb-form" onSubmit={asked.submit}>
      <VerbFields asked={asked} />
      <Notice mood={isDone ? 'good' : 'bad'}>
        {outcome?.is === 'done' ? sentenceOfOutcome(outcome) : whyNot(outcome)}
      </Notice>
      {waits.value && <Waiting info={info} />}
      <Button kind="primary" submits busy={asked.busy.value}>
        {info.title}
      </Button>
    </form>
  );
};

const Verb = ({ info, open, begins }: FormProps & { readonly open: boolean }) => {
  const element = useRef<HTMLDetailsElement>(null);
  useEffect(() => {
    if (!open || !element.current) return;
    element.current.open = true;
    element.current.scrollIntoView({ block: 'start' });
  }, [open]);
  return (
    <li>
      <details
        ref={element}
        class="verb"
        onToggle={(event) => event.currentTarget.open && !open && go(['tools', info.name])}
      >
        <summary>
          <span class="row-main">
            <strong>{info.title}</strong>
            <span class="quiet">{info.help}</span>
          </span>
          <Icon name="down" />
        </summary>
        <VerbForm key={JSON.stringify(begins)} info={info} begins={begins} />
      </details>
    </li>
  );
};

/** Tools that have a page of their own: what they show is more than a sentence. */
const pages: Readonly<Record<string, FunctionComponent>> = {
  'analyse-route': lazy(async () => (await import('./routing.tsx')).RoutingPage),
  'failover-drill': lazy(async () => (await import('./drill.tsx')).DrillPage),
};
const icons: Readonly<Record<string, IconName>> = { 'analyse-route': 'way', 'failover-drill': 'undo' };

const BigTools = () => (
  <div class="big-tools">
    {operations.value
      ?.filter(({ name }) => Object.hasOwn(pages, name))
      .map(({ name, title, help }) => (
        <a key={name} class="card" href={to('tools', name)}>
          <Icon name={icons[name] ?? 'tools'} />
          <span class="row-main">
            <strong>{title}</strong>
            <span class="quiet">{help}</span>
          </span>
          <Icon name="next" />
        </a>
      ))}
  </div>
);

/** Every verb of the box that is not done elsewhere on the page. */
export const ToolsPage = () => {
  const name = route.value.parts[1] ?? '';
  const Own = Object.hasOwn(pages, name) ? pages[name]! : Verbs;
  return <Own key={Own === Verbs ? 'tools' : name} />;
};

const Verbs = () => {
  const wrong = useSignal('');
  useEffect(() => {
    loadOperations().catch((error: unknown) => {
      wrong.value = sentenceOf(error);
    });
  }, []);
  const opened = route.value.parts[1];
  const shown = operations.value?.filter(({ name }) => !elsewhere.has(name));
  return (
    <Page title={t('nav.tools')} lead={t('tools.lead')}>
      <Notice mood="bad">{wrong.value}</Notice>
      {!shown && wrong.value === '' && <Skeleton rows={5} />}
      {shown?.length === 0 && <Empty icon="tools" title={t('tools.none')} />}
      <BigTools />
      <ul class="verbs">
        {shown?.map((info) => (
          <Verb
            key={info.name}
            info={info}
            open={info.name === opened}
            begins={info.name === opened ? Object.fromEntries(route.value.words) : {}}
          />
        ))}
      </ul>
    </Page>
  );
};
