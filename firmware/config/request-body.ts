import * as v from 'valibot';
import type { Refusal } from './refusal.ts';

/** Longest password that is looked at; what is shorter than allowed is told when one is chosen. */
const typed = (title: string) =>
  v.pipe(
    v.string('must be text'),
    v.maxLength(128, 'must have at most 128 characters'),
    v.title(title),
    v.description(title),
  );

const objectOf = (what: string) => v.record(v.string(), v.unknown(), `must be an object of ${what}`);

/**
 * Bodies of requests to the HTTP API: what is checked when they come, and what OpenAPI says of them
 * (`json-schema.ts`). A field that is not named here is refused.
 */
export const requestBodies = {
  signIn: v.strictObject({ password: typed('Password of the box') }),
  changePassword: v.strictObject({ current: typed('Password that stands'), next: typed('Password from now on') }),
  changeSettings: v.strictObject({
    base: v.pipe(
      v.string('must be text'),
      v.maxLength(64, 'must have at most 64 characters'),
      v.description('Revision that the change was made from.'),
    ),
    change: v.pipe(
      objectOf('settings'),
      v.description('What is changed, in the form of the settings; things of lists by their id; null removes.'),
    ),
  }),
  runOperation: v.pipe(
    objectOf('arguments'),
    v.description('The arguments of the operation, as GET /api/operations describes them.'),
  ),
  actInLab: v.strictObject({
    softswitch: v.pipe(v.string('must be text'), v.maxLength(64, 'must have at most 64 characters')),
    does: v.picklist(
      ['freeze', 'thaw', 'stop', 'start', 'refuse', 'accept'],
      'must be one of freeze, thaw, stop, start, refuse, accept',
    ),
  }),
} as const;

export type RequestBodies = {
  readonly [Name in keyof typeof requestBodies]: v.InferOutput<(typeof requestBodies)[Name]>;
};

export type CheckedBody<Name extends keyof RequestBodies> =
  | { readonly ok: true; readonly value: RequestBodies[Name] }
  | { readonly ok: false; readonly refused: readonly Refusal[] };

const MOST_REFUSALS = 20;
const LONGEST_PATH = 100;

/** Checks a body; the refusals never hold what was refused, since it may be a password. */
export const checkBody = <Name extends keyof RequestBodies>(name: Name, body: unknown): CheckedBody<Name> => {
  // a record would take a list for an object
  const parsed = v.safeParse(requestBodies[name], Array.isArray(body) ? undefined : body);
  if (parsed.success) return { ok: true, value: parsed.output as RequestBodies[Name] };
  const refused = parsed.issues.slice(0, MOST_REFUSALS).map((issue): Refusal => {
    const path = (issue.path ?? [])
      .map(({ key }) => String(key))
      .join('/')
      .slice(0, LONGEST_PATH);
    const unknown = issue.type === 'strict_object' && issue.expected === 'never';
    if (unknown)
      return { path, limit: 'is not a field of this request', remedy: 'Remove it, or correct its spelling.' };
    if (issue.received === 'undefined') return { path, limit: 'must be given', remedy: 'Add it.' };
    const limit = issue.message.startsWith('must ') ? issue.message : 'must be an object';
    return { path, limit, remedy: 'Enter a value within this limit.' };
  });
  return { ok: false, refused };
};
