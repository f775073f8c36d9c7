import { bodySchemas, configurationSchema } from '../../config/json-schema.ts';
import type { RequestBodies } from '../../config/request-body.ts';
import { routesOf } from './face.ts';
import type { Route } from './router.ts';
import { COOKIE } from './sessions.ts';

/** What the description says of a route beside what the route says of itself. */
type Said = {
  readonly summary: string;
  readonly body?: keyof RequestBodies;
  /** Name of the schema of the answer; undefined for 204 and for what is no JSON. */
  readonly answer?: string;
  readonly type?: string;
  readonly query?: readonly string[];
  /** Further answers by status. */
  readonly also?: Readonly<Record<string, string>>;
};

/** A row a route: a test holds the two together. */
const SAID: Readonly<Record<string, Said>> = {
  'GET /api/session': { summary: 'Who is signed in, and how to know the box again.', answer: 'Session' },
  'POST /api/session': {
    summary: 'Sign in. The answer sets the cookie of the session.',
    body: 'signIn',
    answer: 'Session',
  },
  'DELETE /api/session': { summary: 'Sign out.' },
  'POST /api/password': {
    summary: 'Change the password; all other sessions end.',
    body: 'changePassword',
    answer: 'Session',
  },
  'GET /api/settings': { summary: 'The settings that run, and every setting described.', answer: 'Settings' },
  'POST /api/settings': {
    summary: 'Change settings.',
    body: 'changeSettings',
    answer: 'SettingsOutcome',
    also: { 409: 'SettingsOutcome', 422: 'SettingsOutcome' },
  },
  'POST /api/settings/dry-run': {
    summary: 'What a change would do; nothing is done.',
    body: 'changeSettings',
    answer: 'SettingsOutcome',
    also: { 409: 'SettingsOutcome', 422: 'SettingsOutcome' },
  },
  'GET /api/calls': {
    summary: 'Call records with every attempt in words, newest first.',
    answer: 'Calls',
    query: ['before', 'limit', 'number'],
  },
  'GET /api/operations': { summary: 'What the box can be asked to do.', answer: 'Operations' },
  'POST /api/operations/:name': {
    summary: 'Do it.',
    body: 'runOperation',
    answer: 'OperationOutcome',
    also: { 422: 'OperationOutcome' },
  },
  'GET /api/drills': {
    summary: 'Sheets of failover drills, newest first, and the last proof that our numbers arrive.',
    answer: 'DrillSheets',
  },
  'GET /api/live': { summary: 'Server-sent events: `status` with the whole status.', type: 'text/event-stream' },
  'GET /api/messages': { summary: 'Mailboxes and their messages.', answer: 'Mailboxes' },
  'GET /api/messages/:mailbox/:message/audio': { summary: 'A message as sound; ranges are served.', type: 'audio/wav' },
  'PUT /api/messages/:mailbox/greeting': { summary: 'A greeting of one’s own: WAV, 8 kHz, mono, at most 60 s.' },
  'DELETE /api/messages/:mailbox/greeting': { summary: 'Back to the spoken greeting.' },
  'GET /api/lab': { summary: 'The softswitches of the lab, where one runs.', answer: 'LabView' },
  'POST /api/lab': { summary: 'Freeze, stop or refuse one, and back.', body: 'actInLab', answer: 'LabView' },
  'GET /api/openapi.json': { summary: 'This description.', type: 'application/json' },
};

const text = { type: 'string' } as const;
const number = { type: 'number' } as const;
const words = (...of: string[]) => ({ type: 'string', enum: of }) as const;
const object = (properties: Record<string, unknown>, more: object = {}) => ({
  type: 'object',
  properties,
  required: Object.keys(properties),
  ...more,
});
const withOptional = (always: Record<string, unknown>, sometimes: Record<string, unknown>) => ({
  ...object(always),
  properties: { ...always, ...sometimes },
});
const list = (items: unknown) => ({ type: 'array', items }) as const;
const ref = (name: string) => ({ $ref: `#/components/schemas/${name}` });

/** One of several objects, each told by its `is`. */
const either = (kinds: Record<string, Record<string, unknown>>) => ({
  anyOf: Object.entries(kinds).map(([is, properties]) => object({ is: { type: 'string', const: is }, ...properties })),
});

/** What stands for a secret that is set, in answers and where it is sent back. */
const HIDDEN = object({ secret: { type: 'boolean', const: true } }, { additionalProperties: false });

/** The same schema, in which each secret may be hidden. */
const withHidden = (schema: unknown): unknown => {
  if (Array.isArray(schema)) return schema.map(withHidden);
  if (typeof schema !== 'object' || schema === null) return schema;
  const inner = Object.fromEntries(Object.entries(schema).map(([key, value]) => [key, withHidden(value)]));
  return inner['secret'] === true ? { anyOf: [inner, HIDDEN] } : inner;
};

/** Refusals and who is signed in. */
const doorAnswers = {
  Refusal: object({ path: text, limit: text, remedy: text }),
  ApiError: {
    type: 'object',
    properties: { error: text, sentence: text, retryAfterS: { type: 'integer' }, refused: list(ref('Refusal')) },
    required: ['error', 'sentence'],
  },
  Session: withOptional(
    {
      signedIn: { type: 'boolean' },
      mustChange: { type: 'boolean' },
      name: text,
      build: text,
      fingerprint: text,
      features: list(words('handset', 'lab')),
    },
    { status: { type: 'object' } },
  ),
};

/** Settings, and what became of a change. */
const settingsAnswers = {
  Settings: object({
    revision: text,
    settings: ref('Configuration'),
    described: list({ type: 'object' }),
    drivers: { type: 'object' },
  }),
  SettingsOutcome: either({
    applied: { revision: text, steps: list(text), failed: list(object({ step: text, why: text })) },
    possible: { steps: list(text) },
    unchanged: { revision: text },
    refused: { refused: list(ref('Refusal')) },
    conflict: { revision: text, paths: list(text) },
  }),
};

/** What happened, and what can be done. */
const workAnswers = {
  Calls: object({
    calls: list(object({ record: { type: 'object' }, title: text, attempts: list(text), end: text })),
    more: { type: 'boolean' },
  }),
  DrillSheets: withOptional(
    {
      sheets: list(
        withOptional(
          {
            id: text,
            at: number,
            box: text,
            build: text,
            trunk: text,
            by: text,
            blockMs: number,
            number: text,
            passed: { type: 'boolean' },
            sentence: text,
            rows: list(
              withOptional(
                {
                  what: words('noticed', 'called', 'returned'),
                  limitMs: number,
                  passed: { type: 'boolean' },
                  sentence: text,
                },
                { measuredMs: number, beforeMs: number },
              ),
            ),
          },
          { before: object({ id: text, at: number, passed: { type: 'boolean' } }) },
        ),
      ),
    },
    {
      proof: object({
        at: number,
        rows: list(object({ did: text, number: text, arrives: { type: 'boolean' }, over: text, sentence: text })),
      }),
    },
  ),
  Operations: list(
    object({
      name: text,
      title: text,
      help: text,
      arguments: list({ type: 'object' }),
      deadlineMs: { type: 'integer' },
      disturbs: { type: 'boolean' },
    }),
  ),
  OperationOutcome: either({
    done: { sentence: text, result: {} },
    refused: { refused: list(ref('Refusal')) },
    failed: { sentence: text },
  }),
};

/** Messages, and the lab. */
const placeAnswers = {
  Message: object({
    id: text,
    at: number,
    from: { type: 'object', properties: { number: text, name: text }, required: ['number'] },
    seconds: number,
    is: words('new', 'kept'),
  }),
  Mailboxes: object({
    mailboxes: list(
      object({
        mailbox: text,
        extension: text,
        mode: words('outage', 'always', 'never'),
        usedS: number,
        quotaS: number,
        greeting: words('spoken', 'own'),
        locked: { type: 'boolean' },
        messages: list(ref('Message')),
      }),
    ),
  }),
  LabView: object({
    softswitches: list(
      object({
        id: text,
        address: text,
        is: words('runs', 'frozen', 'stopped', 'refuses'),
        bindings: { type: 'integer' },
        calls: { type: 'integer' },
      }),
    ),
    numbers: list(object({ number: text, does: text })),
  }),
};

/** The answers; what is in the configuration is made of its schema. */
const answers = () => ({
  ...doorAnswers,
  Configuration: withHidden(configurationSchema()),
  ...settingsAnswers,
  ...workAnswers,
  ...placeAnswers,
});

const schemaName = (body: keyof RequestBodies): string => body[0]!.toUpperCase() + body.slice(1);

const jsonOf = (schema: string) => ({ 'application/json': { schema: ref(schema) } });

const bodyOf = ({ body }: Route, said: Said) =>
  body === undefined
    ? {}
    : {
        requestBody: {
          required: true,
          description: `At most ${body.largest} octets.`,
          content: said.body ? jsonOf(schemaName(said.body)) : { [body.type]: { schema: { type: 'string' } } },
        },
      };

const answersOf = ({ answer, type, also = {} }: Said) => {
  const content = answer ? jsonOf(answer) : type ? { [type]: {} } : undefined;
  const more = Object.entries(also).map(([status, schema]) => [
    status,
    { description: 'Not done; says why.', content: jsonOf(schema) },
  ]);
  return {
    [content ? '200' : '204']: { description: 'Done.', ...(content ? { content } : {}) },
    ...Object.fromEntries(more),
    default: { description: 'Refused, in words.', content: jsonOf('ApiError') },
  };
};

const parametersOf = ({ path }: Route, { query = [] }: Said) => {
  const inPath = [...path.matchAll(/:(\w+)/g)].map(([, name]) => ({ name, in: 'path', required: true, schema: text }));
  return [...inPath, ...query.map((name) => ({ name, in: 'query', required: false, schema: text }))];
};

const operationOf = (route: Route) => {
  const said = SAID[`${route.method} ${route.path}`];
  if (!said) throw new Error(`${route.method} ${route.path} has no row in api/openapi.ts`);
  return {
    summary: said.summary,
    parameters: parametersOf(route, said),
    ...bodyOf(route, said),
    responses: answersOf(said),
    security: route.needs === 'nothing' ? [] : [{ session: [] }],
  };
};

/** The description of the HTTP API by OpenAPI 3.1, made of its routes and of the schemas that check what comes. */
export const openApi = (): object => {
  const routes = routesOf({ doors: { lab: 'lab' } } as never);
  const paths: Record<string, Record<string, unknown>> = {};
  for (const route of routes) {
    const path = route.path.replace(/:(\w+)/g, '{$1}');
    paths[path] = { ...paths[path], [route.method.toLowerCase()]: operationOf(route) };
  }
  const bodies = Object.entries(bodySchemas()).map(([name, schema]) => [
    schemaName(name as keyof RequestBodies),
    schema,
  ]);
  return {
    openapi: '3.1.0',
    info: {
      title: 'Holdfast',
      version: '1',
      description:
        'What the page of the box uses, and nothing else. A request that changes something names its origin (`Origin: https://HOST`, the host it asks). `GET /api/handset` is a WebSocket and not described here.',
    },
    paths,
    components: {
      schemas: { ...answers(), ...Object.fromEntries(bodies) },
      securitySchemes: { session: { type: 'apiKey', in: 'cookie', name: COOKIE } },
    },
  };
};

/** As it stands in `docs/openapi.json`. */
export const openApiText = (): string => `${JSON.stringify(openApi(), undefined, 2)}\n`;
