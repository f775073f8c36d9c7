import { connect } from 'node:net';
import { Refused } from '../answer.ts';
import { bodyOf, json, KILOBYTE, type Rooms } from '../rooms.ts';
import type { Route } from '../router.ts';

const LARGEST_ANSWER = 256 * 1024;
/** A softswitch of the lab is started within this. */
const PATIENCE_MS = 8_000;

/** The switches of the lab, which is a program of its own behind a Unix socket. */
export const labRoutes = ({ doors: { lab } }: Rooms): readonly Route[] =>
  lab === undefined
    ? []
    : [
        {
          method: 'GET',
          path: '/api/lab',
          needs: 'password',
          answer: async () => ({ status: 200, json: await askLab(lab, { do: 'view' }) }),
        },
        {
          method: 'POST',
          path: '/api/lab',
          needs: 'password',
          body: json(KILOBYTE),
          answer: async ({ body }) => ({
            status: 200,
            json: await askLab(lab, { do: 'act', ...bodyOf('actInLab', body) }),
          }),
        },
      ];

const noAnswer = (): Refused =>
  new Refused('not-possible', 'The lab does not answer. Start it again together with the gateway.');

/** A line of JSON each way; `{"error": sentence}` where the lab refuses. */
const askLab = (path: string, asked: object): Promise<unknown> =>
  new Promise((resolve, reject) => {
    let answer = '';
    const socket = connect({ path, timeout: PATIENCE_MS }).setEncoding('utf8');
    socket.on('timeout', () => socket.destroy());
    socket.on('error', () => socket.destroy());
    socket.on('close', () => reject(noAnswer()));
    socket.on('data', (text) => {
      answer += text;
      const end = answer.indexOf('\n');
      if (end < 0 && answer.length <= LARGEST_ANSWER) return;
      socket.destroy();
      const said = parsed(answer.slice(0, end));
      if (said === undefined) reject(noAnswer());
      else if (typeof said.error === 'string') reject(new Refused('not-possible', said.error));
      else resolve(said);
    });
    socket.write(`${JSON.stringify(asked)}\n`);
  });

const parsed = (text: string): { readonly error?: unknown } | undefined => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};
