import { effect, signal } from '@preact/signals';
import type { Session } from '../../firmware/control/api/wire.ts';
import { client, onSignedOut } from './client.ts';
import { received, startLive, status, stopLive } from './live.ts';

/** Who is at the page; undefined until the box has been asked, or while it cannot be reached. */
export const session = signal<Session | undefined>(undefined);
export const unreachable = signal(false);
/** Shown once over the sign-in form: the session ended by itself. */
export const ended = signal(false);

const RETRY_MS = 2000;

/** Takes what the box said of the session; with it comes its status, which would else be waited for. */
export const welcome = ({ status: first, ...who }: Session): void => {
  if (first && !status.value) received(first);
  // the same again must not look like a new session
  if (JSON.stringify(who) !== JSON.stringify(session.value)) session.value = who;
};

/** Asks for the session until the box answers. */
export const openSession = async (): Promise<void> => {
  try {
    const found = await client.session();
    unreachable.value = false;
    welcome(found);
  } catch {
    unreachable.value = true;
    if (!session.value) setTimeout(() => void openSession(), RETRY_MS);
  }
};

/** Nothing of a session is kept: the next person sees the sign-in form. */
export const closeSession = async (): Promise<void> => {
  await client.signOut().catch(() => {});
  location.hash = '';
  location.reload();
};

onSignedOut(() => {
  if (!session.value?.signedIn) return;
  ended.value = true;
  void openSession();
});

// live status flows exactly while somebody is signed in
effect(() => {
  if (session.value?.signedIn && !session.value.mustChange) startLive(openSession);
  else stopLive();
});
