/**
 * Paths in which two documents differ, down to single values; things of a list go by their `id`. A part that only one
 * of them has is one path; but a section in which `one` has set nothing is an empty one.
 */
export const changedPaths = (one: unknown, other: unknown, path = ''): readonly string[] => {
  if (JSON.stringify(one) === JSON.stringify(other)) return [];
  const isSection = path !== '' && !path.includes('/');
  const [left, right] = [partsOf(one ?? (isSection ? {} : one)), partsOf(other)];
  if (!left || !right) return [path];
  const keys = new Set([...left.keys(), ...right.keys()]);
  const below = [...keys].flatMap((key) =>
    changedPaths(left.get(key), right.get(key), path === '' ? key : `${path}/${key}`),
  );
  // The same parts in another order.
  return below.length > 0 ? below : [path];
};

const partsOf = (value: unknown): Map<string, unknown> | undefined => {
  if (typeof value !== 'object' || value === null) return undefined;
  if (!Array.isArray(value)) return new Map(Object.entries(value));
  const ids = value.map((each: { id?: unknown } | null) => each?.id);
  return ids.every((id) => typeof id === 'string') && new Set(ids).size === ids.length
    ? new Map(value.map((each, index) => [ids[index] as string, each]))
    : undefined;
};

/** True when one path is the other, or lies below it. */
const touches = (one: string, other: string): boolean =>
  one === other || one === '' || other === '' || one.startsWith(`${other}/`) || other.startsWith(`${one}/`);

/**
 * Paths that somebody else changed since `base` and that the proposal, made from `base`, changes as well; none means
 * that both changes can stand.
 */
export const conflictPaths = (base: unknown, standing: unknown, proposed: unknown): readonly string[] => {
  const theirs = changedPaths(base, standing);
  return changedPaths(base, proposed).filter((mine) => theirs.some((their) => touches(mine, their)));
};
