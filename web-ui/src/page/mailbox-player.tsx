import '../i18n/mailbox.ts';
import { type Signal, signal, useSignal } from '@preact/signals';
import type { RefObject } from 'preact';
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

/** Makes the sound follow what is to play; `failed` when it cannot. */
const usePlaying = (audio: RefObject<HTMLAudioElement | null>, src: string, failed: Signal<boolean>): boolean => {
  const here = playing.value === src;
  useEffect(() => {
    const element = audio.current;
    if (!element) return;
    if (!here) {
      element.pause();
      return;
    }
    element.play().catch(() => {
      failed.value = playing.value === src;
      if (failed.value) stopPlaying();
    });
  }, [here]);
  return here;
};

type PlaceProps = { readonly at: number; readonly seconds: number; readonly onPlace: (at: number) => void };

/** Where in the message it plays, and going elsewhere in it. */
const PlaceInMessage = ({ at, seconds, onPlace }: PlaceProps) => (
  <div class="playing">
    <input
      type="range"
      min={0}
      max={seconds}
      step={0.1}
      value={at}
      aria-label={t('mailbox.seek')}
      onInput={(event) => onPlace(event.currentTarget.valueAsNumber)}
    />
    <span class="clock">{clockOf(at)}</span>
  </div>
);

/** Plays a message: a button, and while it plays a place to go to in it. */
export const Player = ({ src, seconds, label }: PlayerProps) => {
  const audio = useRef<HTMLAudioElement>(null);
  const at = useSignal(0);
  const failed = useSignal(false);
  const here = usePlaying(audio, src, failed);
  const toggle = (): void => {
    failed.value = false;
    playing.value = here ? '' : src;
  };
  const over = (): void => {
    at.value = 0;
    if (here) stopPlaying();
  };
  const place = (to: number): void => {
    if (audio.current) audio.current.currentTime = to;
  };
  return (
    <div class="player">
      <button type="button" class="play" aria-label={here ? t('mailbox.pause') : label} onClick={toggle}>
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
        onEnded={over}
      />
      {(here || at.value > 0) && <PlaceInMessage at={at.value} seconds={seconds} onPlace={place} />}
      {failed.value && (
        <span class="refused" role="alert">
          {t('mailbox.unplayable')}
        </span>
      )}
    </div>
  );
};
