/** What the engine says of a line: an audit each second, and what it tells in between. */
export type PortState = {
  readonly id: string;
  readonly kind: 'fxs' | 'fxo';
  readonly available: boolean;
  /** FXS: handset lifted. FXO: loop held by us. */
  readonly offHook: boolean;
  /** FXO: battery seen. */
  readonly present: boolean;
  readonly ringing: boolean;
};

/** What an event of a line changes of its state; nothing for most. */
const changes: Readonly<Record<string, Partial<PortState>>> = {
  offHook: { offHook: true, ringing: false },
  onHook: { offHook: false },
  rung: { ringing: true },
  ringEnded: { ringing: false },
  seized: { offHook: true, ringing: false },
};

/** The states after an event of one line, the same list where it changes nothing: the next audit is a second away. */
export const portsAfter = (ports: readonly PortState[], line: string, event: string): readonly PortState[] => {
  const change = changes[event];
  const known = ports.find(({ id }) => id === line);
  if (change === undefined || known === undefined) return ports;
  const same = Object.entries(change).every(([name, value]) => known[name as keyof PortState] === value);
  return same ? ports : ports.map((port) => (port.id === line ? { ...port, ...change } : port));
};
