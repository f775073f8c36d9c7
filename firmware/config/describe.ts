import * as v from 'valibot';
import type { SettingInfo } from './setting.ts';

/** What a schema says of one setting; lists and records have `*` in the path. */
export type Described = {
  readonly path: string;
  readonly kind: 'number' | 'text' | 'choice' | 'flag' | 'list' | 'record';
  readonly title: string;
  readonly help: string;
  readonly unit?: string;
  readonly secret?: true;
  /** Of a list: the order of its entries counts. */
  readonly ordered?: true;
  readonly appliesWhen?: SettingInfo['appliesWhen'];
  readonly default?: unknown;
  readonly of?: readonly unknown[];
  readonly min?: number;
  readonly max?: number;
};

/** The parts of valibot's schemas that are read here; its own types do not follow a schema that is not known. */
type Loose = {
  readonly type: string;
  readonly entries?: Record<string, Loose>;
  readonly item?: Loose;
  readonly wrapped?: Loose;
  readonly default?: unknown;
  readonly options?: readonly unknown[];
  readonly pipe?: readonly Part[];
};

type Part = { readonly type: string; readonly requirement?: unknown; readonly pipe?: readonly Part[] };

const kinds: Readonly<Record<string, Described['kind']>> = {
  number: 'number',
  string: 'text',
  picklist: 'choice',
  boolean: 'flag',
  array: 'list',
  record: 'record',
};

/** Without the "may be left out" around it. */
const inside = (schema: Loose): Loose => (schema.wrapped ? inside(schema.wrapped) : schema);

const infoOf = (schema: Loose): Partial<SettingInfo> =>
  schema.pipe ? (v.getMetadata(schema as never) as Partial<SettingInfo>) : {};

/** The requirement of a part of a pipe; pipes may stand in pipes. */
const limitOf = (schema: Pick<Part, 'pipe'>, type: string): number | undefined => {
  for (const part of schema.pipe ?? []) {
    // The first part of a pipe is its schema again, with the same pipe.
    const inner = part.pipe === schema.pipe ? undefined : limitOf(part, type);
    const found = part.type === type ? (part.requirement as number) : inner;
    if (found !== undefined) return found;
  }
  return undefined;
};

const isThing = (schema: Loose): boolean => schema.entries !== undefined;

/** Leaves out what is undefined. */
const given = <T extends object>(fields: T): T =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as T;

const describeOne = (outer: Loose, path: string): Described => {
  const schema = inside(outer);
  return given({
    path,
    kind: kinds[schema.type] ?? 'text',
    title: v.getTitle(schema as never) ?? '',
    help: v.getDescription(schema as never) ?? '',
    ...infoOf(schema),
    default: outer.default,
    of: schema.options ?? schema.item?.options,
    min: limitOf(schema, 'min_value') ?? limitOf(schema, 'min_length'),
    max: limitOf(schema, 'max_value') ?? limitOf(schema, 'max_length'),
  }) as Described;
};

/** All settings of a schema, in its order; JSON-able. */
export const describe = (schema: v.GenericSchema, path = ''): readonly Described[] =>
  describeLoose(schema as unknown as Loose, path);

const describeLoose = (outer: Loose, path: string): readonly Described[] => {
  const schema = inside(outer);
  if (schema.entries) {
    const before = path === '' ? '' : `${path}/`;
    return Object.entries(schema.entries).flatMap(([name, entry]) => describeLoose(entry, before + name));
  }
  if (schema.item && isThing(inside(schema.item))) return describeLoose(schema.item, `${path}/*`);
  return [describeOne(outer, path)];
};

/** Keys from the root to a value; things of a list go by their `id`, so that a path outlives a change of order. */
export type Place = readonly string[];

/** A copy of `value` in which `change` has replaced each secret setting. */
export const mapSecrets = (
  schema: v.GenericSchema,
  value: unknown,
  change: (secret: unknown, place: Place) => unknown,
): unknown => mapLoose(schema as unknown as Loose, value, change, []);

const mapLoose = (
  outer: Loose,
  value: unknown,
  change: (secret: unknown, place: Place) => unknown,
  place: Place,
): unknown => {
  const schema = inside(outer);
  if (infoOf(schema).secret) return value === undefined ? undefined : change(value, place);
  if (Array.isArray(value)) {
    if (!schema.item) return value;
    const item = schema.item;
    return value.map((each, index) => mapLoose(item, each, change, [...place, idOf(each) ?? String(index)]));
  }
  if (!schema.entries || typeof value !== 'object' || value === null) return value;
  const entries = schema.entries;
  const mapped = Object.entries(value).map(([name, each]) => [
    name,
    Object.hasOwn(entries, name) ? mapLoose(entries[name]!, each, change, [...place, name]) : each,
  ]);
  return Object.fromEntries(mapped);
};

const idOf = (value: unknown): string | undefined => {
  const id = (value as { id?: unknown } | null)?.id;
  return typeof id === 'string' ? id : undefined;
};
