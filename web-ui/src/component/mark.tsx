import type { ComponentChildren } from 'preact';
import type { Mood } from '../headline.ts';
import { Icon, type IconName } from './icon.tsx';

type MarkProps = { readonly mood: Mood | 'busy'; readonly icon?: IconName; readonly children: ComponentChildren };

const usual: Readonly<Record<Mood | 'busy', IconName>> = {
  good: 'good',
  warn: 'warn',
  bad: 'bad',
  none: 'none',
  busy: 'talk',
};

/** A state by icon, word and colour: never by colour alone. */
export const Mark = ({ mood, icon, children }: MarkProps) => (
  <span class={`mark ${mood}`}>
    <Icon name={icon ?? usual[mood]} />
    {children}
  </span>
);
