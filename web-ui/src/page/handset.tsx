import '../i18n/handset.ts';
import { signal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import '../kit.ts';
import type { PortView } from '../../../firmware/control/status/view.ts';
import { Button } from '../component/button.tsx';
import { Icon } from '../component/icon.tsx';
import { Notice } from '../component/notice.tsx';
import { Empty, Page } from '../component/page.tsx';
import { Skeleton } from '../component/skeleton.tsx';
import { Handset } from '../handset/handset.ts';
import { status } from '../live.ts';
import { t } from '../t.ts';

const keys = [
  ['1', ''],
  ['2', 'ABC'],
  ['3', 'DEF'],
  ['4', 'GHI'],
  ['5', 'JKL'],
  ['6', 'MNO'],
  ['7', 'PQRS'],
  ['8', 'TUV'],
  ['9', 'WXYZ'],
  ['*', ''],
  ['0', '+'],
  ['#', ''],
] as const;
/** How long a key looks pressed that the keyboard pressed. */
const KEY_SHOWN_MS = 120;
/** Quieter than this shows nothing. */
const FLOOR_DB = -50;

const pressed = signal('');

const portOf = (phone: string): PortView | undefined =>
  status.value?.ports.find(({ simulated, port }) => simulated && port === phone);

const nameOf = (phone: string): string => {
  const port = portOf(phone);
  return port?.extension ? `${port.extension} · ${phone}` : phone;
};

const press = (handset: Handset, key: string): void => {
  void handset.press(key);
  pressed.value = key;
  setTimeout(() => {
    if (pressed.value === key) pressed.value = '';
  }, KEY_SHOWN_MS);
};

const isTyping = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement && target.closest('input, textarea, select') !== null;

const useKeyboard = (handset: Handset | undefined): void =>
  useEffect(() => {
    if (!handset) return;
    const onKey = (event: KeyboardEvent): void => {
      if (event.repeat || event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
      if (/^[0-9*#]$/.test(event.key)) press(handset, event.key);
    };
    addEventListener('keydown', onKey);
    return () => removeEventListener('keydown', onKey);
  }, [handset]);

const stateOf = (handset: Handset): string => {
  if (handset.link.value !== 'open') return t('handset.connecting');
  if (handset.ringing.value) return t('handset.ringing');
  if (!handset.offHook.value) return t('handset.onHook');
  if (!handset.held.value) return t('handset.elsewhere');
  if (portOf(handset.phone.value)?.is === 'in a call') return t('handset.inCall');
  return t(handset.dialled.value === '' ? 'handset.offHook' : 'handset.dialled');
};

/** As the phone's display shows it; where the line told it nothing, as the box knows it. */
const callerOf = (handset: Handset): string => {
  if (handset.caller.value !== '') return handset.caller.value;
  const line = portOf(handset.phone.value)?.line;
  const call = status.value?.calls.find(({ to }) => to?.kind === 'phone' && to.id === line);
  return [call?.from.number, call?.from.name].filter((each) => each).join(' · ') || t('handset.noCaller');
};

const Display = ({ handset }: { readonly handset: Handset }) => {
  const detail = handset.ringing.value ? callerOf(handset) : handset.dialled.value;
  return (
    <div class={`handset-display${handset.ringing.value ? ' ringing' : ''}`}>
      <span class="handset-name">{nameOf(handset.phone.value)}</span>
      <strong class="handset-state" role="status">
        {stateOf(handset)}
      </strong>
      <span class="handset-detail">{detail || ' '}</span>
    </div>
  );
};

const shareOf = (level: number): number => {
  const db = 20 * Math.log10(level + 1e-6);
  return Math.max(0, Math.min(1, 1 - db / FLOOR_DB));
};

const Meter = ({ name, level }: { readonly name: string; readonly level: number }) => (
  <div class="handset-meter">
    <span>{name}</span>
    <meter min={0} max={1} value={shareOf(level)} aria-label={name} />
  </div>
);

const nameOfKey = (key: string, letters: string): string => {
  if (key === '*') return t('handset.keyStar');
  return key === '#' ? t('handset.keyHash') : t('handset.key', { key: `${key} ${letters}`.trim() });
};

const Keypad = ({ handset }: { readonly handset: Handset }) => (
  // biome-ignore lint/a11y/useSemanticElements: keys are no fields of a form
  <div class="handset-keys" role="group" aria-label={t('handset.keypad')}>
    {keys.map(([key, letters]) => (
      <button
        key={key}
        type="button"
        class={pressed.value === key ? 'handset-key pressed' : 'handset-key'}
        disabled={!handset.offHook.value}
        aria-label={nameOfKey(key, letters)}
        // at the touch, not at its end: a telephone sounds while the key goes down
        onPointerDown={(event) => {
          if (event.button === 0) press(handset, key);
        }}
        onClick={(event) => {
          if (event.detail === 0) press(handset, key);
        }}
      >
        <span class="handset-digit">{key}</span> <span class="handset-letters">{letters}</span>
      </button>
    ))}
  </div>
);

const Verbs = ({ handset }: { readonly handset: Handset }) => {
  const held = handset.held.value;
  const off = handset.offHook.value;
  const lift = handset.ringing.value ? 'handset.answer' : off ? 'handset.take' : 'handset.lift';
  const hangUp = (): void => void handset.hangUp();
  return (
    <div class="handset-verbs">
      {/* one button that changes: whoever lifts by the keyboard keeps the focus */}
      <button
        type="button"
        class={`handset-hook ${off && held ? 'down' : 'lift'}`}
        disabled={handset.link.value !== 'open'}
        onClick={off && held ? hangUp : () => void handset.lift()}
      >
        {t(off && held ? 'handset.hangUp' : lift)}
      </button>
      {off && !held && (
        <button type="button" class="handset-hook down" onClick={hangUp}>
          {t('handset.hangUp')}
        </button>
      )}
      <div class="handset-small">
        <Button disabled={!held} onPress={() => void handset.flash()}>
          {t('handset.flash')}
        </Button>
        <Button
          disabled={!held || handset.microphone.value !== 'open'}
          pressed={handset.muted.value}
          onPress={() => handset.mute(!handset.muted.value)}
        >
          {t(handset.muted.value ? 'handset.unmute' : 'handset.mute')}
        </Button>
      </div>
    </div>
  );
};

const Receiver = ({ lifted, ringing }: { readonly lifted: boolean; readonly ringing: boolean }) => (
  <svg
    class={`handset-receiver${lifted ? ' lifted' : ''}${ringing ? ' ringing' : ''}`}
    viewBox="0 0 240 64"
    aria-hidden="true"
    focusable="false"
  >
    <path d="M14 22c0-8 44-16 106-16s106 8 106 16v16c0 5-3 8-8 8h-34c-5 0-8-3-8-8V27c-16-3-35-4-56-4s-40 1-56 4v11c0 5-3 8-8 8H22c-5 0-8-3-8-8z" />
    <path class="holes" d="M30 39h18M192 39h18" />
  </svg>
);

const microphoneWords = ({ microphone }: Handset): string => {
  const is = microphone.value;
  return is === 'open' || is === 'closed' ? '' : t(`handset.mic.${is}`);
};

const Device = ({ handset }: { readonly handset: Handset }) => (
  <div class="handset">
    <div class="handset-body">
      <Receiver lifted={handset.offHook.value} ringing={handset.ringing.value} />
      <Display handset={handset} />
      <Keypad handset={handset} />
      <Verbs handset={handset} />
    </div>
    <div class="handset-beside">
      {handset.phones.value.length > 1 && (
        <div class="field">
          <label for="handset-phone">{t('handset.phone')}</label>
          <div class="select">
            <select
              id="handset-phone"
              value={handset.phone.value}
              onChange={(event) => void handset.choose(event.currentTarget.value)}
            >
              {handset.phones.value.map((phone) => (
                <option key={phone} value={phone}>
                  {nameOf(phone)}
                </option>
              ))}
            </select>
            <Icon name="down" />
          </div>
        </div>
      )}
      <Meter name={t('handset.hears')} level={handset.levels.value.heard} />
      <Meter name={t('handset.says')} level={handset.muted.value ? 0 : handset.levels.value.said} />
      <Notice mood="bad">{handset.wrong.value}</Notice>
      <Notice mood="warn">{microphoneWords(handset)}</Notice>
      <p class="help">{t('handset.flashHelp')}</p>
      <p class="help">{t('handset.keysHint')}</p>
    </div>
  </div>
);

const opened = signal<Handset | undefined>(undefined);

/** A phone of the simulated card, to be lifted, dialled, heard and spoken into. */
export const HandsetPage = () => {
  useEffect(() => {
    const handset = new Handset();
    opened.value = handset;
    return () => {
      handset.close();
      opened.value = undefined;
    };
  }, []);
  const handset = opened.value;
  useKeyboard(handset);
  const none = handset?.link.value === 'open' && handset.listed.value && handset.phones.value.length === 0;
  return (
    <Page title={t('nav.handset')} lead={t('handset.lead')}>
      {none && (
        <Empty icon="phone" title={t('handset.none')}>
          {t('handset.noneText')}
        </Empty>
      )}
      {handset && handset.phone.value !== '' && <Device handset={handset} />}
      {!none && handset?.phone.value === '' && <Skeleton rows={4} tall />}
    </Page>
  );
};
