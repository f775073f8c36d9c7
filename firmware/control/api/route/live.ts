import type { Rooms } from '../rooms.ts';
import type { Route } from '../router.ts';

/** Server-sent events; they end with the session. */
export const liveRoutes = ({ live, sessions }: Rooms): readonly Route[] => [
  {
    method: 'GET',
    path: '/api/live',
    needs: 'password',
    answer: ({ response, session }) => {
      live.open(response);
      response.once(
        'close',
        sessions.onEnd(session!, () => response.end()),
      );
      return undefined;
    },
  },
];
