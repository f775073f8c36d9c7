/** What the control plane and whoever started it say to each other about sockets, over the channel of its process. */

/** Address and port of a UDP socket; the address is a literal. */
export type SocketPlace = { readonly address: string; readonly port: number };

/**
 * `take`: the plane wants the socket of this place; what answers carries the same number. `release`: nobody will want
 * it any more.
 */
export type SocketWord =
  | ({ readonly socket: 'take'; readonly ask: number } & SocketPlace)
  | ({ readonly socket: 'release' } & SocketPlace);

/** Answers `take`: with the socket itself beside the message, or with why there is none. */
export type SocketReply = { readonly socket: 'given' | 'refused'; readonly ask: number; readonly why?: string };
