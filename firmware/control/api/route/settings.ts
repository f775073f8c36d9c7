import { describedSettings } from '../../../config/described.ts';
import type { Reply } from '../answer.ts';
import { bodyOf, json, KILOBYTE, type Rooms } from '../rooms.ts';
import type { Ask, Route } from '../router.ts';
import type { Settings, SettingsOutcome } from '../wire.ts';

const LARGEST_CHANGE = 256 * KILOBYTE;

/** The settings: read, changed, and what a change would do. */
export const settingsRoutes = ({ doors }: Rooms): readonly Route[] => [
  {
    method: 'GET',
    path: '/api/settings',
    needs: 'password',
    answer: () => {
      const { revision, shown } = doors.settings.current();
      const settings: Settings = { revision, settings: shown, ...describedSettings() };
      return { status: 200, json: settings };
    },
  },
  {
    method: 'POST',
    path: '/api/settings',
    needs: 'password',
    body: json(LARGEST_CHANGE),
    answer: async (ask) => replyOf(await doors.settings.propose({ ...changeOf(ask), by: 'page' })),
  },
  {
    method: 'POST',
    path: '/api/settings/dry-run',
    needs: 'password',
    body: json(LARGEST_CHANGE),
    answer: async (ask) => replyOf(await doors.settings.dryRun(changeOf(ask))),
  },
];

const changeOf = ({ body }: Ask) => bodyOf('changeSettings', body) as { base: string; change: Record<string, never> };

const statusOf = { applied: 200, possible: 200, unchanged: 200, refused: 422, conflict: 409 } as const;

/** What became of a change is an answer, not an error: it says which fields, or which paths. */
const replyOf = (outcome: SettingsOutcome): Reply => ({ status: statusOf[outcome.is], json: outcome });
