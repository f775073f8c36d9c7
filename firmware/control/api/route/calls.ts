import { Refused } from '../answer.ts';
import type { Rooms } from '../rooms.ts';
import type { Route } from '../router.ts';

const MOST_AT_ONCE = 100;
const USUAL = 50;
const LONGEST_WORD = 64;

/** Call records with every attempt in words. */
export const callRoutes = ({ doors }: Rooms): readonly Route[] => [
  {
    method: 'GET',
    path: '/api/calls',
    needs: 'password',
    answer: async ({ query }) => {
      const before = wordIn(query, 'before');
      const number = wordIn(query, 'number');
      const limit = limitIn(query);
      const found = await doors.calls.search({
        limit,
        ...(before === undefined ? {} : { before }),
        ...(number === undefined ? {} : { number }),
      });
      return { status: 200, json: found };
    },
  },
];

const wordIn = (query: URLSearchParams, name: string): string | undefined => {
  const word = query.get(name) ?? '';
  if (word.length > LONGEST_WORD) throw new Refused('refused', `${name} must have at most ${LONGEST_WORD} characters.`);
  return word === '' ? undefined : word;
};

const limitIn = (query: URLSearchParams): number => {
  const word = query.get('limit');
  if (word === null || word === '') return USUAL;
  const limit = /^[0-9]{1,3}$/.test(word) ? Number(word) : 0;
  if (limit >= 1 && limit <= MOST_AT_ONCE) return limit;
  throw new Refused('refused', `limit must be a whole number from 1 to ${MOST_AT_ONCE}.`);
};
