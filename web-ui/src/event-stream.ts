/** One server-sent event. */
export type StreamEvent = { readonly event: string; readonly data: string };

/**
 * Takes server-sent events out of text that comes in pieces (HTML standard §9.2.6, as far as the box uses it): gives
 * the whole events of `text` and what is left of one that has only begun. Comments are left out.
 */
export const takeEvents = (text: string): { readonly events: readonly StreamEvent[]; readonly rest: string } => {
  const blocks = text.replaceAll('\r\n', '\n').split('\n\n');
  const rest = blocks.pop() ?? '';
  const events = blocks.flatMap((block) => {
    const fields = block.split('\n').map((each) => /^([a-z]*): ?(.*)$/.exec(each));
    const data = fields.flatMap((field) => (field?.[1] === 'data' ? [field[2]!] : []));
    const event = fields.find((field) => field?.[1] === 'event')?.[2] ?? 'message';
    return data.length === 0 ? [] : [{ event, data: data.join('\n') }];
  });
  return { events, rest };
};
