import { signal, useSignal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import { Icon } from '../component/icon.tsx';
import { t } from '../t.ts';
import { clockOf } from '../time.ts';

/** What plays: one at a time, by the address of its audio. */
const playing = signal('');

export const stopPlaying = (): void => {
  playing.value = '';
};

type PlayerProps = { readonly src: string; readonly seconds: number; readonly label: string };

/** Plays a message: a button, and while it plays a place to go to in it. */
export const Player = ({ src, seconds, label }: PlayerProps) => {
  const audio = useRef<HTMLAudioElement>(null);
  const at = useSignal(0);
  const failed = useSignal(false);
  const here = playing.value === src;
  useEffect(() => {
    const element = audio.current;
    if (!element) return;
    if (!here) element.pause();
    else
      element.play().catch(() => {
        failed.value = playing.value === src;
        stopPlaying();
      });
  }, [here]);
  return (
    <div class="player">
      <button
        type="button"
        class="play"
        aria-label={here ? t('mailbox.pause') : label}
        onClick={() => {
          failed.value = false;
          playing.value = here ? '' : src;
        }}
      >
        <Icon name={here ? 'pause' : 'play'} />
      </button>
      {/* biome-ignore lint/a11y/useMediaCaption: nobody writes down what callers say */}
      <audio
        ref={audio}
        src={src}
        preload="none"
        onTimeUpdate={(event) => {
          at.value = event.currentTarget.currentTime;
        }}
        onEnded={() => {
          at.value = 0;
          if (here) stopPlaying();
        }}
      />
      {(here || at.value > 0) && (
        <div class="playing">
          <input
            type="range"
            min={0}
            max={seconds}
            step={0.1}
            value={at.value}
            aria-label={t('mailbox.seek')}
            onInput={(event) => {
              if (audio.current) audio.current.currentTime = event.currentTarget.valueAsNumber;
            }}
          />
          <span class="clock">{clockOf(at.value)}</span>
        </div>
      )}
      {failed.value && (
        <span class="refused" role="alert">
          {t('mailbox.unplayable')}
        </span>
      )}
    </div>
  );
};
