import './i18n/form.ts';
import { useSignal } from '@preact/signals';
import type { ComponentChildren } from 'preact';
import { Button } from './component/button.tsx';
import { Icon } from './component/icon.tsx';
import {
  AreaControl,
  type ControlProps,
  type Entry,
  type FieldProps,
  FlagControl,
  type Objected,
  OrderControl,
  SecretControl,
  SelectControl,
  SomeControl,
  TextControl,
} from './control.tsx';
import type { About } from './settings/model.ts';
import { titleOf, wordOf } from './settings/title.ts';
import { type Key, t, tOr } from './t.ts';

const Control = (props: ControlProps) => {
  const { about, names } = props;
  if (about.items) return <EntriesControl {...props} items={about.items} />;
  if (about.secret) return <SecretControl {...props} />;
  if (about.kind === 'flag') return <FlagControl {...props} />;
  if (about.kind === 'choice') return <SelectControl {...props} options={about.of ?? []} />;
  const list = about.kind === 'list';
  const ids = names?.map(({ id }) => id);
  if (list && about.ordered) return <OrderControl {...props} />;
  if (list && (ids ?? about.of)) return <SomeControl {...props} options={ids ?? about.of ?? []} />;
  if (ids) return <SelectControl {...props} options={about.min && props.value !== undefined ? ids : ['', ...ids]} />;
  if (list || about.kind === 'record') return <AreaControl {...props} />;
  return <TextControl {...props} />;
};

/** As many entries as a person edits one by one; a table of rates that is longer is pasted as text. */
const MOST_ENTRIES = 40;

/** Lists of things that are gone through in their order. */
const inTurn: readonly string[] = ['targets', 'transforms'];

/** An entry that was just added: what it must have is empty, unless most people would begin with the same. */
const newEntry = ({ path }: About, items: readonly About[]): Entry => {
  const must = Object.fromEntries(items.filter((each) => each.default === undefined).map((each) => [each.path, '']));
  return path === 'periods' ? { days: ['mon', 'tue', 'wed', 'thu', 'fri'], from: '08:00', until: '17:00' } : must;
};

/** An entry with one part changed; one that was emptied means its default. */
const withPart = (entry: Entry, path: string, value: unknown): Entry =>
  Object.fromEntries(Object.entries({ ...entry, [path]: value }).filter(([, each]) => each !== null));

type EntryProps = ControlProps & {
  readonly items: readonly About[];
  readonly at: number;
  readonly entry: Entry;
  readonly onMove: (to: number) => void;
};

/** One entry of a list of things: its parts side by side; only the first says what they mean. */
const EntryFields = ({ id, about, items, at, entry, refused, namesWithin, onValue, onMove }: EntryProps) => {
  const one = tOr(`items.${about.path}.each`, titleOf(about));
  const [row, part] = refused?.inside ?? [];
  return (
    <fieldset class="entry-of" aria-label={`${one} ${at + 1}`}>
      <div class="drill-fields">
        {items.map((each) => {
          const names = namesWithin?.(each, entry);
          return (
            <Field
              key={each.path}
              id={`${id}-${at}-${each.path}`}
              about={each}
              value={entry[each.path] ?? each.default}
              brief={at > 0}
              {...(names ? { names } : {})}
              refused={row === String(at) && part === each.path ? refused : undefined}
              onValue={(value) => onValue(withPart(entry, each.path, value))}
            />
          );
        })}
      </div>
      <div class="entry-verbs">
        {at > 0 && inTurn.includes(about.path) && (
          <Button
            kind="quiet"
            icon="up"
            label={t('form.earlier', { thing: `${one} ${at + 1}` })}
            onPress={() => onMove(at - 1)}
          >
            {t('form.up')}
          </Button>
        )}
        <Button
          kind="quiet"
          icon="remove"
          label={t('form.removeEntry', { thing: `${one} ${at + 1}` })}
          onPress={() => onMove(-1)}
        >
          {t('form.take')}
        </Button>
      </div>
    </fieldset>
  );
};

/** A list of things inside a setting: each with its parts, or all of them as text. */
const EntriesControl = (props: ControlProps & { readonly items: readonly About[] }) => {
  const { id, about, items, value, describedBy, onValue } = props;
  const entries = (Array.isArray(value) ? value : []) as readonly Entry[];
  const asText = useSignal(entries.length > MOST_ENTRIES || (value !== undefined && !Array.isArray(value)));
  const { items: _items, ...whole } = about;
  if (asText.value) return <AreaControl {...props} value={value ?? []} about={{ ...whole, kind: 'record' }} />;
  const moved = (from: number, to: number): void => {
    const rest = entries.filter((_, at) => at !== from);
    onValue(to < 0 ? rest : [...rest.slice(0, to), entries[from]!, ...rest.slice(to)]);
    // the button that was pressed is gone, or stands at another entry
    requestAnimationFrame(() => document.getElementById(id)?.focus());
  };
  const add = (): void => {
    onValue([...entries, newEntry(about, items)]);
    const first = `[id^="${id}-${entries.length}-"]`;
    requestAnimationFrame(() => document.querySelector<HTMLElement>(first)?.focus());
  };
  return (
    <fieldset class="entries" id={id} tabIndex={-1} aria-describedby={describedBy} aria-label={titleOf(about)}>
      {entries.map((entry, at) => (
        <EntryFields
          key={`${at} of ${entries.length}`}
          {...props}
          at={at}
          entry={entry}
          onValue={(next) => onValue(entries.map((each, other) => (other === at ? next : each)))}
          onMove={(to) => moved(at, to)}
        />
      ))}
      <div class="entry-verbs">
        <Button icon="add" onPress={add}>
          {t('form.addEntry', { thing: tOr(`items.${about.path}.each`, titleOf(about)) })}
        </Button>
        <Button
          kind="quiet"
          label={`${t('form.asText')}: ${titleOf(about)}`}
          onPress={() => {
            asText.value = true;
            requestAnimationFrame(() => document.getElementById(id)?.focus());
          }}
        >
          {t('form.asText')}
        </Button>
      </div>
    </fieldset>
  );
};

/** Range and default of a setting in words; empty where it has neither. */
export const limitsOf = (about: About, named = false): string => {
  const { kind, min, max, unit = '' } = about;
  const words: string[] = [];
  const with_ = (value: unknown) => `${String(value)}${unit === '' ? '' : ` ${unit}`}`;
  if (kind === 'number' && min !== undefined && max !== undefined)
    words.push(t('form.range', { min: String(min), max: with_(max) }));
  if (kind === 'list' && !about.of && !about.items && !named) words.push(t('form.lines'));
  if (kind === 'record') words.push(t('form.record'));
  const plain = typeof about.default === 'number' || (typeof about.default === 'string' && about.default !== '');
  if (plain)
    words.push(t('form.default', { value: kind === 'choice' ? wordOf(about, about.default) : with_(about.default) }));
  return words.join(' ');
};

type BelowProps = {
  readonly id: string;
  readonly about: About;
  readonly named: boolean;
  readonly brief: boolean;
  readonly refused: Objected | undefined;
};

/** What was refused at it, its help and its limits; where it is one of many alike the first has told its help. */
const Below = ({ id, about, named, brief, refused }: BelowProps) => (
  <div id={`${id}-help`} class="below">
    {refused && (
      <p class="refused">
        <Icon name="bad" />
        <span>
          <strong>{t('form.refused', { limit: refused.limit })}</strong> {refused.remedy}
        </span>
      </p>
    )}
    {!brief && (
      <p class="help">
        {tOr(`items.${about.path}.help`, about.help)} <span class="limits">{limitsOf(about, named)}</span>
      </p>
    )}
  </div>
);

const small = (key: Key, icon: 'undo' | 'back', press: () => void, title: string): ComponentChildren => (
  <Button kind="quiet" icon={icon} label={`${t(key)}: ${title}`} onPress={press}>
    {t(key)}
  </Button>
);

/** One setting or argument with its help, limits and what was refused. */
export const Field = (props: FieldProps) => {
  const { id, about, names, refused, changed = false, brief = false, onReset, onUndo } = props;
  const title = titleOf(about);
  const grouped = about.kind === 'list' && (about.of ?? about.items ?? names) !== undefined;
  const entries = about.items && Array.isArray(props.value) ? props.value.length : 0;
  const isWithin = Number(refused?.inside?.[0]) < entries && (refused?.inside?.length ?? 0) > 1;
  return (
    <div class={`field${refused ? ' wrong' : ''}${changed ? ' changed' : ''}`}>
      <div class="field-head">
        {grouped ? <span class="label">{title}</span> : <label for={id}>{title}</label>}
        {changed && <span class="changed-word">{t('form.changed')}</span>}
        {onUndo && small('form.undo', 'undo', onUndo, title)}
        {!onUndo && onReset && small('form.reset', 'undo', onReset, title)}
      </div>
      <Control {...props} describedBy={`${id}-help`} />
      <Below id={id} about={about} named={names !== undefined} brief={brief} refused={isWithin ? undefined : refused} />
    </div>
  );
};
