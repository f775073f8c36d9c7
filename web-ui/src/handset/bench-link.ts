/** The page's way to the simulated phones: the bench of the card, a JSON text a message over one WebSocket. */

export type BenchEvent = { readonly event: string; readonly port: string; readonly [detail: string]: unknown };
export type LinkState = 'connecting' | 'open' | 'lost';

/** A command that the card refused, or that no card took; the message is a sentence for a person. */
export class BenchError extends Error {}

type Message = Partial<BenchEvent> & {
  readonly id?: number;
  readonly ok?: unknown;
  readonly error?: { readonly code: string; readonly detail: string };
};
type Pending = { readonly done: (ok: never) => void; readonly fail: (error: Error) => void };

const RETRY_MS = [300, 1000, 2000, 4000] as const;
/** Half a second of sound that has not left yet: more would only be late. */
const LATE_BYTES = 8 * 1024;

export class BenchLink {
  readonly #onEvent: (event: BenchEvent) => void;
  readonly #onState: (state: LinkState) => void;
  readonly #pending = new Map<number, Pending>();
  #socket: WebSocket | undefined;
  #nextId = 1;
  #failures = 0;
  #retry: ReturnType<typeof setTimeout> | undefined;

  constructor(onEvent: (event: BenchEvent) => void, onState: (state: LinkState) => void) {
    this.#onEvent = onEvent;
    this.#onState = onState;
    this.#connect();
  }

  /** Resolves with what the card answers. */
  request<T = object>(command: string, fields: object = {}): Promise<T> {
    if (this.#socket?.readyState !== WebSocket.OPEN) return Promise.reject(new BenchError('lost'));
    const id = this.#nextId++;
    return new Promise((done, fail) => {
      this.#pending.set(id, { done, fail });
      this.#socket?.send(JSON.stringify({ id, do: command, ...fields }));
    });
  }

  /** Speaks into a phone; what would be late is left out. */
  say(port: string, octets: Uint8Array): void {
    if (this.#socket?.readyState !== WebSocket.OPEN || this.#socket.bufferedAmount > LATE_BYTES) return;
    const audio = btoa(String.fromCharCode(...octets));
    this.#socket.send(`{"do":"say","port":"${port}","audio":"${audio}"}`);
  }

  close(): void {
    clearTimeout(this.#retry);
    const socket = this.#socket;
    this.#socket = undefined;
    socket?.close();
  }

  #connect(): void {
    this.#onState('connecting');
    const socket = new WebSocket(`wss://${location.host}/api/handset`);
    this.#socket = socket;
    socket.onopen = () => {
      this.#failures = 0;
      this.#onState('open');
    };
    socket.onmessage = ({ data }) => this.#take(JSON.parse(String(data)) as Message);
    socket.onclose = () => {
      for (const { fail } of this.#pending.values()) fail(new BenchError('lost'));
      this.#pending.clear();
      if (this.#socket !== socket) return;
      this.#onState('lost');
      this.#retry = setTimeout(() => this.#connect(), RETRY_MS[Math.min(this.#failures++, RETRY_MS.length - 1)]);
    };
  }

  #take(message: Message): void {
    if (message.event !== undefined) {
      this.#onEvent(message as BenchEvent);
      return;
    }
    const pending = this.#pending.get(message.id ?? 0);
    this.#pending.delete(message.id ?? 0);
    if (message.error) pending?.fail(new BenchError(message.error.detail));
    else pending?.done(message.ok as never);
  }
}

/** The octets of a `heard` event. */
export const octetsOf = (audio: string): Uint8Array => {
  const text = atob(audio);
  const octets = new Uint8Array(text.length);
  for (let i = 0; i < octets.length; i++) octets[i] = text.charCodeAt(i);
  return octets;
};
