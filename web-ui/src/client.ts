import type {
  ApiError,
  ApiErrorCode,
  Calls,
  DrillSheets,
  LabAct,
  LabView,
  Mailboxes,
  OperationInfo,
  OperationOutcome,
  Session,
  Settings,
  SettingsOutcome,
} from '../../firmware/control/api/wire.ts';
import { t } from './t.ts';

/** A request that was answered with a refusal, or not at all (`unreachable`). */
export class RequestError extends Error {
  readonly code: ApiErrorCode | 'unreachable';
  readonly answer: ApiError | undefined;

  constructor(code: ApiErrorCode | 'unreachable', sentence: string, answer?: ApiError) {
    super(sentence);
    this.code = code;
    this.answer = answer;
  }
}

/** Whoever wants to know that the session is over. */
let signedOut: () => void = () => {};
export const onSignedOut = (listener: () => void): void => {
  signedOut = listener;
};

/** Longer than the longest deadline of an operation. */
const PATIENCE_MS = 620_000;

type Body = { readonly json?: unknown; readonly raw?: Blob };

const send = async (method: string, path: string, { json, raw }: Body): Promise<Response> => {
  const type = raw ? 'audio/wav' : 'application/json';
  const body = raw ?? (json === undefined ? null : JSON.stringify(json));
  try {
    return await fetch(path, {
      method,
      body,
      ...(body === null ? {} : { headers: { 'content-type': type } }),
      signal: AbortSignal.timeout(PATIENCE_MS),
    });
  } catch {
    throw new RequestError('unreachable', t('error.unreachable'));
  }
};

const isError = (body: unknown): body is ApiError =>
  typeof body === 'object' && body !== null && typeof (body as ApiError).error === 'string';

/**
 * Asks the box; answers whose status is in `also` are results like the good ones. Throws RequestError for a refusal,
 * and tells when the session is over.
 */
const ask = async <T>(method: string, path: string, body: Body = {}, also: readonly number[] = []): Promise<T> => {
  const answer = await send(method, path, body);
  if (answer.status === 204) return undefined as T;
  const said: unknown = await answer.json().catch(() => undefined);
  if (answer.ok || (also.includes(answer.status) && !isError(said))) return said as T;
  const error = isError(said) ? said : undefined;
  if (error?.error === 'not-signed-in') signedOut();
  throw new RequestError(
    error?.error ?? 'failed',
    error?.sentence ?? t('error.status', { status: answer.status }),
    error,
  );
};

const query = (words: Readonly<Record<string, string | number | undefined>>): string => {
  const given = Object.entries(words).filter(([, word]) => word !== undefined && word !== '');
  return given.length === 0 ? '' : `?${new URLSearchParams(given.map(([name, word]) => [name, String(word)]))}`;
};

const box = (mailbox: string): string => `/api/messages/${encodeURIComponent(mailbox)}`;

/** All that the page asks of the box; live status comes by itself (`live.ts`). */
export const client = {
  session: () => ask<Session>('GET', '/api/session'),
  signIn: (password: string) => ask<Session>('POST', '/api/session', { json: { password } }),
  signOut: () => ask<void>('DELETE', '/api/session'),
  changePassword: (current: string, next: string) => ask<Session>('POST', '/api/password', { json: { current, next } }),
  settings: () => ask<Settings>('GET', '/api/settings'),
  propose: (base: string, change: unknown) =>
    ask<SettingsOutcome>('POST', '/api/settings', { json: { base, change } }, [409, 422]),
  dryRun: (base: string, change: unknown) =>
    ask<SettingsOutcome>('POST', '/api/settings/dry-run', { json: { base, change } }, [409, 422]),
  calls: (asked: { readonly before?: string; readonly limit?: number; readonly number?: string }) =>
    ask<Calls>('GET', `/api/calls${query(asked)}`),
  operations: () => ask<readonly OperationInfo[]>('GET', '/api/operations'),
  operate: (name: string, args: unknown) =>
    ask<OperationOutcome>('POST', `/api/operations/${name}`, { json: args }, [422]),
  drills: () => ask<DrillSheets>('GET', '/api/drills'),
  mailboxes: () => ask<Mailboxes>('GET', '/api/messages'),
  setGreeting: (mailbox: string, wav: Blob) => ask<void>('PUT', `${box(mailbox)}/greeting`, { raw: wav }),
  removeGreeting: (mailbox: string) => ask<void>('DELETE', `${box(mailbox)}/greeting`),
  lab: () => ask<LabView>('GET', '/api/lab'),
  act: (act: LabAct) => ask<LabView>('POST', '/api/lab', { json: act }),
} as const;

/** Where the audio of a message is. */
export const audioOf = (mailbox: string, message: string): string =>
  `${box(mailbox)}/${encodeURIComponent(message)}/audio`;

/** What went wrong, as a sentence for a person. */
export const sentenceOf = (error: unknown): string =>
  error instanceof RequestError ? error.message : t('error.page', { error: String(error) });
