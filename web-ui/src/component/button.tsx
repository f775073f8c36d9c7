import type { ComponentChildren } from 'preact';
import { Icon, type IconName } from './icon.tsx';

type ButtonProps = {
  readonly kind?: 'primary' | 'plain' | 'quiet' | 'danger';
  readonly icon?: IconName;
  /** Waits for an answer: cannot be pressed again. */
  readonly busy?: boolean;
  readonly submits?: boolean;
  readonly disabled?: boolean;
  readonly label?: string;
  readonly pressed?: boolean;
  readonly onPress?: (event: MouseEvent) => void;
  readonly children?: ComponentChildren;
};

/** A button; while it is busy it keeps its size and its focus. */
export const Button = (props: ButtonProps) => {
  const { kind = 'plain', icon, busy = false, submits = false, disabled = false, label, pressed, onPress } = props;
  return (
    <button
      type={submits ? 'submit' : 'button'}
      class={`button ${kind}${busy ? ' busy' : ''}${props.children ? '' : ' alone'}`}
      disabled={disabled}
      aria-busy={busy}
      aria-disabled={busy}
      aria-label={label}
      aria-pressed={pressed}
      onClick={(event) => {
        if (busy) event.preventDefault();
        else onPress?.(event);
      }}
    >
      {icon && <Icon name={icon} />}
      {props.children && <span>{props.children}</span>}
    </button>
  );
};
