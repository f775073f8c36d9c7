import { effect, signal } from '@preact/signals';

/** Changes of settings that are not applied; kept while other pages are looked at, and asked about at the end. */
export const unsaved = signal(0);

const ask = (event: BeforeUnloadEvent): void => event.preventDefault();

effect(() => {
  if (unsaved.value > 0) addEventListener('beforeunload', ask);
  else removeEventListener('beforeunload', ask);
});
