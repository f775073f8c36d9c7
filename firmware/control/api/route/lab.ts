import { request as ask } from 'node:http';
import { Refused } from '../answer.ts';
import { bodyOf, json, KILOBYTE, type Rooms } from '../rooms.ts';
import type { Route } from '../router.ts';

const LARGEST_ANSWER = 256 * 1024;
/** A softswitch of the lab is started within this. */
const PATIENCE_MS = 8_000;

/** The switches of the lab, which is a program of its own behind a Unix socket and speaks HTTP with the same bodies. */
export const labRoutes = ({ doors: { lab } }: Rooms): readonly Route[] =>
  lab === undefined
    ? []
    : [
        {
          method: 'GET',
          path: '/api/lab',
          needs: 'password',
          answer: async () => ({ status: 200, json: await askLab(lab, 'GET') }),
        },
        {
          method: 'POST',
          path: '/api/lab',
          needs: 'password',
          body: json(KILOBYTE),
          answer: async ({ body }) => ({ status: 200, json: await askLab(lab, 'POST', bodyOf('actInLab', body)) }),
        },
      ];

const noAnswer = (): Refused =>
  new Refused('not-possible', 'The lab does not answer. Start it again together with the gateway.');

const askLab = (socketPath: string, method: string, body?: object): Promise<unknown> =>
  new Promise((resolve, reject) => {
    const headers = body === undefined ? {} : { 'Content-Type': 'application/json' };
    const asked = ask({ socketPath, method, path: '/lab', headers, timeout: PATIENCE_MS }, async (response) => {
      try {
        const text = await bounded(response);
        if (response.statusCode === 200) resolve(JSON.parse(text));
        else reject(new Refused('not-possible', sentenceIn(text)));
      } catch {
        reject(noAnswer());
      }
    });
    asked.on('timeout', () => asked.destroy());
    asked.on('error', () => reject(noAnswer()));
    asked.end(body === undefined ? undefined : JSON.stringify(body));
  });

const bounded = async (response: AsyncIterable<Buffer>): Promise<string> => {
  const parts: Buffer[] = [];
  let octets = 0;
  for await (const part of response) {
    octets += part.length;
    if (octets > LARGEST_ANSWER) throw noAnswer();
    parts.push(part);
  }
  return Buffer.concat(parts).toString('utf8');
};

const sentenceIn = (text: string): string => {
  const { sentence } = JSON.parse(text) as { sentence?: unknown };
  return typeof sentence === 'string' ? sentence : 'The lab has refused this.';
};
