import { signal } from '@preact/signals';

/** Where the page is: the parts of the address after `#/`. */
export type Route = { readonly parts: readonly string[]; readonly words: URLSearchParams };

/** A part of an address that was mistyped leads nowhere; it does not keep the page from opening. */
const plain = (part: string): string => {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
};

const read = (): Route => {
  const [path = '', words = ''] = location.hash.replace(/^#\/?/, '').split('?');
  const parts = path.split('/').filter((part) => part !== '');
  return { parts: parts.map(plain), words: new URLSearchParams(words) };
};

export const route = signal<Route>(read());
addEventListener('hashchange', () => {
  route.value = read();
});

/** The address of a place in the page. */
export const to = (...parts: readonly string[]): string => `#/${parts.map(encodeURIComponent).join('/')}`;

/** Goes there; `words` are for the form that opens. */
export const go = (parts: readonly string[], words: Readonly<Record<string, string>> = {}): void => {
  const text = String(new URLSearchParams(words));
  location.hash = `${to(...parts)}${text === '' ? '' : `?${text}`}`;
};

/** Is there from now on instead of where it was, which is no place any more. */
export const moved = (parts: readonly string[]): void => {
  history.replaceState(undefined, '', to(...parts));
  route.value = read();
};
