/** What whoever starts the planes keeps of how they ended, for the control plane to read (R5): a file in memory. */
export const DEATHS_FILE = 'deaths.json';

/** The last death of a plane. `id`: no two deaths have the same. */
export type PlaneDeath = {
  readonly id: string;
  /** As the end of a sentence, such as `it was ended by SIGKILL`. */
  readonly why: string;
  /** Deaths in a row, each within an hour of the one before. */
  readonly times: number;
};
export type PlaneDeaths = Readonly<Partial<Record<'control' | 'engine', PlaneDeath>>>;

/** Reads the file; what is damaged or of another form counts as nothing. */
export const readDeaths = (text: string): PlaneDeaths => {
  try {
    const { control, engine } = (JSON.parse(text) ?? {}) as Record<string, unknown>;
    return { ...(isDeath(control) ? { control } : {}), ...(isDeath(engine) ? { engine } : {}) };
  } catch {
    return {};
  }
};

const isDeath = (each: unknown): each is PlaneDeath => {
  const { id, why, times } = (each ?? {}) as Partial<PlaneDeath>;
  return typeof id === 'string' && typeof why === 'string' && typeof times === 'number';
};

/** A death in words, with how often it came. */
export const deathWords = ({ why, times }: Pick<PlaneDeath, 'why' | 'times'>): string =>
  times < 2 ? why : `${why}; ${times} times, each within an hour of the one before`;
