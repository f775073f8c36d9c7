import '../i18n/form.ts';
import '../i18n/settings.ts';
import type { Settings } from '../../../firmware/control/api/wire.ts';
import { Button } from '../component/button.tsx';
import { Icon } from '../component/icon.tsx';
import { Mark } from '../component/mark.tsx';
import { Empty } from '../component/page.tsx';
import { go, to } from '../route.ts';
import {
  fieldsOf,
  isTouched,
  type List,
  shownValue,
  type Thing,
  thingsOf,
  withAdded,
  withKept,
  withRemoved,
} from '../settings/model.ts';
import { sectionLead, sectionWords, thingWords } from '../settings/step-words.ts';
import { draft, refused, setDraft } from '../settings/store.ts';
import { wordOf } from '../settings/title.ts';
import { t } from '../t.ts';
import { PaneHead } from './settings-head.tsx';

/** What a thing is told apart by, beside its name. */
const telling: Readonly<Record<List, readonly string[]>> = {
  trunks: ['host', 'kind', 'priority'],
  accounts: ['user', 'line'],
  cards: ['driver'],
  lines: ['kind', 'extension', 'port'],
  groups: ['sort'],
  routes: ['prefix', 'action'],
  dids: ['number', 'rings'],
  ringGroups: ['extension'],
  forwardings: ['line', 'on'],
  attendants: ['extension'],
  calendars: ['timeZone'],
  rateTables: [],
  numberPools: ['main'],
  locations: ['city', 'street', 'floor', 'room'],
  scenarios: ['title'],
};

const summaryOf = (standing: Settings, list: List, key: string): string =>
  fieldsOf(standing, list, key)
    .filter(({ about }) => telling[list].includes(about.path))
    .map(({ about, place }) => ({ about, value: shownValue(standing, draft.value, { about, place }) }))
    .filter(({ value }) => value !== undefined && value !== '' && value !== null)
    // a word of a choice tells by itself what it is of
    .map(({ about, value }) => (about.kind === 'choice' ? wordOf(about, value) : `${about.title} ${String(value)}`))
    .join(' · ');

const ThingMark = ({ list, thing }: { readonly list: List; readonly thing: Thing }) => {
  if (refused.value.some(({ place }) => place[0] === list && place[1] === thing.key))
    return <Mark mood="bad">{t('settings.refused')}</Mark>;
  if (thing.state === 'removed') return <Mark mood="warn">{t('settings.removed')}</Mark>;
  if (thing.state === 'added') return <Mark mood="none">{t('settings.added')}</Mark>;
  return isTouched(draft.value, [list, thing.key]) ? <span class="changed-word">{t('form.changed')}</span> : null;
};

type RowProps = { readonly standing: Settings; readonly list: List; readonly thing: Thing };

const ThingRow = ({ standing, list, thing }: RowProps) => (
  <li class={`row thing ${thing.state}`}>
    <a class="row-link" href={to('settings', list, thing.key)}>
      <span class="row-main">
        <span class="row-title">{thing.id || t('settings.unnamed')}</span>
        <span class="quiet">{summaryOf(standing, list, thing.key)}</span>
      </span>
      <ThingMark list={list} thing={thing} />
      <Icon name="next" />
    </a>
    {thing.state === 'removed' ? (
      <Button icon="undo" onPress={() => setDraft(withKept(draft.value, list, thing.key))}>
        {t('settings.keep')}
      </Button>
    ) : (
      <Button
        kind="quiet"
        icon="remove"
        label={t('settings.remove', { id: thing.id || t('settings.unnamed') })}
        onPress={() => setDraft(withRemoved(draft.value, list, thing.key))}
      />
    )}
  </li>
);

/** The things of a list: open, add, remove. */
export const ListPage = ({ standing, list }: { readonly standing: Settings; readonly list: List }) => {
  const things = thingsOf(standing, draft.value, list);
  const add = (): void => {
    const { draft: next, key } = withAdded(standing, draft.value, list);
    setDraft(next);
    go(['settings', list, key]);
  };
  const addButton = (
    <Button kind="primary" icon="add" onPress={add}>
      {t('settings.add', { thing: thingWords(list) })}
    </Button>
  );
  return (
    <>
      <PaneHead
        title={sectionWords(list)}
        lead={sectionLead(list)}
        up={{ href: to('settings'), title: t('nav.settings') }}
      >
        {things.length > 0 && addButton}
      </PaneHead>
      {things.length === 0 ? (
        <Empty icon="add" title={t('settings.none')}>
          <p>{sectionLead(list)}</p>
          {addButton}
        </Empty>
      ) : (
        <ul class="rows">
          {things.map((thing) => (
            <ThingRow key={thing.key} standing={standing} list={list} thing={thing} />
          ))}
        </ul>
      )}
    </>
  );
};
