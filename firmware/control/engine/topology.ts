import type { LineId, TerminationId } from '../../engine-protocol/ids.ts';
import type { AuditReply } from '../../engine-protocol/messages.ts';

/** What brings the engine to what the calls want: nothing is added, what nobody wants is taken away. */
export type TopologyStep =
  | { readonly do: 'subtract'; readonly termination: TerminationId }
  | { readonly do: 'openLoop' | 'stopRinging'; readonly line: LineId };

/**
 * Steps from what an audit found to what legs stand on (pure): other terminations go, exchange lines that nobody wants
 * are let go, phones that ring for nobody fall silent.
 */
export const topologySteps = (
  audit: Pick<AuditReply, 'contexts' | 'lines'>,
  wanted: ReadonlySet<TerminationId>,
  ringing: ReadonlySet<LineId> = new Set(),
): readonly TopologyStep[] => {
  const loops = audit.lines.filter((line) => line.kind === 'fxo' && line.offHook && !wanted.has(line.id));
  const rings = audit.lines.filter((line) => line.kind === 'fxs' && line.ringing && !ringing.has(line.id));
  const orphans = audit.contexts.flatMap((context) => context.terminations).filter(({ id }) => !wanted.has(id));
  return [
    ...loops.map((line): TopologyStep => ({ do: 'openLoop', line: line.id })),
    ...rings.map((line): TopologyStep => ({ do: 'stopRinging', line: line.id })),
    ...orphans.map((orphan): TopologyStep => ({ do: 'subtract', termination: orphan.id })),
  ];
};
