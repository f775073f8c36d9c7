import { isHidden } from '../../config/secret.ts';

/**
 * A change of settings: a JSON merge patch (RFC 7396). Lists of things with an `id` are merged by it, given as a
 * list or as an object with the ids as keys; `null` as a value removes. `{"secret":true}` keeps what is stored.
 */
export type Change = { readonly [key: string]: unknown };

type Thing = { readonly id: string };

const isObject = (value: unknown): value is { readonly [key: string]: unknown } =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const isThing = (value: unknown): value is Thing => isObject(value) && typeof value['id'] === 'string';
const areThings = (value: unknown): value is readonly Thing[] => Array.isArray(value) && value.every(isThing);

/** The document with the change in it; neither is touched. */
export const merge = (document: unknown, change: unknown): unknown => {
  if (isHidden(change)) return document;
  if (areThings(document) && isObject(change)) return mergeThings(document, Object.entries(change));
  if (areThings(document) && areThings(change)) {
    return mergeThings(
      document,
      change.map((thing) => [thing.id, thing]),
    );
  }
  if (!isObject(change)) return change;
  const merged = new Map(Object.entries(isObject(document) ? document : {}));
  for (const [key, value] of Object.entries(change)) {
    if (value === null) merged.delete(key);
    else setMerged(merged, key, value);
  }
  // Not by assignment: `__proto__` as a key would be more than a key.
  return Object.fromEntries(merged);
};

/** What was hidden and is not stored stays away, so that the check says that it must be given. */
const setMerged = (into: Map<string, unknown>, key: string, value: unknown): void => {
  const merged = merge(into.get(key), value);
  if (merged !== undefined) into.set(key, merged);
};

const mergeThings = (things: readonly Thing[], changes: readonly (readonly [string, unknown])[]): unknown => {
  const merged = new Map<string, unknown>(things.map((thing) => [thing.id, thing]));
  for (const [id, value] of changes) {
    if (value === null) merged.delete(id);
    else setMerged(merged, id, isObject(value) ? { id, ...value } : value);
  }
  return [...merged.values()];
};
