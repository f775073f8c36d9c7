import '../i18n/settings.ts';
import { useEffect } from 'preact/hooks';
import { Button } from '../component/button.tsx';
import { confirmed } from '../component/confirm.tsx';
import { Notice } from '../component/notice.tsx';
import { go, route, to } from '../route.ts';
import { isList, type Place } from '../settings/model.ts';
import { pathWords, placeWords, stepWords } from '../settings/step-words.ts';
import {
  attempts,
  busy,
  changes,
  discard,
  draft,
  propose,
  rebase,
  refused,
  type Said,
  said,
  settings,
} from '../settings/store.ts';
import { plural, t } from '../t.ts';

const Steps = ({ steps }: { readonly steps: readonly string[] }) => (
  <ul class="steps">
    {steps.map((step) => (
      <li key={step}>{stepWords(step)}</li>
    ))}
  </ul>
);

const Applied = ({ answer }: { readonly answer: Extract<Said, { is: 'applied' }> }) => (
  <Notice mood={answer.failed.length > 0 ? 'warn' : 'good'}>
    <p>{t('settings.applied')}</p>
    {answer.failed.length > 0 && (
      <>
        <p>{t('settings.failed')}</p>
        <ul class="steps">
          {answer.failed.map(({ step, why }) => (
            <li key={step}>
              {stepWords(step)}: {why}
            </li>
          ))}
        </ul>
      </>
    )}
  </Notice>
);

const Conflict = ({ paths }: { readonly paths: readonly string[] }) => (
  <Notice mood="warn">
    <p>{t('settings.conflict')}</p>
    <ul class="steps">
      {paths.map((path) => (
        <li key={path}>{settings.value ? pathWords(settings.value, draft.value, path) : path}</li>
      ))}
    </ul>
    <Button onPress={() => void rebase()}>{t('settings.rebase')}</Button>
  </Notice>
);

/** The field at this place is on the page that is open. */
const isOpen = ([section = '', thing]: Place): boolean => {
  const [, openSection, openThing] = route.value.parts;
  return section === openSection && (!isList(section) || thing === openThing);
};

/** What was refused, with a link to each field that is not in sight. */
const Refusals = () => {
  const elsewhere = refused.value.filter(({ place }) => !isOpen(place));
  return (
    <Notice mood="bad">
      <p>{plural('settings.refusedCount', refused.value.length)}</p>
      {elsewhere.length > 0 && (
        <ul class="steps">
          {elsewhere.map(({ place }) => {
            const href = isList(place[0] ?? '') ? to('settings', ...place.slice(0, 2)) : to('settings', place[0] ?? '');
            const words = settings.value ? placeWords(settings.value, draft.value, place) : place.join(' › ');
            return (
              <li key={words}>
                <a href={href}>{words}</a>
              </li>
            );
          })}
        </ul>
      )}
    </Notice>
  );
};

const Answer = () => {
  const answer = said.value;
  switch (answer.is) {
    case 'possible':
      return (
        <Notice mood="good">
          <p>{answer.steps.length === 0 ? t('settings.possibleNothing') : t('settings.possible')}</p>
          <Steps steps={answer.steps} />
        </Notice>
      );
    case 'applied':
      return <Applied answer={answer} />;
    case 'unchanged':
      return <Notice mood="none">{t('settings.unchanged')}</Notice>;
    case 'refused':
      return refused.value.length > 0 ? <Refusals /> : null;
    case 'conflict':
      return <Conflict paths={answer.paths} />;
    case 'failed':
      return <Notice mood="bad">{answer.sentence}</Notice>;
    default:
      return <Notice mood="none" />;
  }
};

const askDiscard = async (): Promise<void> => {
  const question = { title: t('settings.discard'), text: t('settings.discardText'), yes: t('settings.discard') };
  if (await confirmed({ ...question, danger: true })) discard();
};

/** Opens what was refused first, unless something refused is open already. */
const useOpenRefused = (): void => {
  useEffect(() => {
    const here = refused.value.some(({ place }) => isOpen(place));
    const place = refused.value[0]?.place;
    if (here || !place) return;
    go(['settings', ...place.slice(0, isList(place[0] ?? '') ? 2 : 1)]);
  }, [attempts.value, said.value]);
};

/** The change that is being made: how much it is, what it would do, and doing it. */
export const ChangeBar = () => {
  useOpenRefused();
  const count = changes.value;
  const quiet = count === 0 && said.value.is === 'nothing';
  return (
    <div class={quiet ? 'change-bar quiet-bar' : 'change-bar'}>
      <div class="change-answer">
        <Answer />
      </div>
      {count > 0 && (
        <div class="change-buttons">
          <strong class="change-count">{plural('settings.changes', count)}</strong>
          <Button kind="quiet" onPress={() => void askDiscard()}>
            {t('settings.discard')}
          </Button>
          <Button busy={busy.value === 'check'} onPress={() => void propose('check')}>
            {t('settings.check')}
          </Button>
          <Button kind="primary" busy={busy.value === 'apply'} onPress={() => void propose('apply')}>
            {t('settings.apply')}
          </Button>
        </div>
      )}
    </div>
  );
};
