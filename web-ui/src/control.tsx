import './i18n/form.ts';
import { useSignal } from '@preact/signals';
import { useRef } from 'preact/hooks';
import { Button } from './component/button.tsx';
import { Icon } from './component/icon.tsx';
import { type About, isSet } from './settings/model.ts';
import type { Named } from './settings/naming.ts';
import { entered, textOf, valueIn } from './settings/text-value.ts';
import { titleOf, wordOf } from './settings/title.ts';
import { t } from './t.ts';

/** What was refused at a field: its limit, what to do, and inside of it the number and part of an entry. */
export type Objected = { readonly limit: string; readonly remedy: string; readonly inside?: readonly string[] };

/** An entry of a list of things inside a setting. */
export type Entry = Readonly<Record<string, unknown>>;

export type FieldProps = {
  /** Unique in the page. */
  readonly id: string;
  readonly about: About;
  readonly value: unknown;
  /** Names that may be entered, where the setting names another thing. */
  readonly names?: readonly Named[];
  /** The same for a part of an entry of a list, by what stands in that entry. */
  readonly namesWithin?: (part: About, entry: Entry) => readonly Named[] | undefined;
  readonly refused?: Objected | undefined;
  readonly changed?: boolean;
  /** Without its help: another like it has told it. */
  readonly brief?: boolean;
  readonly onValue: (value: unknown) => void;
  /** Back to the default; left out where there is none, or where it is the default. */
  readonly onReset?: (() => void) | undefined;
  /** Back to what stands. */
  readonly onUndo?: (() => void) | undefined;
};

export type ControlProps = FieldProps & { readonly describedBy: string };

/** A value as a person reads it: a thing that is named, or a word of a choice. */
const readOf = ({ about, names }: Pick<FieldProps, 'about' | 'names'>, value: unknown): string =>
  names?.find(({ id }) => id === value)?.label ?? wordOf(about, value);

const shown = (value: unknown): string => (value === undefined || value === null || isSet(value) ? '' : String(value));

const common = ({ id, describedBy, refused }: ControlProps) =>
  ({ id, 'aria-describedby': describedBy, 'aria-invalid': refused !== undefined }) as const;

export const TextControl = (props: ControlProps) => {
  const { about, value, onValue } = props;
  const numeric = about.kind === 'number';
  return (
    <span class={numeric ? 'number-unit' : 'text-unit'}>
      <input
        {...common(props)}
        type="text"
        inputMode={numeric ? 'decimal' : 'text'}
        autocomplete="off"
        autocapitalize="off"
        spellcheck={false}
        value={shown(value)}
        placeholder={about.default === undefined ? '' : shown(about.default)}
        onInput={(event) => onValue(entered(about, event.currentTarget.value))}
      />
      {about.unit && <span class="unit">{about.unit}</span>}
    </span>
  );
};

export const SelectControl = (props: ControlProps & { readonly options: readonly unknown[] }) => {
  const { value, options, onValue } = props;
  const all = options.includes(value) || value === undefined ? options : [...options, value];
  return (
    <span class="select">
      <select {...common(props)} onChange={(event) => onValue(all[event.currentTarget.selectedIndex])}>
        {all.map((option) => (
          <option key={String(option)} value={String(option)} selected={option === (value ?? '')}>
            {option === '' ? t(props.about.min ? 'form.choose' : 'form.noneOf') : readOf(props, option)}
          </option>
        ))}
      </select>
      <Icon name="down" />
    </span>
  );
};

export const FlagControl = (props: ControlProps) => (
  <span class="switch">
    <input
      {...common(props)}
      type="checkbox"
      role="switch"
      aria-checked={props.value === true}
      checked={props.value === true}
      onChange={(event) => props.onValue(event.currentTarget.checked)}
    />
    <span class="switch-word">{props.value === true ? t('form.on') : t('form.off')}</span>
  </span>
);

/** A secret that is set is changed or kept, never seen. */
export const SecretControl = (props: ControlProps) => {
  const { value, onValue, onUndo } = props;
  const seen = useSignal(false);
  const field = useRef<HTMLInputElement>(null);
  if (isSet(value)) {
    return (
      <span class="secret-set">
        <Icon name="lock" />
        <span>{t('form.secretSet')}</span>
        <button
          {...common(props)}
          type="button"
          class="button plain"
          aria-label={`${t('form.secretChange')}: ${props.about.title}`}
          onClick={() => {
            onValue('');
            requestAnimationFrame(() => field.current?.focus());
          }}
        >
          {t('form.secretChange')}
        </button>
      </span>
    );
  }
  return (
    <span class="with-button">
      <input
        {...common(props)}
        ref={field}
        type={(seen.value ? 'text' : 'password') as 'password'}
        autocomplete="new-password"
        value={shown(value)}
        onInput={(event) => onValue(event.currentTarget.value)}
      />
      <Button
        kind="quiet"
        icon={seen.value ? 'eyeOff' : 'eye'}
        label={t('password.show')}
        pressed={seen.value}
        onPress={() => {
          seen.value = !seen.value;
        }}
      />
      {onUndo && (
        <Button kind="quiet" onPress={onUndo}>
          {t('form.secretKeep')}
        </Button>
      )}
    </span>
  );
};

export const AreaControl = (props: ControlProps) => {
  const { about, value, onValue } = props;
  // what is typed stays as it was typed, even where it means the same
  const typed = useSignal(textOf(about, value));
  const meant = useRef(value);
  if (JSON.stringify(meant.current) !== JSON.stringify(value)) {
    meant.current = value;
    typed.value = textOf(about, value);
  }
  return (
    <textarea
      {...common(props)}
      rows={Math.min(12, Math.max(2, typed.value.split('\n').length))}
      spellcheck={false}
      value={typed.value}
      onInput={(event) => {
        typed.value = event.currentTarget.value;
        meant.current = valueIn(about, typed.value);
        onValue(meant.current);
      }}
    />
  );
};

/** Some of a few words or names, in no order; what stands and is none of them stays to be taken out. */
export const SomeControl = (props: ControlProps & { readonly options: readonly unknown[] }) => {
  const { id, about, value, options, describedBy, onValue } = props;
  const chosen = Array.isArray(value) ? (value as readonly unknown[]) : [];
  const all = [...options, ...chosen.filter((each) => !options.includes(each))];
  return (
    <fieldset class="some" id={id} tabIndex={-1} aria-describedby={describedBy} aria-label={titleOf(about)}>
      {all.length === 0 && <span class="quiet">{t('form.noneThere')}</span>}
      {all.map((each) => (
        <label key={String(each)}>
          <input
            type="checkbox"
            checked={chosen.includes(each)}
            onChange={(event) => {
              const { checked } = event.currentTarget;
              onValue(all.filter((other) => (other === each ? checked : chosen.includes(other))));
            }}
          />
          {readOf(props, each)}
        </label>
      ))}
    </fieldset>
  );
};

/** A list in an order of preference out of a few words. */
export const OrderControl = ({ id, about, value, describedBy, onValue }: ControlProps) => {
  const chosen = Array.isArray(value) ? (value as readonly unknown[]) : [];
  const rest = (about.of ?? []).filter((each) => !chosen.includes(each));
  const first = (each: unknown) => [each, ...chosen.filter((other) => other !== each)];
  return (
    <fieldset class="order" id={id} tabIndex={-1} aria-describedby={describedBy} aria-label={about.title}>
      {chosen.map((each, index) => (
        <span class="order-one" key={String(each)}>
          <span class="order-place">{index + 1}</span>
          <span class="order-word">{wordOf(about, each)}</span>
          {index > 0 && (
            <Button
              kind="quiet"
              icon="up"
              label={t('form.first', { word: wordOf(about, each) })}
              onPress={() => onValue(first(each))}
            />
          )}
          <Button
            kind="quiet"
            icon="bad"
            label={t('form.without', { word: wordOf(about, each) })}
            onPress={() => onValue(chosen.filter((other) => other !== each))}
          />
        </span>
      ))}
      {rest.map((each) => (
        <Button key={String(each)} icon="add" onPress={() => onValue([...chosen, each])}>
          {wordOf(about, each)}
        </Button>
      ))}
    </fieldset>
  );
};
