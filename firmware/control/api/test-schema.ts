/** JSON Schema as far as the description of the API uses it. */
export type Schema = { readonly [keyword: string]: unknown };

const typeOf = (value: unknown): string => {
  if (Array.isArray(value)) return 'array';
  if (value === null) return 'null';
  return Number.isInteger(value) ? 'integer' : typeof value;
};

const isType = (type: unknown, value: unknown): boolean =>
  typeOf(value) === type || (type === 'number' && typeOf(value) === 'integer');

/** Keywords that say something to a person, or that the box checks in another way. */
const TOLD = [
  'title',
  'description',
  'unit',
  'secret',
  'ordered',
  'appliesWhen',
  'default',
  'setting',
  'propertyNames',
];
const CHECKED = ['$ref', 'anyOf', 'type', 'const', 'enum', 'properties', 'required', 'items', 'additionalProperties'];
const BOUNDS = ['minLength', 'maxLength', 'pattern', 'minimum', 'maximum', 'maxItems', 'minItems'];

/** Complaints of a value against a schema, each with its path; a keyword that is not known is a complaint as well. */
export const complaintsOf = (
  schema: Schema,
  value: unknown,
  named: Readonly<Record<string, Schema>>,
  path = '',
): string[] => {
  const unknown = Object.keys(schema).filter((key) => ![...TOLD, ...CHECKED, ...BOUNDS].includes(key));
  if (unknown.length > 0) return [`${path}: keyword ${unknown.join(', ')} is not known`];
  const below = (inner: unknown, part: unknown, name: string) =>
    complaintsOf(inner as Schema, part, named, `${path}/${name}`);
  if (typeof schema['$ref'] === 'string') {
    const name = schema['$ref'].replace('#/components/schemas/', '');
    const found = named[name];
    return found ? complaintsOf(found, value, named, path) : [`${path}: there is no schema ${name}`];
  }
  if (Array.isArray(schema['anyOf'])) {
    const all = schema['anyOf'].map((each) => complaintsOf(each as Schema, value, named, path));
    return all.some((each) => each.length === 0) ? [] : [`${path}: none of ${all.map((each) => each[0]).join(' | ')}`];
  }
  if (schema['type'] !== undefined && !isType(schema['type'], value)) return [`${path}: no ${schema['type']}`];
  if ('const' in schema && schema['const'] !== value) return [`${path}: not ${schema['const']}`];
  if (Array.isArray(schema['enum']) && !schema['enum'].includes(value)) return [`${path}: none of ${schema['enum']}`];
  if (Array.isArray(value)) return value.flatMap((part, index) => below(schema['items'] ?? {}, part, String(index)));
  if (typeOf(value) === 'object') return complaintsOfObject(schema, value as Record<string, unknown>, path, below);
  return isBounded(schema, value) ? [] : [`${path}: beyond its bounds`];
};

type Below = (inner: unknown, part: unknown, name: string) => string[];

/** What is not described is a complaint: an answer says nothing that the description does not know of. */
const complaintsOfObject = (
  { properties, required, additionalProperties }: Schema,
  value: Record<string, unknown>,
  path: string,
  below: Below,
): string[] => {
  const missing = ((required as string[] | undefined) ?? []).filter((name) => !(name in value));
  const described = properties as Record<string, unknown> | undefined;
  const parts = Object.entries(value).flatMap(([name, part]) => {
    if (described && Object.hasOwn(described, name)) return below(described[name], part, name);
    if (typeof additionalProperties === 'object') return below(additionalProperties, part, name);
    return described ? [`${path}/${name}: is not described`] : [];
  });
  return [...missing.map((name) => `${path}/${name}: is missing`), ...parts];
};

const isBounded = (schema: Schema, value: unknown): boolean => {
  const bound = (name: string, otherwise: number) => Number(schema[name] ?? otherwise);
  if (typeof value === 'number') return value >= bound('minimum', -Infinity) && value <= bound('maximum', Infinity);
  if (typeof value !== 'string') return true;
  const fits = schema['pattern'] === undefined || new RegExp(String(schema['pattern']), 'u').test(value);
  return fits && value.length >= bound('minLength', 0) && value.length <= bound('maxLength', Infinity);
};
