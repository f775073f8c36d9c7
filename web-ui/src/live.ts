import { signal } from '@preact/signals';
import type { StatusView } from '../../firmware/control/api/wire.ts';
import { takeEvents } from './event-stream.ts';

/** The newest status of the box, and when it came (ms of this page's own clock, which nobody sets). */
export const status = signal<StatusView | undefined>(undefined);
export const arrivedAt = signal(0);
/** False while the stream is broken; what is shown may be old then. */
export const connected = signal(true);
/** Counts seconds while the page is seen: what shows a running length reads it. */
export const seconds = signal(0);

const RETRY_MS = [300, 1000, 2000, 4000] as const;
/** The box says something every 15 s; a box without power says nothing and closes nothing. */
const SILENCE_MS = 32_000;
/** Where the first status came with the session, it is drawn before the stream says the same again. */
const FIRST_LOOK_MS = 300;

let running: AbortController | undefined;

/** Milliseconds since the newest status came. */
export const ageMs = (): number => performance.now() - arrivedAt.value;

/** Takes the newest status of the box. */
export const received = (view: StatusView): void => {
  status.value = view;
  arrivedAt.value = performance.now();
};

/**
 * Reads one stream to its end; resolves true if it ever began. `EventSource` would do the same, but does not show the
 * comments by which a living connection is known.
 */
const readStream = async (stop: AbortSignal): Promise<boolean> => {
  const given = new AbortController();
  const stopped = () => given.abort();
  stop.addEventListener('abort', stopped);
  let timer: ReturnType<typeof setTimeout> | undefined;
  const heard = () => {
    clearTimeout(timer);
    timer = setTimeout(() => given.abort(), SILENCE_MS);
  };
  let began = false;
  try {
    heard();
    const answer = await fetch('/api/live', { signal: given.signal, cache: 'no-store' });
    if (!answer.ok || !answer.body) return false;
    connected.value = began = true;
    const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
    let rest = '';
    for (let part = await reader.read(); !part.done; part = await reader.read()) {
      heard();
      const taken = takeEvents(rest + part.value);
      rest = taken.rest;
      for (const { event, data } of taken.events) if (event === 'status') received(JSON.parse(data) as StatusView);
    }
  } catch {
    // however it broke, it is opened again
  } finally {
    clearTimeout(timer);
    stop.removeEventListener('abort', stopped);
  }
  return began;
};

const pause = (ms: number): Promise<void> =>
  new Promise((resolve) => {
    setTimeout(resolve, ms);
  });

const follow = async (stop: AbortSignal, askSession: () => Promise<void>): Promise<void> => {
  if (status.value) await pause(FIRST_LOOK_MS);
  let failures = 0;
  while (!stop.aborted) {
    const began = await readStream(stop);
    if (stop.aborted) return;
    failures = began ? 0 : failures + 1;
    // one that ended in order is opened at once, unseen
    if (failures > 0) connected.value = false;
    await pause(RETRY_MS[Math.min(failures, RETRY_MS.length - 1)]!);
    // after a break the session may be over, and only asking tells
    if (!stop.aborted) await askSession();
  }
};

/** Follows the status until `stopLive`; after each break `askSession` is called, and the stream opened again. */
export const startLive = (askSession: () => Promise<void>): void => {
  if (running) return;
  running = new AbortController();
  void follow(running.signal, askSession);
};

/** Ends the stream and forgets what it brought. */
export const stopLive = (): void => {
  running?.abort();
  running = undefined;
  status.value = undefined;
  connected.value = true;
};

setInterval(() => {
  if (!document.hidden) seconds.value++;
}, 1000);
