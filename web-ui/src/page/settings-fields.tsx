import '../i18n/form.ts';
import '../i18n/settings.ts';
import { useEffect } from 'preact/hooks';
import type { Settings } from '../../../firmware/control/api/wire.ts';
import { Button } from '../component/button.tsx';
import { Icon } from '../component/icon.tsx';
import { Field } from '../form.tsx';
import { go, to } from '../route.ts';
import {
  applies,
  backToDefault,
  edited,
  type Field as FieldAt,
  fieldsOf,
  isList,
  keyOf,
  type List,
  shownValue,
  thingsOf,
  undone,
  withRemoved,
} from '../settings/model.ts';
import { namesFor, namesWithin } from '../settings/naming.ts';
import { sectionLead, sectionWords } from '../settings/step-words.ts';
import { attempts, draft, refused, setDraft } from '../settings/store.ts';
import { t, tOr } from '../t.ts';
import { PaneHead } from './settings-head.tsx';

/** What a new softswitch or line needs; all else stands folded below. */
const first: Readonly<Record<string, readonly string[]>> = {
  trunks: ['id', 'kind', 'host', 'port', 'transport', 'domain', 'priority', 'localPort', 'callLimit'],
  cards: ['id', 'driver', 'phones', 'exchangeLines'],
};

const isFirst = (section: string, { place, about }: FieldAt): boolean => {
  const names = first[section];
  return names === undefined || (place.length <= 4 && names.includes(about.path));
};

/** The id of a field in the document. */
export const domId = (place: readonly string[]): string => `at-${keyOf(place).replaceAll(/[^A-Za-z0-9]/g, '-')}`;

const isDefault = (standing: Settings, field: FieldAt): boolean =>
  JSON.stringify(shownValue(standing, draft.value, field)) === JSON.stringify(field.about.default);

const OneField = ({ standing, field }: { readonly standing: Settings; readonly field: FieldAt }) => {
  const { place, about } = field;
  const key = keyOf(place);
  const changed = Object.hasOwn(draft.value.edits, key);
  const names = namesFor(standing, draft.value, field);
  const renames = about.path === 'id' && isList(place[0]!) && !place[1]!.startsWith('new-');
  if (renames) return null;
  const resettable = about.default !== undefined && about.default !== '' && !isDefault(standing, field);
  return (
    <Field
      id={domId(place)}
      about={about}
      value={shownValue(standing, draft.value, field)}
      {...(names ? { names } : {})}
      namesWithin={(part, entry) => namesWithin(standing, draft.value, part, entry)}
      refused={refused.value.find((each) => keyOf(each.place) === key)}
      changed={changed}
      onValue={(value) => setDraft(edited(standing, draft.value, place, value), place)}
      onReset={resettable ? () => setDraft(backToDefault(standing, draft.value, field), place) : undefined}
      onUndo={changed ? () => setDraft(undone(draft.value, place), place) : undefined}
    />
  );
};

/** Headings for what lies deeper, such as the tones of a simulated exchange. */
const groupOf = ({ about }: FieldAt): string => about.path.split('/').slice(0, -1).join(' › ');

const Fields = ({ standing, fields }: { readonly standing: Settings; readonly fields: readonly FieldAt[] }) => (
  <>
    {fields.map((field, index) => {
      const group = groupOf(field);
      const begins = group !== '' && (index === 0 || groupOf(fields[index - 1]!) !== group);
      return (
        <div key={keyOf(field.place)} class="field-place">
          {begins && <h2 class="group">{tOr(`group.${group}`, group)}</h2>}
          <OneField standing={standing} field={field} />
        </div>
      );
    })}
  </>
);

/** The focus goes to the first refused field of what is open, at each proposal. */
const useFocusOfRefused = (section: string, thing: string | undefined): void => {
  useEffect(() => {
    const here = refused.value.find(({ place }) => place[0] === section && (!thing || place[1] === thing));
    const field = here && document.getElementById(domId(here.place));
    const around = field?.closest('details');
    if (around) around.open = true;
    const at = field?.querySelector<HTMLElement>('[aria-invalid=true]') ?? field;
    at?.focus();
    at?.scrollIntoView({ block: 'center' });
  }, [attempts.value, refused.value, section, thing]);
};

type FieldsPageProps = { readonly standing: Settings; readonly section: string; readonly thing?: string };

const driverOf = (standing: Settings, section: string, thing: string | undefined): string | undefined => {
  if (section !== 'cards' || thing === undefined) return undefined;
  const driver = fieldsOf(standing, section, thing).find(({ about }) => about.path === 'driver');
  return driver && String(shownValue(standing, draft.value, driver) ?? '');
};

const Remove = ({ list, thing }: { readonly list: List; readonly thing: string }) => (
  <Button
    kind="quiet"
    icon="remove"
    onPress={() => {
      setDraft(withRemoved(draft.value, list, thing));
      go(['settings', list]);
    }}
  >
    {t('settings.removeThis')}
  </Button>
);

/** The fields of a section, or of one thing of a list. */
export const FieldsPage = ({ standing, section, thing }: FieldsPageProps) => {
  useFocusOfRefused(section, thing);
  const found = isList(section) ? thingsOf(standing, draft.value, section).find(({ key }) => key === thing) : undefined;
  const up = isList(section)
    ? { href: to('settings', section), title: sectionWords(section) }
    : { href: to('settings'), title: t('nav.settings') };
  if (isList(section) && !found) return <PaneHead title={t('settings.gone')} lead="" up={up} />;
  const all = fieldsOf(standing, section, thing, driverOf(standing, section, thing));
  const fields = all.filter((field) => applies(standing, draft.value, field, all));
  const rest = fields.filter((field) => !isFirst(section, field));
  const title = found ? found.id || t('settings.unnamed') : sectionWords(section);
  return (
    <>
      <PaneHead title={title} lead={found ? '' : sectionLead(section)} up={up}>
        {isList(section) && thing !== undefined && <Remove list={section} thing={thing} />}
      </PaneHead>
      <div class="fields">
        <Fields standing={standing} fields={fields.filter((field) => isFirst(section, field))} />
      </div>
      {rest.length > 0 && (
        <details class="rest">
          <summary>
            {t('settings.rest')}
            <Icon name="down" />
          </summary>
          <div class="fields">
            <Fields standing={standing} fields={rest} />
          </div>
        </details>
      )}
    </>
  );
};
