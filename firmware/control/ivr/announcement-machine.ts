import { after, type Instant, type Machine, type Step } from '../../core/machine.ts';
import type { SentenceName } from '../../profiles/sentence/names.ts';
import { type CallFailure, type Cause, failureTable } from '../failure.ts';
import type { LegId } from '../leg/leg.ts';
import type { VoiceEffect, VoiceEvent, VoiceLeg } from './voice-leg.ts';

/** A sentence that was missed for the surprise is heard the second time. */
const TIMES = 2;
const PAUSE_MS = 1_000;
/** Who waits is told so now and then, until something rings (U7). */
const WAIT_PAUSE_MS = 8_000;

/** What is told: why a call failed, or that it goes on. */
export type Told = CallFailure | 'pleaseWait' | 'acceptCall';
type Asked = 'pleaseWait' | 'acceptCall';
/** Said again and again until the coordinator releases the leg. */
const isAsked = (told: Told): told is Asked => told === 'pleaseWait' || told === 'acceptCall';
const words = (told: Told): SentenceName | undefined => (isAsked(told) ? told : failureTable[told].spoken);

/**
 * Tells a caller in words why the call failed, as early media: the call is never answered, and ends with the very
 * cause for which the sentence stands (U15). Who is asked to wait hears it until the coordinator releases the leg.
 */
export type Announcement = VoiceLeg & {
  readonly failure: Told;
  /** Times that it was begun. */
  readonly said: number;
  /** In the pause until then. */
  readonly until?: Instant;
  readonly over: boolean;
};
type Out = Step<Announcement, VoiceEffect>;

export const beginAnnouncement = (leg: LegId, beside: LegId, failure: Told): Out => {
  const spoken = words(failure);
  const state: Announcement = { leg, beside, failure, voice: 1, said: 1, over: false };
  // Who is asked to press a key must be heard.
  const listens: readonly VoiceEffect[] = failure === 'acceptCall' ? [{ do: 'listen' }] : [];
  return spoken ? { state, effects: [...listens, { do: 'play', voice: 1, words: [spoken] }] } : ended(state);
};

export const announcementMachine: Machine<Announcement, VoiceEvent, VoiceEffect> = {
  step: (announcement, event, now) => {
    const stay: Out = { state: announcement, effects: [] };
    if (announcement.over) return stay;
    if (event.type === 'lapse') {
      return announcement.until !== undefined && now >= announcement.until ? again(announcement) : stay;
    }
    if (event.type === 'command') return event.command.do === 'release' ? stopped(announcement) : stay;
    if (event.voice !== announcement.voice) return stay;
    switch (event.type) {
      case 'opened':
        return { state: announcement, effects: [{ tell: { type: 'progress', leg: announcement.leg, media: true } }] };
      case 'finished':
        return finished(announcement, now);
      case 'failed':
        return stopped(announcement);
      default:
        return stay;
    }
  },
  deadline: (announcement) => announcement.until,
  over: (announcement) => announcement.over,
};

const finished = (announcement: Announcement, now: Instant): Out =>
  isAsked(announcement.failure) || announcement.said < TIMES
    ? { state: { ...announcement, until: after(now, pauseOf(announcement)) }, effects: [] }
    : stopped(announcement);

const pauseOf = ({ failure }: Announcement): number => (failure === 'pleaseWait' ? WAIT_PAUSE_MS : PAUSE_MS);

const again = ({ until: _, ...announcement }: Announcement): Out => {
  const voice = announcement.voice + 1;
  const said = [words(announcement.failure) ?? 'noWayOut'] as const;
  return {
    state: { ...announcement, voice, said: announcement.said + 1 },
    effects: [
      { do: 'stop', voice: announcement.voice },
      { do: 'play', voice, words: said },
    ],
  };
};

/** The player goes, then the leg; where none could be opened the tone must do. */
const stopped = (announcement: Announcement): Out => {
  const out = ended(announcement);
  return { state: out.state, effects: [{ do: 'stop', voice: announcement.voice }, ...out.effects] };
};

const ended = ({ until: _, ...announcement }: Announcement): Out => ({
  state: { ...announcement, over: true },
  effects: [{ tell: { type: 'released', leg: announcement.leg, cause: causeOf(announcement) } }],
});

const causeOf = ({ failure }: Announcement): Cause => (isAsked(failure) ? 'answeredElsewhere' : failure);
