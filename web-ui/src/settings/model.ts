import type { Described, Settings } from '../../../firmware/control/api/wire.ts';

/**
 * Where a setting stands: `[section, name]`, or `[list, id of the thing, name]`; the settings of a card go on below
 * `settings`. An array, because the id of a line has a slash in it.
 */
export type Place = readonly string[];

/** A setting as it is drawn; `items`: what each entry of a list of things inside it has. */
export type About = Described & { readonly items?: readonly Described[] };
/** One setting as it is drawn: its description without the path of the list around it. */
export type Field = { readonly place: Place; readonly about: About };

export const lists = [
  ...(['trunks', 'accounts', 'cards', 'lines', 'groups', 'routes', 'dids', 'ringGroups', 'forwardings'] as const),
  ...(['attendants', 'calendars', 'rateTables', 'numberPools', 'locations', 'scenarios'] as const),
] as const;
export type List = (typeof lists)[number];
export const isList = (name: string): name is List => (lists as readonly string[]).includes(name);

/** What was changed and is not applied yet. Keys are places; `null` is back to the default. */
export type Draft = {
  readonly edits: Readonly<Record<string, unknown>>;
  /** `[list, key]` of things that do not exist yet, in the order in which they were added. */
  readonly added: readonly (readonly [List, string])[];
  readonly removed: readonly (readonly [List, string])[];
};
export const noDraft: Draft = { edits: {}, added: [], removed: [] };

export const keyOf = (place: Place): string => place.join('|');
const placeOf = (key: string): Place => key.split('|');
const same = (one: unknown, other: unknown): boolean => JSON.stringify(one) === JSON.stringify(other);

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** What stands at a place of the settings; things of a list go by their `id`. */
export const valueAt = (value: unknown, place: Place): unknown =>
  place.reduce<unknown>((at, key) => {
    if (Array.isArray(at)) return at.find((each: { id?: unknown }) => each?.id === key);
    return isObject(at) && Object.hasOwn(at, key) ? at[key] : undefined;
  }, value);

/** A secret that is set on the box and never comes back. */
export const isSet = (value: unknown): boolean => isObject(value) && value['secret'] === true;

/** Sections in the order of the settings; `version` is no setting. */
export const sectionsOf = (described: readonly Described[]): readonly string[] => [
  ...new Set(described.map(({ path }) => path.split('/')[0]!).filter((name) => name !== 'version')),
];

/** A list of things inside a setting has no ids: it is one setting, with what each of its entries has. */
const folded = (described: readonly Described[]): readonly About[] => {
  const seen = new Set<string>();
  return described.flatMap((each) => {
    const at = each.path.indexOf('/*');
    if (at < 0) return [each];
    const path = each.path.slice(0, at);
    if (seen.has(path)) return [];
    seen.add(path);
    const before = `${path}/*/`;
    const items = described
      .filter((other) => other.path.startsWith(before))
      .map((other) => ({ ...other, path: other.path.slice(before.length) }));
    return [{ path, kind: 'list' as const, title: '', help: '', items }];
  });
};

/** The fields of a section, or of a thing of a list by its key; `driver` adds those of a card's driver. */
export const fieldsOf = (settings: Settings, section: string, key?: string, driver?: string): readonly Field[] => {
  const before = key === undefined ? `${section}/` : `${section}/*/`;
  const own = settings.described.filter(({ path }) => path.startsWith(before));
  const root = key === undefined ? [section] : [section, key];
  const rest = own.map((about) => ({ ...about, path: about.path.slice(before.length) }));
  const fields = folded(rest).map((about) => ({ place: [...root, ...about.path.split('/')], about }));
  if (section !== 'cards') return fields;
  const ofDriver = folded(driver === undefined ? [] : (settings.drivers[driver] ?? []));
  return [
    ...fields.filter(({ about }) => about.path !== 'settings'),
    ...ofDriver.map((about) => ({ place: [...root, 'settings', ...about.path.split('/')], about })),
  ];
};

/** What a field shows: what was entered, else what stands, else the default. */
export const shownValue = (settings: Settings, draft: Draft, { place, about }: Field): unknown => {
  const edit = draft.edits[keyOf(place)];
  if (edit === null) return about.default;
  return edit ?? valueAt(settings.settings, place) ?? about.default;
};

/** False while a sibling setting has a value for which this one means nothing. */
export const applies = (settings: Settings, draft: Draft, field: Field, among: readonly Field[]): boolean => {
  const condition = field.about.appliesWhen;
  if (!condition) return true;
  const sibling = keyOf([...field.place.slice(0, -1), condition.setting]);
  const found = among.find(({ place }) => keyOf(place) === sibling);
  const value = found && shownValue(settings, draft, found);
  return condition.is.some((each) => each === value);
};

const withEdits = (draft: Draft, edits: Draft['edits']): Draft => ({ ...draft, edits });

/** The draft without one edit: what stands on the box counts again. */
export const undone = (draft: Draft, place: Place): Draft => {
  const { [keyOf(place)]: _undone, ...edits } = draft.edits;
  return withEdits(draft, edits);
};

/** The draft with a value entered; one that is what stands anyway is no edit. */
export const edited = (settings: Settings, draft: Draft, place: Place, value: unknown): Draft =>
  same(valueAt(settings.settings, place), value)
    ? undone(draft, place)
    : withEdits(draft, { ...draft.edits, [keyOf(place)]: value });

/** The draft with a setting back at its default. */
export const backToDefault = (settings: Settings, draft: Draft, { place, about }: Field): Draft =>
  same(valueAt(settings.settings, place) ?? about.default, about.default)
    ? undone(draft, place)
    : withEdits(draft, { ...draft.edits, [keyOf(place)]: null });

/** A thing of a list as it would be after the change. */
export type Thing = { readonly key: string; readonly id: string; readonly state: 'stands' | 'added' | 'removed' };

const has = (pairs: Draft['added'], list: List, key: string): boolean =>
  pairs.some(([each, other]) => each === list && other === key);

const idOf = (draft: Draft, list: List, key: string): string => String(draft.edits[keyOf([list, key, 'id'])] ?? '');

/** Where a place of a thing that was added is when it stands: it goes by its name then. */
export const placeWhenStanding = (draft: Draft, [section = '', key = '', ...rest]: Place): Place | undefined =>
  isList(section) && has(draft.added, section, key) ? [section, idOf(draft, section, key), ...rest] : undefined;

/** The things of a list, those that are to be removed and added among them. */
export const thingsOf = (settings: Settings, draft: Draft, list: List): readonly Thing[] => {
  const standing = (settings.settings[list] as readonly { readonly id: string }[] | undefined) ?? [];
  return [
    ...standing.map(({ id }): Thing => ({ key: id, id, state: has(draft.removed, list, id) ? 'removed' : 'stands' })),
    ...draft.added
      .filter(([each]) => each === list)
      .map(([, key]): Thing => ({ key, id: idOf(draft, list, key), state: 'added' })),
  ];
};

/** The numbers that a second softswitch must have unlike the first are filled in. */
const beginning = (settings: Settings, draft: Draft, list: List, key: string): Readonly<Record<string, unknown>> => {
  if (list !== 'trunks') return {};
  const others = thingsOf(settings, draft, list).filter((thing) => thing.state !== 'removed');
  const largest = (name: string) =>
    Math.max(
      ...others.map((each) =>
        Number(draft.edits[keyOf([list, each.key, name])] ?? valueAt(settings.settings, [list, each.key, name])),
      ),
    );
  if (others.length === 0) return {};
  return {
    [keyOf([list, key, 'localPort'])]: largest('localPort') + 2,
    [keyOf([list, key, 'priority'])]: largest('priority') + 1,
  };
};

/** The draft with one more thing in a list, and the key by which it goes until it has a name. */
export const withAdded = (settings: Settings, draft: Draft, list: List): { draft: Draft; key: string } => {
  const taken = new Set(thingsOf(settings, draft, list).map(({ key }) => key));
  let count = 1;
  while (taken.has(`new-${count}`)) count++;
  const key = `new-${count}`;
  const edits = { ...draft.edits, ...beginning(settings, draft, list, key) };
  return { draft: { ...draft, edits, added: [...draft.added, [list, key]] }, key };
};

const without = (edits: Draft['edits'], list: List, key: string): Draft['edits'] =>
  Object.fromEntries(Object.entries(edits).filter(([each]) => !each.startsWith(`${keyOf([list, key])}|`)));

/** The draft with a thing taken out; one that was only added is forgotten. */
export const withRemoved = (draft: Draft, list: List, key: string): Draft => ({
  edits: without(draft.edits, list, key),
  added: draft.added.filter(([each, other]) => each !== list || other !== key),
  removed:
    has(draft.added, list, key) || has(draft.removed, list, key) ? draft.removed : [...draft.removed, [list, key]],
});

/** The draft with a thing that was to be removed kept. */
export const withKept = (draft: Draft, list: List, key: string): Draft => ({
  ...draft,
  removed: draft.removed.filter(([each, other]) => each !== list || other !== key),
});

/** How many changes there are: what is added or removed is one, whatever is in it. */
export const countOf = (draft: Draft): number => {
  const own = Object.keys(draft.edits).filter((key) => {
    const [section = '', thing = ''] = placeOf(key);
    return !isList(section) || !has(draft.added, section, thing);
  });
  return own.length + draft.added.length + draft.removed.length;
};

/** True when something at this place or below it is changed. */
export const isTouched = (draft: Draft, place: Place): boolean => {
  const before = keyOf(place);
  const touches = (key: string) => key === before || key.startsWith(`${before}|`);
  return (
    Object.keys(draft.edits).some(touches) || [...draft.added, ...draft.removed].some((pair) => touches(keyOf(pair)))
  );
};

type Change = { [key: string]: unknown };

const put = (change: Change, place: Place, value: unknown): void => {
  const [first, ...rest] = place;
  if (first === undefined) return;
  if (rest.length === 0) {
    change[first] = value;
    return;
  }
  change[first] ??= {};
  put(change[first] as Change, rest, value);
};

/** A record replaces another by a merge only if what is no longer in it is named. */
const replacing = (standing: unknown, value: unknown): unknown => {
  if (!isObject(value) || !isObject(standing) || isSet(value) || isSet(standing)) return value;
  const gone = Object.keys(standing).filter((key) => !Object.hasOwn(value, key));
  const kept = Object.entries(value).map(([key, each]) => [key, replacing(standing[key], each)] as const);
  return Object.fromEntries([...gone.map((key) => [key, null] as const), ...kept]);
};

/** The draft as a merge patch: things of a list by their ids, `null` for what goes and for what is by default. */
export const changeOf = (settings: Settings, draft: Draft): Readonly<Record<string, unknown>> => {
  const change: Change = {};
  for (const [list, key] of draft.removed) put(change, [list, key], null);
  for (const [list, key] of draft.added) put(change, [list, idOf(draft, list, key)], {});
  for (const [key, value] of Object.entries(draft.edits)) {
    const [section = '', thing = '', ...rest] = placeOf(key);
    const added = isList(section) && has(draft.added, section, thing);
    if (added && rest.join() === 'id') continue;
    const place = added ? [section, idOf(draft, section, thing), ...rest] : placeOf(key);
    put(change, place, replacing(valueAt(settings.settings, placeOf(key)), value));
  }
  for (const { place } of hiddenBy(settings, draft)) {
    const [section = '', thing = '', ...rest] = place;
    const added = isList(section) && has(draft.added, section, thing);
    put(change, added ? [section, idOf(draft, section, thing), ...rest] : place, null);
  }
  return change;
};

/** Settings of changed things that mean nothing any more, and are not at their default: nobody sees them to clear them. */
const hiddenBy = (settings: Settings, draft: Draft): readonly Field[] => {
  const things = new Map(
    Object.keys(draft.edits).flatMap((key) => {
      const [section = '', thing = ''] = placeOf(key);
      return isList(section) && section !== 'cards' ? [[keyOf([section, thing]), [section, thing]] as const] : [];
    }),
  );
  return [...things.values()].flatMap(([section, thing]) => {
    const fields = fieldsOf(settings, section, thing);
    const turned = (field: Field): boolean => {
      const { setting } = field.about.appliesWhen ?? {};
      return setting !== undefined && keyOf([section, thing, setting]) in draft.edits;
    };
    return fields.filter(
      (field) =>
        turned(field) &&
        !applies(settings, draft, field, fields) &&
        !same(shownValue(settings, draft, field), field.about.default),
    );
  });
};

/** Lists and records are edited in one field: what is refused inside of one is refused there. */
const fieldAround = (settings: Settings, draft: Draft, place: Place): Place => {
  const [section = '', key] = place;
  const driver = keyOf([section, key ?? '', 'driver']);
  const named = draft.edits[driver] ?? valueAt(settings.settings, [section, key ?? '', 'driver']);
  const fields = isList(section)
    ? fieldsOf(settings, section, key, section === 'cards' ? String(named) : undefined)
    : fieldsOf(settings, section);
  const around = fields.find((field) => field.place.every((part, index) => part === place[index]));
  return around?.place ?? place;
};

/**
 * The place of the field of a refused path: the box counts things of a list (`trunks/1/host`), in the order in which
 * they would stand after the change, and the parts of a value as well (`access/names/2`).
 */
export const placeOfRefusal = (settings: Settings, draft: Draft, path: string): Place => {
  const [section = '', second = '', ...rest] = path.split('/');
  if (!isList(section) || !/^\d+$/.test(second)) return fieldAround(settings, draft, path.split('/'));
  const things = thingsOf(settings, draft, section).filter(({ state }) => state !== 'removed');
  const thing = things[Number(second)];
  return thing ? fieldAround(settings, draft, [section, thing.key, ...rest]) : [section];
};

export type Objection = { readonly place: Place; readonly limit: 'name' | 'taken' };

/** What the box cannot judge, as a thing without a name of its own cannot be sent: its name is missing or taken. */
export const objectionsOf = (settings: Settings, draft: Draft): readonly Objection[] =>
  draft.added.flatMap(([list, key]): readonly Objection[] => {
    const id = idOf(draft, list, key);
    const place = [list, key, 'id'];
    if (id === '') return [{ place, limit: 'name' }];
    const twins = thingsOf(settings, draft, list).filter((thing) => thing.id === id && thing.key !== key);
    return twins.length > 0 ? [{ place, limit: 'taken' }] : [];
  });
