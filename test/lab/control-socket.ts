import { rmSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import type { LabAct, LabView } from '../../firmware/control/api/wire.ts';

export type Ask = { readonly do: 'view' } | ({ readonly do: 'act' } & LabAct);

const MOST_CONNECTIONS = 16;
const MOST_UNREAD = 4096;
const verbs: readonly string[] = ['freeze', 'thaw', 'stop', 'start', 'refuse', 'accept'] satisfies LabAct['does'][];

/** Reads one line; an Error says what is wrong with it. */
export const readAsk = (line: string): Ask => {
  let ask: Record<string, unknown>;
  try {
    ask = Object(JSON.parse(line));
  } catch {
    throw new Error('A line is one JSON object.');
  }
  if (ask['do'] === 'view') return { do: 'view' };
  if (ask['do'] !== 'act') throw new Error('"do" is "view" or "act".');
  const { softswitch, does } = ask;
  if (typeof softswitch !== 'string') throw new Error('"softswitch" is the id of a softswitch.');
  if (typeof does !== 'string' || !verbs.includes(does)) throw new Error(`"does" is one of ${verbs.join(', ')}.`);
  return { do: 'act', softswitch, does: does as LabAct['does'] };
};

/**
 * The lab's control socket: a line of JSON in, `{"do":"view"}` or `{"do":"act","softswitch":"a","does":"freeze"}`, and
 * a line out for each, in order: {@link LabView}, or `{"error": sentence}`.
 */
export const openControlSocket = async (path: string, perform: (ask: Ask) => Promise<LabView>): Promise<Server> => {
  rmSync(path, { force: true });
  const server = createServer((socket) => serve(socket, perform));
  server.maxConnections = MOST_CONNECTIONS;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(path, () => resolve());
  });
  return server;
};

const answerTo = async (line: string, perform: (ask: Ask) => Promise<LabView>): Promise<object> => {
  try {
    return await perform(readAsk(line));
  } catch (error) {
    return { error: (error as Error).message };
  }
};

const serve = (socket: Socket, perform: (ask: Ask) => Promise<LabView>): void => {
  let unread = '';
  let turn = Promise.resolve();
  socket.setEncoding('utf8');
  socket.on('error', () => socket.destroy());
  socket.on('data', (text) => {
    const lines = (unread + text).split('\n');
    unread = lines.pop()!;
    if (unread.length > MOST_UNREAD || lines.length > MOST_CONNECTIONS) socket.destroy();
    else
      for (const line of lines)
        turn = turn.then(async () => void socket.write(`${JSON.stringify(await answerTo(line, perform))}\n`));
  });
};
