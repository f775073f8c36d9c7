import '../i18n/settings.ts';
import { computed, effect, signal } from '@preact/signals';
import type { Settings, SettingsOutcome } from '../../../firmware/control/api/wire.ts';
import { client, sentenceOf } from '../client.ts';
import { moved, route } from '../route.ts';
import { t } from '../t.ts';
import { unsaved } from '../unsaved.ts';
import {
  changeOf,
  countOf,
  type Draft,
  keyOf,
  noDraft,
  objectionsOf,
  type Place,
  placeOfRefusal,
  placeWhenStanding,
} from './model.ts';

/** The settings as they stand, and what this person has changed; kept while other pages are looked at. */
export const settings = signal<Settings | undefined>(undefined);
export const draft = signal<Draft>(noDraft);
/** Why they could not be read. */
export const unreadable = signal('');

/** What was refused at which field; it stands until that field is touched, or the change is proposed again. */
export type Refused = {
  readonly place: Place;
  readonly limit: string;
  readonly remedy: string;
  /** Number and part of an entry of the setting, where it is a list of things. */
  readonly inside?: readonly string[];
};
export const refused = signal<readonly Refused[]>([]);
/** Counts proposals, so that the focus moves at each one that is refused. */
export const attempts = signal(0);

export type Said = { readonly is: 'nothing' } | { readonly is: 'failed'; readonly sentence: string } | SettingsOutcome;
/** The answer to the last check or change. */
export const said = signal<Said>({ is: 'nothing' });
export const busy = signal<'' | 'check' | 'apply'>('');

export const changes = computed(() => countOf(draft.value));
effect(() => {
  unsaved.value = changes.value;
});

/** Reads the settings; the draft stays. */
export const loadSettings = async (): Promise<void> => {
  try {
    settings.value = await client.settings();
    unreadable.value = '';
  } catch (error) {
    unreadable.value = sentenceOf(error);
  }
};

/** Takes over a draft; what was said of the one before does not count any more. */
export const setDraft = (next: Draft, touched?: Place): void => {
  draft.value = next;
  if (said.value.is !== 'nothing') said.value = { is: 'nothing' };
  if (touched) refused.value = refused.value.filter(({ place }) => keyOf(place) !== keyOf(touched));
};

export const discard = (): void => {
  refused.value = [];
  setDraft(noDraft);
};

const objected = (standing: Settings): readonly Refused[] =>
  objectionsOf(standing, draft.value).map(({ place, limit }) => ({
    place,
    limit: t(limit === 'name' ? 'settings.nameMissing' : 'settings.nameTaken'),
    remedy: t('settings.nameRemedy'),
  }));

/** One a field: the next one is told when this one is mended. */
const oneEach = (all: readonly Refused[]): readonly Refused[] =>
  all.filter(({ place }, index) => all.findIndex((other) => keyOf(other.place) === keyOf(place)) === index);

const judged = (standing: Settings, outcome: SettingsOutcome): void => {
  said.value = outcome;
  const found = outcome.is === 'refused' ? outcome.refused : [];
  refused.value = oneEach(
    found.map(({ path, ...words }) => {
      const place = placeOfRefusal(standing, draft.value, path);
      return { ...words, place, inside: path.split('/').slice(place.length) };
    }),
  );
};

/** The change stands: whoever looks at what was added goes on looking at it. */
const taken = async (): Promise<void> => {
  const [page = '', ...place] = route.value.parts;
  const standing = page === 'settings' ? placeWhenStanding(draft.value, place) : undefined;
  await loadSettings();
  draft.value = noDraft;
  if (standing) moved([page, ...standing]);
};

/** Asks the box what the change would do (`check`), or to do it (`apply`). */
export const propose = async (how: 'check' | 'apply'): Promise<void> => {
  const standing = settings.value;
  if (!standing || busy.value !== '') return;
  attempts.value++;
  refused.value = objected(standing);
  if (refused.value.length > 0) {
    said.value = { is: 'refused', refused: [] };
    return;
  }
  busy.value = how;
  try {
    const ask = how === 'check' ? client.dryRun : client.propose;
    const outcome = await ask(standing.revision, changeOf(standing, draft.value));
    judged(standing, outcome);
    if (how === 'apply' && (outcome.is === 'applied' || outcome.is === 'unchanged')) await taken();
  } catch (error) {
    said.value = { is: 'failed', sentence: sentenceOf(error) };
  }
  busy.value = '';
};

/** After a conflict: the settings as they stand now, with our changes on top of them. */
export const rebase = async (): Promise<void> => {
  await loadSettings();
  said.value = { is: 'nothing' };
};
