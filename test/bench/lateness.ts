/** A packet by the number of its frame (RTP timestamp in frames) and when the kernel saw it, in ms. */
export type Frame = { readonly number: number; readonly atMs: number };

/** The line that no frame is earlier than; `slopeMs` is the true length of a frame. */
export type Grid = { readonly startMs: number; readonly slopeMs: number };

type Point = { readonly x: number; readonly y: number };

const cross = (a: Point, b: Point, c: Point): number => (b.x - a.x) * (c.y - a.y) - (b.y - a.y) * (c.x - a.x);

/** Lower convex hull of points in order of x (Andrew's monotone chain). */
const lowerHull = (points: readonly Point[]): Point[] => {
  const hull: Point[] = [];
  for (const point of points) {
    while (hull.length >= 2 && cross(hull.at(-2)!, hull.at(-1)!, point) <= 0) hull.pop();
    hull.push(point);
  }
  return hull;
};

/**
 * The ideal grid behind a stream, as an observer from outside can know it: of all lines below every point the one
 * with the smallest sum of distances, which is the edge of the lower hull above the mean of x.
 */
export const gridOf = (frames: readonly Frame[]): Grid => {
  const points = frames.map(({ number, atMs }) => ({ x: number, y: atMs })).sort((a, b) => a.x - b.x);
  const mean = points.reduce((sum, { x }) => sum + x, 0) / points.length;
  const hull = lowerHull(points);
  const right = Math.max(
    1,
    hull.findIndex(({ x }) => x >= mean),
  );
  const [from, to] = [hull[right - 1], hull[right]];
  if (!from || !to) throw new Error(`no grid in ${frames.length} frames`);
  const slopeMs = (to.y - from.y) / (to.x - from.x);
  return { startMs: from.y - slopeMs * from.x, slopeMs };
};

/** How late each frame is against the grid of its own stream, in ms; never below 0 (but for rounding). */
export const latenessOf = (frames: readonly Frame[]): number[] => {
  const { startMs, slopeMs } = gridOf(frames);
  return frames.map(({ number, atMs }) => Math.max(0, atMs - startMs - slopeMs * number));
};
