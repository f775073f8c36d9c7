import type { DryRun, Outcome, Proposal } from '../configuration/document.ts';
import type { Fact } from '../facts.ts';
import type { Operations } from '../operation/operation.ts';
import type { CallInWords, DrillSheets, MailboxView, StatusView } from './wire.ts';

/**
 * All that a face may ask of the box. The composition hands it in; `api/` imports nothing of telephony, so that it
 * can be left out and calls go on.
 */
export type Doors = {
  readonly build: string;
  readonly settings: {
    /** The settings that run, without secrets, and their revision. */
    current(): { readonly revision: string; readonly shown: Readonly<Record<string, unknown>> };
    propose(proposal: Proposal): Promise<Outcome>;
    dryRun(proposal: Omit<Proposal, 'by'>): Promise<DryRun>;
  };
  readonly status: {
    view(): StatusView;
    /** Told at each change, at most as often as things happen; returns how to stop it. */
    onChange(listener: () => void): () => void;
  };
  readonly calls: {
    /** Newest first; `before`: the id of the record after which older ones follow; at most 100. */
    search(ask: { readonly before?: string; readonly limit: number; readonly number?: string }): Promise<{
      readonly calls: readonly CallInWords[];
      readonly more: boolean;
    }>;
  };
  readonly operations: Operations;
  readonly messages: {
    list(): readonly MailboxView[];
    file(mailbox: string, message: string): Promise<string | undefined>;
    /** Rejects with GatewayError `sound-file` naming what is wrong with it; undefined removes the greeting. */
    setGreeting(mailbox: string, wav: Buffer | undefined): Promise<void>;
  };
  /** Sheets of failover drills, newest first, and the last proof that our numbers arrive. */
  drills(): DrillSheets;
  /** Socket of the bench of the first simulated card, undefined where no card is simulated. */
  bench(): string | undefined;
  /** Socket of the lab, undefined where none runs. */
  readonly lab: string | undefined;
  /** Facts of the door itself: who signed in, who has to wait. */
  state(fact: Fact): void;
};
