import type { FlowId } from '../face.ts';
import { ClientTransactions } from './client-transactions.ts';
import type { TransactionRoom } from './hosted.ts';
import { ServerTransactions } from './server-transactions.ts';

/** All transactions of a user agent: performs the four transaction machines. */
export class Transactions {
  readonly clients: ClientTransactions;
  readonly servers: ServerTransactions;

  constructor(room: TransactionRoom) {
    this.clients = new ClientTransactions(room);
    this.servers = new ServerTransactions(room);
  }

  get size(): { readonly clients: number; readonly servers: number } {
    return { clients: this.clients.size, servers: this.servers.size };
  }

  /** The flow ends: so does all that runs over it. */
  endFlow(flow: FlowId): void {
    this.clients.endFlow(flow);
    this.servers.endFlow(flow);
  }
}
