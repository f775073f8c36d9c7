/** Outlines on a grid of 24, drawn with one pen. */
const outlines = {
  good: 'M20 6.5 9.5 17.5 4 12',
  warn: 'M12 4 2.8 19.5h18.4L12 4zM12 10v4.5M12 17.2v.1',
  bad: 'M6 6l12 12M18 6 6 18',
  none: 'M6 12h12',
  wait: 'M12 3.5a8.5 8.5 0 1 0 8.5 8.5M12 7.5V12l3 2',
  overview: 'M4 11.5 12 4.5l8 7M6 10v9.5h4.5V14h3v5.5H18V10',
  calls:
    'M5 4.5h4l1.8 4.6-2.4 1.6a11 11 0 0 0 4.9 4.9l1.6-2.4 4.6 1.8v4a1.5 1.5 0 0 1-1.6 1.5A16 16 0 0 1 3.5 6.1 1.5 1.5 0 0 1 5 4.5z',
  mailbox:
    'M7 8.5a3.75 3.75 0 1 0 0 7.5 3.75 3.75 0 0 0 0-7.5zM17 8.5a3.75 3.75 0 1 0 0 7.5 3.75 3.75 0 0 0 0-7.5zM7 16h10',
  settings: 'M4 7h9M17 7h3M4 17h3M11 17h9M15 4.8v4.4M9 14.8v4.4',
  tools:
    'M14.5 6.2a4.3 4.3 0 0 1 5.6-1L16.8 8.5l.7 1.9 1.9.7L21 9.4a4.3 4.3 0 0 1-6 4.6l-7 7a2 2 0 0 1-2.9-2.9l7-7a4.3 4.3 0 0 1 2.4-4.9z',
  handset: 'M3.5 9.2c0-1.4 4-3.7 8.5-3.7s8.5 2.3 8.5 3.7v2.3h-5V9.2h-7v2.3h-5V9.2zM8.5 12.5h7l3 6h-13l3-6z',
  lab: 'M9.5 3.5h5M10.5 3.5v6L5 18.6a1.3 1.3 0 0 0 1.1 1.9h11.8a1.3 1.3 0 0 0 1.1-1.9l-5.5-9.1v-6M8 14.5h8',
  more: 'M4.5 7h15M4.5 12h15M4.5 17h15',
  phone: 'M3.5 9.2c0-1.4 4-3.7 8.5-3.7s8.5 2.3 8.5 3.7v2.3h-5V9.2h-7v2.3h-5V9.2zM8.5 12.5h7l3 6h-13l3-6z',
  exchange: 'M4 20V9l8-5 8 5v11M9 20v-5.5h6V20M2.5 20h19M9 11h.1M15 11h.1M12 11h.1',
  softswitch: 'M4.5 5h15v5.5h-15zM4.5 13.5h15V19h-15zM8 7.8h.1M8 16.2h.1M12 7.8h4M12 16.2h4',
  play: 'M8 5.5v13l10.5-6.5L8 5.5z',
  pause: 'M8.5 5.5v13M15.5 5.5v13',
  keep: 'M6.5 4.5h11v15.2L12 15.8l-5.5 3.9V4.5z',
  remove: 'M5 7h14M10 7V4.5h4V7M7 7l.8 12.5h8.4L17 7M10.2 10.5v5.5M13.8 10.5v5.5',
  add: 'M12 5v14M5 12h14',
  back: 'M14.5 5.5 8 12l6.5 6.5',
  next: 'M9.5 5.5 16 12l-6.5 6.5',
  down: 'M5.5 9.5 12 16l6.5-6.5',
  up: 'M5.5 14.5 12 8l6.5 6.5',
  undo: 'M8.5 5 4.5 9l4 4M4.5 9h9.5a5.5 5.5 0 0 1 0 11H9',
  lock: 'M6 11h12v8.5H6zM8.5 11V8a3.5 3.5 0 0 1 7 0v3',
  eye: 'M2.5 12S6 5.8 12 5.8 21.5 12 21.5 12 18 18.2 12 18.2 2.5 12 2.5 12zM12 9.3a2.7 2.7 0 1 0 0 5.4 2.7 2.7 0 0 0 0-5.4z',
  eyeOff:
    'M4 4l16 16M9.8 6.1A9.6 9.6 0 0 1 12 5.8c6 0 9.5 6.2 9.5 6.2a17 17 0 0 1-3 3.6M6.2 7.7A16 16 0 0 0 2.5 12S6 18.2 12 18.2a9.3 9.3 0 0 0 4-.9',
  search: 'M10.5 4.5a6 6 0 1 0 0 12 6 6 0 0 0 0-12zM15 15l5 5',
  leave: 'M13.5 4.5h-8v15h8M10 12h10.5M17 8.5l3.5 3.5-3.5 3.5',
  offline: 'M4 4l16 16M5 10a10 10 0 0 1 3.2-2M19 10a10.4 10.4 0 0 0-6.5-2.9M8.2 13.4a6 6 0 0 1 4.2-1.5M12 17.5h.1',
  off: 'M12 4v8M7.2 7a7 7 0 1 0 9.6 0',
  ring: 'M6.5 16.5V11a5.5 5.5 0 0 1 11 0v5.5l1.5 1.8H5l1.5-1.8zM10.5 20.5h3',
  talk: 'M4 5.5h16v10.5h-9L7 19.5V16H4V5.5z',
  arrow: 'M5 12h13.5M13 6.5l5.5 5.5-5.5 5.5',
  upload: 'M12 16V5M7.5 9 12 4.5 16.5 9M5 16v3.5h14V16',
  globe: 'M12 3.5a8.5 8.5 0 1 0 0 17 8.5 8.5 0 0 0 0-17zM3.5 12h17M12 3.5c5 5.5 5 11.5 0 17M12 3.5c-5 5.5-5 11.5 0 17',
  person: 'M12 4a3.8 3.8 0 1 0 0 7.6A3.8 3.8 0 0 0 12 4zM4.5 20c.6-4 3.6-6 7.5-6s6.9 2 7.5 6',
  chip: 'M7 7h10v10H7zM10 3.5V7M14 3.5V7M10 17v3.5M14 17v3.5M3.5 10H7M3.5 14H7M17 10h3.5M17 14h3.5',
  box: 'M4 8.5h16v9H4zM7 14.5h.1M10 14.5h.1M15 13h2.5M8 8.5V5M16 8.5V5',
  way: 'M6 19.5v-8a3 3 0 0 1 3-3h9.5M15 5l3.5 3.5L15 12M6 19.5h.1',
  sound: 'M4 10v4M8 7v10M12 4.5v15M16 8v8M20 10.5v3',
  freeze: 'M12 3.5v17M4.6 7.8l14.8 8.4M19.4 7.8 4.6 16.2',
  mailboxSmall: 'M4 6h16v12H4zM4 7l8 6 8-6',
} as const;
export type IconName = keyof typeof outlines;

/** An outline beside a word; the word says it all, so that it is hidden from screen readers. */
export const Icon = ({ name, large = false }: { readonly name: IconName; readonly large?: boolean }) => (
  <svg class={large ? 'icon large' : 'icon'} viewBox="0 0 24 24" aria-hidden="true" focusable="false">
    <path d={outlines[name]} />
  </svg>
);
