import '../i18n/settings.ts';
import type { Settings } from '../../../firmware/control/api/wire.ts';
import { t, tOr } from '../t.ts';
import { type Draft, fieldsOf, isList, keyOf, type Place, thingsOf } from './model.ts';
import { titleOf } from './title.ts';

/** What one step of a change means for a person; a step without words of its own is shown as it is. */
export const stepWords = (step: string): string => {
  const [name = '', ...rest] = step.split(' ');
  return tOr(`step.${name}`, step, { id: rest.join(' ') });
};

/** The name of a section of the settings. */
export const sectionWords = (section: string): string => tOr(`section.${section}`, section);
export const sectionLead = (section: string): string => tOr(`section.${section}.lead`, '');

/** A place as a person reads it: its section, the thing, and the title of the setting. */
export const placeWords = (standing: Settings, draft: Draft, place: Place): string => {
  const [section = '', key] = place;
  const thing = isList(section) ? thingsOf(standing, draft, section).find((each) => each.key === key) : undefined;
  const field = fieldsOf(standing, section, isList(section) ? key : undefined).find(
    (each) => keyOf(each.place) === keyOf(place),
  );
  const below = place.slice(isList(section) ? 2 : 1);
  const named =
    isList(section) && key !== undefined ? [thing?.id || (key.startsWith('new-') ? t('settings.unnamed') : key)] : [];
  return [sectionWords(section), ...named, ...(field ? [titleOf(field.about)] : below)].join(' › ');
};

/** A path of a conflict, as `trunks/primary/host`, as a person reads it. */
export const pathWords = (standing: Settings, draft: Draft, path: string): string => {
  const [section = '', ...rest] = path.split('/');
  const inside = rest.join('/');
  const thing = isList(section)
    ? thingsOf(standing, draft, section).find(({ key }) => inside === key || inside.startsWith(`${key}/`))
    : undefined;
  const place = thing
    ? [
        section,
        thing.key,
        ...inside
          .slice(thing.key.length + 1)
          .split('/')
          .filter((part) => part !== ''),
      ]
    : [section, ...rest];
  return placeWords(standing, draft, place);
};

/** One thing of a list in words: a softswitch, an account. */
export const thingWords = (list: string): string => tOr(`thing.${list}`, t('thing'));
