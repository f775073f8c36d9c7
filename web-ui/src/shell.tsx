import { useSignal } from '@preact/signals';
import type { ComponentChildren } from 'preact';
import { useEffect } from 'preact/hooks';
import { Brand } from './component/brand.tsx';
import { Button } from './component/button.tsx';
import { confirmed } from './component/confirm.tsx';
import { Icon, type IconName } from './component/icon.tsx';
import { connected, status } from './live.ts';
import { route, to } from './route.ts';
import { closeSession, session } from './session.ts';
import { type Key, plural, t } from './t.ts';
import { unsaved } from './unsaved.ts';

type Item = { readonly name: string; readonly icon: IconName; readonly text: Key };

const everywhere: readonly Item[] = [
  { name: 'overview', icon: 'overview', text: 'nav.overview' },
  { name: 'calls', icon: 'calls', text: 'nav.calls' },
  { name: 'mailbox', icon: 'mailbox', text: 'nav.mailbox' },
  { name: 'settings', icon: 'settings', text: 'nav.settings' },
  { name: 'tools', icon: 'tools', text: 'nav.tools' },
];
const optional: Readonly<Record<'handset' | 'lab', Item>> = {
  handset: { name: 'handset', icon: 'handset', text: 'nav.handset' },
  lab: { name: 'lab', icon: 'lab', text: 'nav.lab' },
};
/** So many fit beside "more" at the foot of a phone. */
const AT_FOOT = 4;

const itemsOf = (): readonly Item[] => [
  ...everywhere,
  ...(session.value?.features ?? []).map((feature) => optional[feature]),
];

/** What waits behind an entry: messages, or changes that are not applied. */
const Badge = ({ name }: { readonly name: string }) => {
  const waiting = name === 'mailbox' ? (status.value?.ports ?? []).reduce((sum, port) => sum + port.waiting, 0) : 0;
  const changes = name === 'settings' ? unsaved.value : 0;
  if (waiting + changes === 0) return null;
  const text = waiting > 0 ? plural('nav.waiting', waiting) : plural('nav.unsaved', changes);
  return (
    <span class="badge">
      <span aria-hidden="true">{waiting + changes}</span>
      <span class="unseen">{text}</span>
    </span>
  );
};

const Entry = ({ item, at }: { readonly item: Item; readonly at: string }) => (
  <a class="entry" href={to(item.name)} aria-current={item.name === at ? 'page' : undefined}>
    <Icon name={item.icon} />
    <span class="entry-word">{t(item.text)}</span>
    <Badge name={item.name} />
  </a>
);

const signOut = async (): Promise<void> => {
  const asked = { title: t('signOut.unsaved'), text: t('signOut.unsavedText'), yes: t('signOut'), danger: true };
  if (unsaved.value === 0 || (await confirmed(asked))) await closeSession();
};

const Fingerprint = () => (
  <details class="fingerprint">
    <summary>
      {t('fingerprint')}
      <Icon name="down" />
    </summary>
    <p>{t('fingerprint.help')}</p>
    <code>{session.value?.fingerprint}</code>
  </details>
);

const Side = ({ at }: { readonly at: string }) => (
  <aside class="side" aria-label={t('side')}>
    <Brand name={status.value?.box.name ?? session.value?.name ?? ''} />
    <nav aria-label={t('nav')}>
      {itemsOf().map((item) => (
        <Entry key={item.name} item={item} at={at} />
      ))}
    </nav>
    <div class="side-foot">
      <Fingerprint />
      <Button kind="quiet" icon="leave" onPress={() => void signOut()}>
        {t('signOut')}
      </Button>
    </div>
  </aside>
);

/** The entries that do not fit at the foot of a phone. */
const More = ({ at, items }: { readonly at: string; readonly items: readonly Item[] }) => (
  <div class="more-sheet" id="more">
    <nav aria-label={t('nav.more')}>
      {items.map((item) => (
        <Entry key={item.name} item={item} at={at} />
      ))}
    </nav>
    <Fingerprint />
    <Button kind="quiet" icon="leave" onPress={() => void signOut()}>
      {t('signOut')}
    </Button>
  </div>
);

const Foot = ({ at }: { readonly at: string }) => {
  const open = useSignal(false);
  useEffect(() => {
    open.value = false;
  }, [at]);
  const items = itemsOf();
  const rest = items.slice(AT_FOOT);
  return (
    <div class="foot">
      {open.value && <More at={at} items={rest} />}
      <nav class="foot-bar" aria-label={t('nav')}>
        {items.slice(0, AT_FOOT).map((item) => (
          <Entry key={item.name} item={item} at={at} />
        ))}
        <button
          type="button"
          class={rest.some(({ name }) => name === at) ? 'entry here' : 'entry'}
          aria-expanded={open.value}
          aria-controls="more"
          onClick={() => {
            open.value = !open.value;
          }}
        >
          <Icon name="more" />
          <span class="entry-word">{t('nav.more')}</span>
        </button>
      </nav>
    </div>
  );
};

/** Says that the box does not answer and that this mends itself. */
export const ConnectionBanner = ({ lost }: { readonly lost: boolean }) => (
  <div role="status" class={lost ? 'banner' : 'unseen'}>
    {lost && (
      <>
        <Icon name="offline" />
        <span>{t('connection.lost')}</span>
      </>
    )}
  </div>
);

/** What stands around every page: navigation at the side, or at the foot of a small screen. */
export const Frame = ({ children }: { readonly children: ComponentChildren }) => {
  const at = route.value.parts[0] ?? 'overview';
  return (
    <div class="frame">
      <button type="button" class="skip" onClick={skip}>
        {t('skip')}
      </button>
      <Side at={at} />
      <div class="main">
        <ConnectionBanner lost={!connected.value} />
        {children}
      </div>
      <Foot at={at} />
    </div>
  );
};

/** The address after `#` is the page's: the jump is made by hand. */
const skip = (): void => {
  document.querySelector<HTMLElement>('#content h1')?.focus();
};
