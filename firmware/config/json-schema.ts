import { toJsonSchema } from '@valibot/to-json-schema';
import { requestBodies } from './request-body.ts';
import { configuration } from './schema.ts';

type JsonSchema = Readonly<Record<string, unknown>>;
type Made = ReturnType<typeof toJsonSchema>;

/** Our own checks (forms of numbers, names) have no word in JSON Schema: the box says them when it refuses. */
const OPTIONS = { errorMode: 'ignore', typeMode: 'input', target: 'draft-2020-12' } as const;

const withoutDialect = ({ $schema: _, ...schema }: Made): JsonSchema => ({ ...schema });

/** The bodies that the HTTP API takes, by their names; used when the description of the API is built, never by the box. */
export const bodySchemas = (): Readonly<Record<keyof typeof requestBodies, JsonSchema>> =>
  Object.fromEntries(
    Object.entries(requestBodies).map(([name, schema]) => [name, withoutDialect(toJsonSchema(schema, OPTIONS))]),
  ) as Record<keyof typeof requestBodies, JsonSchema>;

/** The whole configuration. */
export const configurationSchema = (): JsonSchema => withoutDialect(toJsonSchema(configuration, OPTIONS));
