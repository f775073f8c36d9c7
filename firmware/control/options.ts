import { parseArgs } from 'node:util';

export type ControlOptions = {
  readonly data: string;
  readonly run: string;
  /** Path of the engine's Unix socket. */
  readonly engine: string;
  /** File of the settings to begin with where none are stored. */
  readonly configuration: string | undefined;
  /** Folder of the files of the page; undefined: beside the program. */
  readonly web: string | undefined;
  /** Socket of the lab, where one runs. */
  readonly lab: string | undefined;
};

/** Reads the command line that the supervisor (or a unit file) gives; throws with the words of the wrong option. */
export const readOptions = (words: readonly string[]): ControlOptions => {
  const { values } = parseArgs({
    args: [...words],
    options: {
      data: { type: 'string', default: '/var/lib/holdfast' },
      run: { type: 'string', default: '/run/holdfast' },
      engine: { type: 'string', default: '/run/holdfast/engine.sock' },
      configuration: { type: 'string' },
      web: { type: 'string' },
      lab: { type: 'string' },
    },
  });
  const { data, run, engine, configuration, web, lab } = values;
  return { data, run, engine, configuration, web, lab };
};
