import './i18n/form.ts';
import { useSignal } from '@preact/signals';
import type { ComponentChildren } from 'preact';
import { useRef } from 'preact/hooks';
import type { Described } from '../../firmware/control/api/wire.ts';
import { Button } from './component/button.tsx';
import { Icon } from './component/icon.tsx';
import { isSet } from './settings/model.ts';
import { entered, textOf, valueIn } from './settings/text-value.ts';
import { type Key, t, tOr } from './t.ts';

/** What was refused at a field: its limit, and what to do. */
export type Objected = { readonly limit: string; readonly remedy: string };

export type FieldProps = {
  /** Unique in the page. */
  readonly id: string;
  readonly about: Described;
  readonly value: unknown;
  /** Names that may be entered, where the setting names another thing. */
  readonly names?: readonly string[];
  readonly refused?: Objected | undefined;
  readonly changed?: boolean;
  readonly onValue: (value: unknown) => void;
  /** Back to the default; left out where there is none, or where it is the default. */
  readonly onReset?: (() => void) | undefined;
  /** Back to what stands. */
  readonly onUndo?: (() => void) | undefined;
};

type ControlProps = FieldProps & { readonly describedBy: string };

const shown = (value: unknown): string => (value === undefined || value === null || isSet(value) ? '' : String(value));

/** A word of a choice as a person reads it; one that means another thing elsewhere has the name of its setting before it. */
const wordOf = ({ path }: Described, value: unknown): string =>
  tOr(`word.${path}.${String(value)}`, tOr(`word.${String(value)}`, String(value)));

const common = ({ id, describedBy, refused }: ControlProps) =>
  ({ id, 'aria-describedby': describedBy, 'aria-invalid': refused !== undefined }) as const;

const TextControl = (props: ControlProps) => {
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

const SelectControl = (props: ControlProps & { readonly options: readonly unknown[] }) => {
  const { value, options, onValue } = props;
  const all = options.includes(value) || value === undefined ? options : [...options, value];
  return (
    <span class="select">
      <select {...common(props)} onChange={(event) => onValue(all[event.currentTarget.selectedIndex])}>
        {all.map((option) => (
          <option key={String(option)} selected={option === (value ?? '')}>
            {option === '' ? t(props.about.min ? 'form.choose' : 'form.noneOf') : wordOf(props.about, option)}
          </option>
        ))}
      </select>
      <Icon name="down" />
    </span>
  );
};

const FlagControl = (props: ControlProps) => (
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
const SecretControl = (props: ControlProps) => {
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

const AreaControl = (props: ControlProps) => {
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

/** A list in an order of preference out of a few words. */
const OrderControl = ({ id, about, value, describedBy, onValue }: ControlProps) => {
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

const Control = (props: ControlProps) => {
  const { about, names } = props;
  if (about.secret) return <SecretControl {...props} />;
  if (about.kind === 'flag') return <FlagControl {...props} />;
  if (about.kind === 'choice') return <SelectControl {...props} options={about.of ?? []} />;
  if (names)
    return <SelectControl {...props} options={about.min && props.value !== undefined ? names : ['', ...names]} />;
  if (about.kind === 'list' && about.of) return <OrderControl {...props} />;
  if (about.kind === 'list' || about.kind === 'record') return <AreaControl {...props} />;
  return <TextControl {...props} />;
};

/** Range and default of a setting in words; empty where it has neither. */
export const limitsOf = (about: Described): string => {
  const { kind, min, max, unit = '' } = about;
  const words: string[] = [];
  const with_ = (value: unknown) => `${String(value)}${unit === '' ? '' : ` ${unit}`}`;
  if (kind === 'number' && min !== undefined && max !== undefined)
    words.push(t('form.range', { min: String(min), max: with_(max) }));
  if (kind === 'list' && !about.of) words.push(t('form.lines'));
  if (kind === 'record') words.push(t('form.record'));
  const plain = typeof about.default === 'number' || (typeof about.default === 'string' && about.default !== '');
  if (plain)
    words.push(t('form.default', { value: kind === 'choice' ? wordOf(about, about.default) : with_(about.default) }));
  return words.join(' ');
};

const Below = ({
  id,
  about,
  refused,
}: {
  readonly id: string;
  readonly about: Described;
  readonly refused: Objected | undefined;
}) => (
  <div id={`${id}-help`} class="below">
    {refused && (
      <p class="refused">
        <Icon name="bad" />
        <span>
          <strong>{t('form.refused', { limit: refused.limit })}</strong> {refused.remedy}
        </span>
      </p>
    )}
    <p class="help">
      {about.help} <span class="limits">{limitsOf(about)}</span>
    </p>
  </div>
);

const small = (key: Key, icon: 'undo' | 'back', press: () => void, title: string): ComponentChildren => (
  <Button kind="quiet" icon={icon} label={`${t(key)}: ${title}`} onPress={press}>
    {t(key)}
  </Button>
);

/** One setting or argument with its help, limits and what was refused. */
export const Field = (props: FieldProps) => {
  const { id, about, refused, changed = false, onReset, onUndo } = props;
  const title = about.title || about.path;
  const grouped = about.kind === 'list' && about.of !== undefined;
  return (
    <div class={`field${refused ? ' wrong' : ''}${changed ? ' changed' : ''}`}>
      <div class="field-head">
        {grouped ? <span class="label">{title}</span> : <label for={id}>{title}</label>}
        {changed && <span class="changed-word">{t('form.changed')}</span>}
        {onUndo && small('form.undo', 'undo', onUndo, title)}
        {!onUndo && onReset && small('form.reset', 'undo', onReset, title)}
      </div>
      <Control {...props} describedBy={`${id}-help`} />
      <Below id={id} about={about} refused={refused} />
    </div>
  );
};
