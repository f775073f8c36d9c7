import { Refused, type Reply } from '../answer.ts';
import { bodyOf, json, KILOBYTE, type Rooms } from '../rooms.ts';
import type { Ask, Route } from '../router.ts';

/** A verb answers when it is done, or its deadline has come; the connection is not idle until then. */
const BEYOND_DEADLINE_MS = 10_000;

/** The catalogue of verbs, and doing one. */
export const operationRoutes = ({ doors }: Rooms): readonly Route[] => [
  {
    method: 'GET',
    path: '/api/operations',
    needs: 'password',
    answer: () => ({ status: 200, json: doors.operations.infos }),
  },
  {
    method: 'POST',
    path: '/api/operations/:name',
    needs: 'password',
    body: json(16 * KILOBYTE),
    answer: (ask) => run(doors.operations, ask),
  },
];

/** What drills and proofs have left. */
export const drillRoutes = ({ doors }: Rooms): readonly Route[] => [
  { method: 'GET', path: '/api/drills', needs: 'password', answer: () => ({ status: 200, json: doors.drills() }) },
];

const run = async (operations: Rooms['doors']['operations'], { params, body, request }: Ask): Promise<Reply> => {
  const name = params['name'] ?? '';
  const info = operations.infos.find((each) => each.name === name);
  if (!info) throw new Refused('not-found', 'There is no operation of this name; GET /api/operations lists them.');
  const args = bodyOf('runOperation', body);
  request.socket.setTimeout(info.deadlineMs + BEYOND_DEADLINE_MS);
  const outcome = await operations.run(name, args, 'page');
  if (outcome.is === 'unknown') throw new Refused('not-found', 'There is no operation of this name.');
  return { status: outcome.is === 'refused' ? 422 : 200, json: outcome };
};
