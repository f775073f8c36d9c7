import { type FileHandle, open } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { pipeline } from 'node:stream';
import { LARGEST_GREETING } from '../../../config/greeting.ts';
import { GatewayError } from '../../../core/error.ts';
import { Refused, type Reply, SECURITY_HEADERS } from '../answer.ts';
import type { Rooms } from '../rooms.ts';
import type { Route } from '../router.ts';

/** Mailboxes, their messages as sound, and own greetings. */
export const messageRoutes = ({ doors }: Rooms): readonly Route[] => [
  {
    method: 'GET',
    path: '/api/messages',
    needs: 'password',
    answer: () => ({ status: 200, json: { mailboxes: doors.messages.list() } }),
  },
  {
    method: 'GET',
    path: '/api/messages/:mailbox/:message/audio',
    needs: 'password',
    answer: async ({ request, response, params }) => {
      const path = await doors.messages.file(params['mailbox']!, params['message']!);
      if (path === undefined) throw new Refused('not-found', 'There is no such message; it may have been deleted.');
      await sendSound(request, response, path);
      return undefined;
    },
  },
  {
    method: 'PUT',
    path: '/api/messages/:mailbox/greeting',
    needs: 'password',
    body: { type: 'audio/wav', largest: LARGEST_GREETING },
    answer: ({ params, body }) => greet(doors, params['mailbox']!, body as Buffer),
  },
  {
    method: 'DELETE',
    path: '/api/messages/:mailbox/greeting',
    needs: 'password',
    answer: ({ params }) => greet(doors, params['mailbox']!, undefined),
  },
];

const greet = async ({ messages }: Rooms['doors'], mailbox: string, wav: Buffer | undefined): Promise<Reply> => {
  if (!messages.list().some((each) => each.mailbox === mailbox)) {
    throw new Refused('not-found', 'There is no such mailbox.');
  }
  try {
    await messages.setGreeting(mailbox, wav);
  } catch (error) {
    if (error instanceof GatewayError && error.code === 'sound-file') {
      throw new Refused('refused', `This recording cannot be used: ${error.detail}.`);
    }
    throw error;
  }
  return { status: 204 };
};

type Range = { readonly first: number; readonly last: number };

/** One range of octets (RFC 9110 14.1.2); undefined for the whole, as for a form that is not known. */
export const rangeOf = (header: string | undefined, octets: number): Range | 'beyond' | undefined => {
  const found = /^bytes=([0-9]{0,12})-([0-9]{0,12})$/.exec(header ?? '');
  if (!found || (found[1] === '' && found[2] === '')) return undefined;
  // the last nothing is no range that could be given
  if (found[1] === '' && Number(found[2]) === 0) return 'beyond';
  if (found[1] === '') return { first: Math.max(0, octets - Number(found[2])), last: octets - 1 };
  const first = Number(found[1]);
  const last = found[2] === '' ? octets - 1 : Math.min(Number(found[2]), octets - 1);
  if (found[2] !== '' && Number(found[2]) < first) return undefined;
  return first >= octets ? 'beyond' : { first, last };
};

const openSound = async (path: string): Promise<FileHandle> => {
  try {
    return await open(path, 'r');
  } catch {
    throw new Refused('not-found', 'The sound of this message is not there any more.');
  }
};

const sendSound = async (request: IncomingMessage, response: ServerResponse, path: string): Promise<void> => {
  const file = await openSound(path);
  const { size } = await file.stat();
  const range = rangeOf(request.headers.range, size);
  if (range === 'beyond' || size === 0) {
    await file.close();
    response.writeHead(416, { ...SECURITY_HEADERS, 'Content-Range': `bytes */${size}`, 'Content-Length': 0 }).end();
    return;
  }
  const { first, last } = range ?? { first: 0, last: size - 1 };
  response.writeHead(range ? 206 : 200, {
    ...SECURITY_HEADERS,
    'Content-Type': 'audio/wav',
    'Content-Length': last - first + 1,
    'Accept-Ranges': 'bytes',
    'Cache-Control': 'private, no-store',
    ...(range ? { 'Content-Range': `bytes ${first}-${last}/${size}` } : {}),
  });
  // a listener who goes away is no fault; the file is closed in any case
  pipeline(file.createReadStream({ start: first, end: last }), response, () => {});
};
