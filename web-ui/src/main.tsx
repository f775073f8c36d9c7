import { effect, signal } from '@preact/signals';
import { type FunctionComponent, render } from 'preact';
import { ConfirmPlace } from './component/confirm.tsx';
import { PageSkeleton } from './component/skeleton.tsx';
import { lazy } from './lazy.tsx';
import { status } from './live.ts';
import { OverviewPage } from './page/overview.tsx';
import { PasswordPage, SignInPage } from './page/sign-in.tsx';
import { route } from './route.ts';
import { openSession, session, unreachable } from './session.ts';
import { ConnectionBanner, Frame } from './shell.tsx';

/** Pages by the first part of the address; all but the overview come when they are first opened. */
const pages: Readonly<Record<string, FunctionComponent>> = {
  calls: lazy(async () => (await import('./page/calls.tsx')).CallsPage),
  mailbox: lazy(async () => (await import('./page/mailbox.tsx')).MailboxPage),
  settings: lazy(async () => (await import('./page/settings.tsx')).SettingsPage),
  tools: lazy(async () => (await import('./page/tools.tsx')).ToolsPage),
  handset: lazy(async () => (await import('./page/handset.tsx')).HandsetPage),
  lab: lazy(async () => (await import('./page/lab.tsx')).LabPage),
};

/** Pages that only some boxes have. */
const isThere = (name: string): boolean =>
  (name !== 'handset' && name !== 'lab') || (session.value?.features ?? []).includes(name);

const Opened = () => {
  const name = route.value.parts[0] ?? '';
  const Page = Object.hasOwn(pages, name) && isThere(name) ? pages[name]! : OverviewPage;
  return <Page key={name} />;
};

const Root = () => {
  const who = session.value;
  if (!who) {
    return (
      <>
        <ConnectionBanner lost={unreachable.value} />
        <PageSkeleton />
      </>
    );
  }
  if (!who.signedIn) return <SignInPage />;
  if (who.mustChange) return <PasswordPage forced />;
  return (
    <Frame>
      <Opened />
    </Frame>
  );
};

/** So long nothing is drawn: a slow phone lays out the page once, and not first its outline. */
const OUTLINE_AFTER_MS = 500;
const begun = signal(false);

const App = () =>
  begun.value && (
    <>
      <Root />
      <ConfirmPlace />
    </>
  );

effect(() => {
  document.documentElement.classList.toggle('signed-in', session.value?.signedIn === true);
});
effect(() => {
  const who = session.value;
  if (who && (!who.signedIn || who.mustChange || status.value)) begun.value = true;
});
setTimeout(() => {
  begun.value = true;
}, OUTLINE_AFTER_MS);
void openSession();
render(<App />, document.getElementById('page')!);
