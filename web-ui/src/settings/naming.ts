import '../i18n/form.ts';
import type { Settings } from '../../../firmware/control/api/wire.ts';
import { t } from '../t.ts';
import { type Draft, type Field, fieldsOf, type List, shownValue, thingsOf } from './model.ts';

/** A thing that may be named: by its id, and as a person knows it. */
export type Named = { readonly id: string; readonly label: string };
type Entry = Readonly<Record<string, unknown>>;

/** What a setting may name: things of a list, some of the lines, or whatever has an extension. */
type Source = List | 'phones' | 'exchangeLines' | 'extensions';

/** Settings that name another thing, and where it may be; `*`: in every section. */
const naming: Readonly<Record<string, readonly Source[]>> = {
  '*/calendar': ['calendars'],
  '*/scenario': ['scenarios'],
  'accounts/line': ['lines'],
  'attendants/timeoutLine': ['phones'],
  'dids/failoverTrunk': ['trunks', 'groups'],
  'dids/group': ['groups'],
  'dids/rings': ['phones', 'ringGroups', 'attendants'],
  'forwardings/line': ['phones'],
  'groups/failoverTrunk': ['trunks', 'groups'],
  'groups/reservedFor': ['extensions'],
  'lines/account': ['accounts'],
  'lines/card': ['cards'],
  'lines/location': ['locations'],
  'lines/numberPool': ['numberPools'],
  'lines/trunks': ['trunks', 'groups', 'exchangeLines'],
  'lines/rings': ['phones', 'ringGroups', 'attendants'],
  'notice/longCallCalendar': ['calendars'],
  'numberPools/trunk': ['trunks'],
  'ringGroups/lines': ['phones'],
  'routes/extensions': ['extensions'],
  'routes/ways': ['trunks', 'groups', 'exchangeLines'],
  'tollGuard/nightCalendar': ['calendars'],
  'trunks/group': ['groups'],
  'trunks/rateCalendar': ['calendars'],
  'trunks/rates': ['rateTables'],
  'trunks/ratesOut': ['rateTables'],
};
/** What the second half of a target or a choice may name, by its first half. */
const places: Readonly<Record<string, readonly Source[]>> = {
  extension: ['extensions'],
  group: ['ringGroups'],
  mailbox: ['phones'],
  attendant: ['attendants'],
};
const reached = ['lines', 'ringGroups', 'attendants'] as const;

/** Things of a list that will be there, each with one of its settings. */
const withSetting = (standing: Settings, draft: Draft, list: List, name: string) =>
  thingsOf(standing, draft, list)
    .filter(({ state, id }) => state !== 'removed' && id !== '')
    .map(({ key, id }) => {
      const field = fieldsOf(standing, list, key).find(({ about }) => about.path === name);
      return { id, value: field === undefined ? '' : String(shownValue(standing, draft, field) ?? '') };
    });

const labelled = (id: string, more: string): Named => ({ id, label: more === '' ? id : `${id} · ${more}` });

const fromSource = (standing: Settings, draft: Draft, source: Source): readonly Named[] => {
  const having = (list: List, name: string) => withSetting(standing, draft, list, name);
  if (source === 'extensions')
    return reached.flatMap((list) =>
      having(list, 'extension')
        .filter(({ value }) => value !== '')
        .map(({ id, value }) => ({ id: value, label: `${value} · ${id}` })),
    );
  if (source === 'lines')
    return [...fromSource(standing, draft, 'phones'), ...fromSource(standing, draft, 'exchangeLines')];
  if (source === 'phones' || source === 'exchangeLines') {
    const kind = source === 'phones' ? 'fxs' : 'fxo';
    const those = new Set(
      having('lines', 'kind')
        .filter(({ value }) => value === kind)
        .map(({ id }) => id),
    );
    return having('lines', 'extension')
      .filter(({ id }) => those.has(id))
      .map(({ id, value }) => labelled(id, kind === 'fxs' ? value : t('form.exchangeLine')));
  }
  const tells =
    source === 'scenarios' ? 'title' : source === 'ringGroups' || source === 'attendants' ? 'extension' : '';
  return having(source, tells).map(({ id, value }) => labelled(id, value));
};

/** What the setting may name; undefined where it names nothing. */
export const namesFor = (standing: Settings, draft: Draft, { place, about }: Field): readonly Named[] | undefined => {
  if (place[0] === 'cards' && about.path === 'driver')
    return Object.keys(standing.drivers).map((id) => labelled(id, ''));
  const sources = naming[`${place[0]}/${about.path}`] ?? naming[`*/${about.path}`];
  return sources?.flatMap((source) => fromSource(standing, draft, source));
};

/** The same for a part of an entry: a target or a choice names what its kind says. */
export const namesWithin = (
  standing: Settings,
  draft: Draft,
  { path }: { readonly path: string },
  { to = 'extension' }: Entry,
): readonly Named[] | undefined => {
  if (path !== 'name') return undefined;
  return places[String(to)]?.flatMap((source) => fromSource(standing, draft, source));
};
