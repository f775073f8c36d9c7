import type { CallId, Fact } from './facts.ts';
import type { LineSnapshot } from './routing/question.ts';

type Up = { readonly lines: Map<string, string>; emergency: boolean; readonly beganMs: number };

/** Who is on which port and softswitch: a fold over facts, for pre-emption and forwarding. */
export class LineStates {
  readonly #calls = new Map<CallId, Up>();
  readonly #out = new Set<string>();

  /** `wallMs`: the moment of the fact. `emergency`: whether an emergency number was dialled. */
  fold(fact: Fact, wallMs: number, emergency: (dialled: string) => boolean): void {
    switch (fact.fact) {
      case 'callBegan': {
        const lines = new Map(fact.from.kind === 'gateway' ? [] : [['caller', fact.from.id]]);
        const isEmergency = fact.from.kind === 'phone' && emergency(fact.dialled);
        this.#calls.set(fact.call, { lines, emergency: isEmergency, beganMs: wallMs });
        break;
      }
      case 'emergencyCall':
        this.#with(fact.call, (call) => {
          call.emergency = true;
        });
        break;
      case 'attemptBegan':
        if (fact.target.kind === 'line' || fact.target.kind === 'phone' || fact.target.kind === 'trunk') {
          this.#with(fact.call, (call) => call.lines.set(fact.attempt, fact.target.id));
        }
        break;
      case 'attemptEnded':
        this.#with(fact.call, (call) => call.lines.delete(fact.attempt));
        break;
      case 'callEnded':
        this.#calls.delete(fact.call);
        break;
      case 'portIn':
        this.#out.delete(fact.line);
        break;
      case 'portOut':
        this.#out.add(fact.line);
        break;
      default:
    }
  }

  /** A call that goes on from before this plane began: `lines` are the ports of its caller and by its attempts. */
  goesOn(call: CallId, lines: ReadonlyMap<string, string>, wallMs: number, emergency: boolean): void {
    this.#calls.set(call, { lines: new Map(lines), emergency, beganMs: wallMs });
  }

  /** These ports and softswitches as routing sees them; of several calls the newest ordinary one. */
  of(lines: readonly string[]): readonly LineSnapshot[] {
    const on = new Map<string, NonNullable<LineSnapshot['call']>>();
    for (const [call, { lines: used, emergency, beganMs }] of this.#calls) {
      for (const line of used.values()) {
        if (!emergency || on.get(line)?.emergency !== false) on.set(line, { call, emergency, beganMs });
      }
    }
    return lines.map((id): LineSnapshot => {
      const call = on.get(id);
      if (call !== undefined) return { id, is: 'busy', call };
      return { id, is: this.#out.has(id) ? 'out' : 'free' };
    });
  }

  #with(call: CallId, change: (up: Up) => void): void {
    const up = this.#calls.get(call);
    if (up) change(up);
  }
}
