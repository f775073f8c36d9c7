import { statfs } from 'node:fs/promises';

/** What a storage medium has, in octets. */
export type Medium = { readonly freeOctets: number; readonly totalOctets: number };

const SMALLEST_RESERVE = 16 * 1024 * 1024;

/** Octets that recordings may take: settings and records keep 5 % of the medium, at least 16 MB, for themselves. */
export const spaceForRecordings = ({ freeOctets, totalOctets }: Medium): number =>
  Math.max(0, freeOctets - Math.max(SMALLEST_RESERVE, totalOctets * 0.05));

/** The medium that a folder is on. */
export const mediumOf = async (folder: string): Promise<Medium> => {
  const { bavail, blocks, bsize } = await statfs(folder);
  return { freeOctets: bavail * bsize, totalOctets: blocks * bsize };
};
