import { readFile } from 'node:fs/promises';
import { Refused, SECURITY_HEADERS } from '../answer.ts';
import type { Rooms } from '../rooms.ts';
import type { Route } from '../router.ts';

/** The description of the API for a machine. */
export const assetRoutes = ({ openapi }: Rooms): readonly Route[] => [
  {
    method: 'GET',
    path: '/api/openapi.json',
    needs: 'session',
    answer: async ({ response }) => {
      const text = await readFile(openapi).catch(() => {
        throw new Refused('not-found', 'The description is not part of this build.');
      });
      response.writeHead(200, {
        ...SECURITY_HEADERS,
        'Content-Type': 'application/json; charset=utf-8',
        'Content-Length': text.length,
        'Cache-Control': 'no-cache',
      });
      response.end(text);
      return undefined;
    },
  },
];
