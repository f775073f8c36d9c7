import { parseArgs } from 'node:util';

export type SupervisorOptions = {
  /** Kept over restarts: settings, records, messages. */
  readonly data: string;
  /** In memory, gone with the power: sockets, adoption file, status. */
  readonly run: string;
  /** Settings to start from when `data` holds none. */
  readonly configuration: string | undefined;
  /** Folder of the files of the page; undefined: beside the program. */
  readonly web: string | undefined;
  /** Socket of the lab, where one runs. */
  readonly lab: string | undefined;
};

/** Reads the command line; a wrong one throws with the words of the option that is wrong. */
export const readOptions = (words: readonly string[]): SupervisorOptions => {
  const { values } = parseArgs({
    args: [...words],
    options: {
      data: { type: 'string', default: 'var/data' },
      run: { type: 'string', default: 'var/run' },
      configuration: { type: 'string' },
      web: { type: 'string' },
      lab: { type: 'string' },
    },
  });
  const { data, run, configuration, web, lab } = values;
  return { data, run, configuration, web, lab };
};
