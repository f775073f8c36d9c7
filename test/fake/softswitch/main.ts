import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { Softswitch } from './softswitch.ts';

/**
 * One softswitch as a process. It is commanded over the channel that `fork` gives, and ends when that closes.
 *
 *     node --import tsx test/fake/softswitch/main.ts --name a --port 5081 --accounts settings.json
 *
 * In: `{do: 'refuse', status?, method?, retryAfterS?}`, `{do: 'accept'}`, `{do: 'drop', count}`, `{do: 'delay', ms}`.
 * Out: `{is: 'open'}` or `{is: 'failed', code, message}`, then `{is: 'view', bindings, calls, refuses}` at each change.
 */
export type Command =
  | { readonly do: 'refuse'; readonly status?: number; readonly method?: string; readonly retryAfterS?: number }
  | { readonly do: 'accept' }
  | { readonly do: 'drop'; readonly count: number }
  | { readonly do: 'delay'; readonly ms: number };

const LOOKS_EVERY_MS = 200;

const { values } = parseArgs({
  options: {
    name: { type: 'string', default: 'softswitch' },
    host: { type: 'string', default: '127.0.0.1' },
    port: { type: 'string', default: '5060' },
    'rtp-first': { type: 'string', default: '23000' },
    'rtp-last': { type: 'string', default: '23399' },
    /** Settings of the gateway: each of its accounts is a user here. */
    accounts: { type: 'string' },
    algorithm: { type: 'string', multiple: true },
    'call-log': { type: 'string' },
  },
});

const usersOf = (path: string | undefined): Record<string, string> => {
  if (path === undefined) return {};
  const { accounts } = JSON.parse(readFileSync(path, 'utf8')) as {
    accounts: readonly { readonly user: string; readonly password: string }[];
  };
  return Object.fromEntries(accounts.map(({ user, password }) => [user, password]));
};

const softswitch = new Softswitch({
  name: values.name,
  host: values.host,
  port: Number(values.port),
  rtpFirst: Number(values['rtp-first']),
  rtpLast: Number(values['rtp-last']),
  users: usersOf(values.accounts),
  ...(values.algorithm === undefined ? {} : { algorithms: values.algorithm as ('MD5' | 'SHA-256')[] }),
  ...(values['call-log'] === undefined ? {} : { callLog: values['call-log'] }),
});

const perform = (command: Command): void => {
  if (command.do === 'refuse') softswitch.refuse(command.status, command.method, command.retryAfterS);
  else if (command.do === 'accept') softswitch.accept();
  else if (command.do === 'drop') softswitch.faults.drop = command.count;
  else if (command.do === 'delay') softswitch.faults.delayMs = command.ms;
};

let shown = '';
const show = (): void => {
  const view = JSON.stringify({ is: 'view', ...softswitch.view });
  if (view !== shown) process.send?.(JSON.parse(view));
  shown = view;
};

process.on('message', (command: Command) => {
  perform(command);
  show();
});
// whoever started it is gone; Ctrl-C in a terminal reaches it too, and it ends when it is told
process.on('disconnect', () => process.exit(0));
process.on('SIGINT', () => process.send ?? process.exit(0));
process.once('SIGTERM', () => {
  softswitch.close();
  // so that the BYE of each call leaves
  setTimeout(() => process.exit(0), 50);
});

try {
  await softswitch.open();
  process.send?.({ is: 'open' });
  setInterval(show, LOOKS_EVERY_MS);
} catch (error) {
  const { code = '', message } = error as NodeJS.ErrnoException;
  if (process.send) process.send({ is: 'failed', code, message }, () => process.exit(1));
  else {
    console.error(`softswitch ${values.name} cannot listen: ${message}`);
    process.exit(1);
  }
}
