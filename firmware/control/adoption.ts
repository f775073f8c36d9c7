import type { Runner } from '../core/runner.ts';
import type { Restart } from './call/restart.ts';
import type { FlowId, UserAgent } from './sip/face.ts';

/**
 * SIP dialogs and unanswered INVITEs that the plane before us left in the adoption file. Each is taken up and ended
 * with BYE, CANCEL or a final answer and a reason as soon as its flow stands, so that no far end is left with a call
 * that nobody holds or a phone that rings for nobody.
 */
export class LeftDialogs {
  readonly #runner: Runner;
  readonly #userAgent: UserAgent;
  #waiting: Restart['dialogs'];

  constructor(runner: Runner, userAgent: UserAgent, dialogs: Restart['dialogs']) {
    this.#runner = runner;
    this.#userAgent = userAgent;
    this.#waiting = dialogs;
  }

  /** Ends what was left over this flow. */
  flowOpened(flow: FlowId): void {
    const ours = this.#waiting.filter((left) => left.flow === flow);
    this.#waiting = this.#waiting.filter((left) => left.flow !== flow);
    this.#runner.cascade(() => {
      for (const { leg, dialog } of ours) {
        this.#userAgent.adopt(leg, dialog);
        this.#userAgent.bye(leg, 'gatewayRestarted');
      }
    });
  }
}
