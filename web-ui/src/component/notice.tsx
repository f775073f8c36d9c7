import type { ComponentChildren } from 'preact';
import type { Mood } from '../headline.ts';
import { Icon } from './icon.tsx';

/** A result or a warning in place; read out when it comes. An empty one keeps the place for what will be read. */
export const Notice = ({ mood, children }: { readonly mood: Mood; readonly children?: ComponentChildren }) => (
  <div role={mood === 'bad' ? 'alert' : 'status'} class={children ? `notice ${mood}` : 'notice-place'}>
    {children && <Icon name={mood} />}
    {children && <div class="notice-text">{children}</div>}
  </div>
);
