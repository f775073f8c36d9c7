import type { Configuration } from '../config/schema.ts';
import type { ViewLine } from './status/status-view.ts';

/** Name and lines of the box, as the status shows them. */
export const shownOf = ({
  system,
  cards,
  lines,
}: Configuration): { readonly name: string; readonly lines: readonly ViewLine[] } => ({
  name: system.name,
  lines: lines.map(({ id, kind, card, port, extension, enabled }) => {
    const simulated = cards.find((each) => each.id === card)?.driver === 'simulated';
    return { line: id, kind, card, port, extension, enabled, simulated };
  }),
});
