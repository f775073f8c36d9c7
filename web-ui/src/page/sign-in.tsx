import { useSignal } from '@preact/signals';
import type { ComponentChildren } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { client, RequestError, sentenceOf } from '../client.ts';
import { Brand } from '../component/brand.tsx';
import { Button } from '../component/button.tsx';
import { Icon } from '../component/icon.tsx';
import { Notice } from '../component/notice.tsx';
import { ended, session, welcome } from '../session.ts';
import { t } from '../t.ts';
import { clockOf } from '../time.ts';

type PasswordProps = {
  readonly id: string;
  readonly label: string;
  readonly help?: string;
  readonly autocomplete: 'current-password' | 'new-password';
  readonly value: string;
  readonly wrong?: boolean;
  readonly onInput: (value: string) => void;
};

/** A password that can be looked at: in a cellar nobody reads along, and a typing error costs a lock-out. */
export const PasswordField = ({ id, label, help, autocomplete, value, wrong, onInput }: PasswordProps) => {
  const shown = useSignal(false);
  return (
    <div class="field">
      <label for={id}>{label}</label>
      <div class="with-button">
        <input
          id={id}
          type={(shown.value ? 'text' : 'password') as 'password'}
          autocomplete={autocomplete}
          autocapitalize="off"
          spellcheck={false}
          aria-describedby={help ? `${id}-help` : undefined}
          aria-invalid={wrong}
          value={value}
          onInput={(event) => onInput(event.currentTarget.value)}
        />
        <Button
          kind="quiet"
          icon={shown.value ? 'eyeOff' : 'eye'}
          label={t('password.show')}
          pressed={shown.value}
          onPress={() => {
            shown.value = !shown.value;
          }}
        />
      </div>
      {help && (
        <p class="help" id={`${id}-help`}>
          {help}
        </p>
      )}
    </div>
  );
};

/** Seconds that are left of a lock-out, counted down once a second. */
const useCountdown = () => {
  const left = useSignal(0);
  useEffect(() => {
    const timer = setInterval(() => {
      if (left.value > 0) left.value--;
    }, 1000);
    return () => clearInterval(timer);
  }, []);
  return left;
};

const Gate = ({ title, children }: { readonly title: string; readonly children: ComponentChildren }) => {
  useEffect(() => {
    document.title = `${title} · ${t('product')}`;
  }, [title]);
  return (
    <main class="gate">
      <div class="gate-card">
        <Brand name={session.value?.name ?? ''} />
        {children}
      </div>
    </main>
  );
};

/** The first password, between signing in with it and changing it: nobody has to enter it twice. */
let justTyped = '';

/** Signing in, with what to do when the password is not at hand. */
export const SignInPage = () => {
  const password = useSignal('');
  const busy = useSignal(false);
  const wrong = useSignal('');
  const left = useCountdown();
  const form = useRef<HTMLFormElement>(null);
  const signIn = async (event: Event): Promise<void> => {
    event.preventDefault();
    if (busy.value || left.value > 0) return;
    busy.value = true;
    try {
      const opened = await client.signIn(password.value);
      justTyped = opened.mustChange ? password.value : '';
      welcome(opened);
      ended.value = false;
    } catch (error) {
      wrong.value = sentenceOf(error);
      left.value = error instanceof RequestError ? (error.answer?.retryAfterS ?? 0) : 0;
      form.current?.querySelector('input')?.select();
    }
    busy.value = false;
  };
  return (
    <Gate title={t('signIn')}>
      <h1>{t('signIn')}</h1>
      {ended.value && wrong.value === '' && <Notice mood="none">{t('signIn.ended')}</Notice>}
      <form ref={form} class="form" onSubmit={(event) => void signIn(event)}>
        <PasswordField
          id="password"
          label={t('password')}
          autocomplete="current-password"
          value={password.value}
          wrong={wrong.value !== ''}
          onInput={(value) => {
            password.value = value;
          }}
        />
        <Notice mood="bad">{wrong.value}</Notice>
        {left.value > 0 && (
          <p class="countdown">
            <Icon name="wait" />
            {t('signIn.wait')} <span class="clock">{clockOf(left.value)}</span>
          </p>
        )}
        <Button kind="primary" submits busy={busy.value} disabled={left.value > 0}>
          {t('signIn')}
        </Button>
      </form>
      <details class="hint">
        <summary>
          {t('signIn.first')}
          <Icon name="down" />
        </summary>
        <p>{t('signIn.firstText')}</p>
      </details>
    </Gate>
  );
};

/** Shortest password that the box takes. */
const SHORTEST = 10;

const Rule = ({ kept, children }: { readonly kept: boolean; readonly children: ComponentChildren }) => (
  <li class={kept ? 'rule kept' : 'rule'}>
    <Icon name={kept ? 'good' : 'none'} />
    <span>{children}</span>
    {kept && <span class="unseen">{t('password.ruleKept')}</span>}
  </li>
);

/** Changing the password; with the first one nothing else is possible until it is done. */
export const PasswordPage = ({ forced = false }: { readonly forced?: boolean }) => {
  const [current, next, again] = [useSignal(justTyped), useSignal(''), useSignal('')];
  const known = useSignal(justTyped !== '');
  const busy = useSignal(false);
  const wrong = useSignal('');
  const long = next.value.length >= SHORTEST;
  const twice = next.value !== '' && next.value === again.value;
  const change = async (event: Event): Promise<void> => {
    event.preventDefault();
    if (busy.value) return;
    wrong.value = long ? (twice ? '' : t('password.notTwice')) : t('password.short', { count: SHORTEST });
    if (wrong.value !== '') return;
    busy.value = true;
    try {
      welcome(await client.changePassword(current.value, next.value));
      justTyped = '';
    } catch (error) {
      known.value = false;
      wrong.value = sentenceOf(error);
    }
    busy.value = false;
  };
  const field = (id: string, label: string, value: typeof next, autocomplete: 'current-password' | 'new-password') => (
    <PasswordField
      id={id}
      label={label}
      autocomplete={autocomplete}
      value={value.value}
      onInput={(text) => {
        value.value = text;
      }}
    />
  );
  return (
    <Gate title={t('password.title')}>
      <h1>{t('password.title')}</h1>
      {forced && <p class="lead">{t('password.forced')}</p>}
      <form class="form" onSubmit={(event) => void change(event)}>
        {!known.value && field('current', t('password.current'), current, 'current-password')}
        {field('next', t('password.next'), next, 'new-password')}
        {field('again', t('password.again'), again, 'new-password')}
        <ul class="rules">
          <Rule kept={long}>{t('password.rule', { count: SHORTEST })}</Rule>
          <Rule kept={twice}>{t('password.twice')}</Rule>
        </ul>
        <Notice mood="bad">{wrong.value}</Notice>
        <Button kind="primary" submits busy={busy.value}>
          {t('password.change')}
        </Button>
      </form>
    </Gate>
  );
};
