import type { Configuration } from '../config/schema.ts';
import type { Doors } from './api/doors.ts';
import type { MailboxView } from './api/wire.ts';
import type { Ground } from './ground.ts';
import type { MailboxState, Shelf } from './mailbox/shelf.ts';
import type { DrillShelf } from './operation/drill-shelf.ts';
import type { Operations } from './operation/operation.ts';
import { CallSearches } from './records/search.ts';
import { recordWords } from './records/words.ts';

/** The rooms behind the doors of a face. */
export type DoorParts = {
  readonly build: string;
  readonly ground: Ground;
  readonly status: Doors['status'];
  readonly operations: Operations;
  readonly shelf: Pick<Shelf, 'states' | 'file' | 'setGreeting'>;
  readonly rehearsals: () => Pick<DrillShelf, 'sheets' | 'proof'>;
  readonly lab: string | undefined;
};

/** Joins what a face may ask of the box. */
export const doorsOf = ({ build, ground, status, operations, shelf, lab, rehearsals }: DoorParts): Doors => {
  const { document, runner, journal } = ground;
  const searches = new CallSearches(journal);
  return {
    build,
    operations,
    lab,
    settings: {
      current: () => ({ revision: document.revision, shown: document.shown as Record<string, unknown> }),
      propose: (proposal) => document.propose(proposal),
      dryRun: (proposal) => document.dryRun(proposal),
    },
    status: { view: () => status.view(), onChange: (listener) => status.onChange(listener) },
    calls: {
      search: async (ask) => {
        const { records, more } = await searches.search(ask);
        return { calls: records.map((record) => ({ record, ...recordWords(record) })), more };
      },
    },
    messages: {
      list: () => shelf.states().map(mailboxView),
      file: (mailbox, message) => shelf.file(mailbox, message),
      setGreeting: (mailbox, wav) => shelf.setGreeting(mailbox, wav),
    },
    drills: () => {
      const { sheets, proof } = rehearsals();
      return { sheets, ...(proof === undefined ? {} : { proof }) };
    },
    bench: () => benchOf(document.configuration),
    state: (fact) => runner.cascade(() => runner.fact(fact)),
  };
};

const mailboxView = ({ messages, ...state }: MailboxState): MailboxView => ({
  ...state,
  messages: [...messages].reverse().map(({ id, at, from, seconds, is }) => ({ id, at, from, seconds, is })),
});

/** The bench of the first simulated card that has one. */
const benchOf = ({ cards }: Configuration): string | undefined =>
  cards.flatMap(({ driver, settings }) => {
    const { bench } = settings as { readonly bench?: unknown };
    return driver === 'simulated' && typeof bench === 'string' && bench !== '' ? [bench] : [];
  })[0];
