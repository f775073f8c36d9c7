import '../i18n/settings.ts';
import '../i18n/form.ts';
import { useEffect } from 'preact/hooks';
import '../kit.ts';
import type { Settings } from '../../../firmware/control/api/wire.ts';
import { Icon, type IconName } from '../component/icon.tsx';
import { Notice } from '../component/notice.tsx';
import { Page } from '../component/page.tsx';
import { Skeleton } from '../component/skeleton.tsx';
import { route, to } from '../route.ts';
import { isList, isTouched, sectionsOf, thingsOf } from '../settings/model.ts';
import { sectionLead, sectionWords } from '../settings/step-words.ts';
import { draft, loadSettings, refused, settings, unreadable } from '../settings/store.ts';
import { plural, t } from '../t.ts';
import { ChangeBar } from './settings-bar.tsx';
import { FieldsPage } from './settings-fields.tsx';
import { PaneHead } from './settings-head.tsx';
import { ListPage } from './settings-list.tsx';

const icons: Readonly<Record<string, IconName>> = {
  trunks: 'softswitch',
  accounts: 'person',
  lines: 'phone',
  cards: 'chip',
  mailbox: 'mailbox',
  routing: 'way',
  system: 'box',
  network: 'globe',
  media: 'sound',
  access: 'lock',
  groups: 'softswitch',
  routes: 'way',
  dids: 'exchange',
  ringGroups: 'ring',
  forwardings: 'arrow',
  attendants: 'talk',
  calendars: 'wait',
  rateTables: 'calls',
  numberPools: 'person',
  locations: 'exchange',
  scenarios: 'freeze',
  tollGuard: 'lock',
  notice: 'mailboxSmall',
  drill: 'tools',
};
/** What an installer sets first stands first; a section that is not named here comes behind. */
const order = [
  ...['trunks', 'accounts', 'lines', 'cards', 'system', 'routing', 'mailbox', 'forwardings', 'ringGroups', 'dids'],
  ...[
    'routes',
    'groups',
    'calendars',
    'scenarios',
    'attendants',
    'tollGuard',
    'numberPools',
    'rateTables',
    'locations',
  ],
  ...['notice', 'drill', 'network', 'media', 'access'],
];
const rank = (section: string): number => (order.includes(section) ? order.indexOf(section) : order.length);

const sectionsInOrder = (standing: Settings): readonly string[] =>
  [...sectionsOf(standing.described)].sort((one, other) => rank(one) - rank(other));

const Marks = ({ section }: { readonly section: string }) => {
  const wrong = refused.value.some(({ place }) => place[0] === section);
  if (wrong) return <span class="mark bad">{t('settings.refused')}</span>;
  return isTouched(draft.value, [section]) ? <span class="changed-word">{t('form.changed')}</span> : null;
};

const SectionLinks = ({ standing, at }: { readonly standing: Settings; readonly at: string }) => (
  <nav class="sections" aria-label={t('settings.sections')}>
    {sectionsInOrder(standing).map((section) => (
      <a key={section} href={to('settings', section)} aria-current={section === at ? 'page' : undefined}>
        <Icon name={icons[section] ?? 'settings'} />
        <span class="sections-words">
          <strong>{sectionWords(section)}</strong>
          <small>
            {isList(section)
              ? plural('settings.things', thingsOf(standing, draft.value, section).length)
              : sectionLead(section)}
          </small>
        </span>
        <Marks section={section} />
        <Icon name="next" />
      </a>
    ))}
  </nav>
);

const Inside = ({ standing }: { readonly standing: Settings }) => {
  const [, section, key] = route.value.parts;
  if (section === undefined || !sectionsOf(standing.described).includes(section)) return null;
  if (isList(section) && key === undefined) return <ListPage standing={standing} list={section} />;
  return (
    <FieldsPage key={`${section} ${key}`} standing={standing} section={section} {...(key ? { thing: key } : {})} />
  );
};

/** All sections; beside an open one it is a list at the side, and the heading of the page is that of the section. */
const Sections = ({ standing, at }: { readonly standing: Settings; readonly at: string }) => {
  if (at === '') {
    return (
      <div class="settings-list">
        <PaneHead title={t('nav.settings')} lead={t('settings.lead')} />
        <SectionLinks standing={standing} at={at} />
      </div>
    );
  }
  return (
    <div class="settings-list">
      <h2 class="settings-title">{t('nav.settings')}</h2>
      <SectionLinks standing={standing} at={at} />
    </div>
  );
};

/** All settings: sections, lists and fields as the box describes them, and the change that is being made. */
export const SettingsPage = () => {
  useEffect(() => void loadSettings(), []);
  const standing = settings.value;
  if (!standing) {
    return (
      <Page title={t('nav.settings')}>
        <Notice mood="bad">{unreadable.value}</Notice>
        {unreadable.value === '' && <Skeleton rows={8} />}
      </Page>
    );
  }
  const at = route.value.parts[1] ?? '';
  return (
    <main class={at === '' ? 'content settings' : 'content settings inside'} id="content">
      <Sections standing={standing} at={at} />
      {at !== '' && (
        <div class="settings-pane">
          <Inside standing={standing} />
        </div>
      )}
      <ChangeBar />
    </main>
  );
};
